import dogpile = require("dogpile");

const region = new dogpile.Region<number>().configure({ backend: new dogpile.MemoryBackend() });
region.getOrCreate("key", () => 1) satisfies Promise<number>;
// @ts-expect-error there is no default export
dogpile.default;
