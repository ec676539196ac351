// Options of a call: refresh, do not store, set the expiration
import { createRegion, MemoryBackend } from "dogpile";

const region = createRegion({ backend: new MemoryBackend(), expirationTime: "1m" });
await region.set("price", 10);
console.log(await region.getOrCreate("price", () => 12, { forceRefresh: true })); // 12

const found = await region.getOrCreate("search", () => [], { shouldCacheFn: ({ length }) => length > 0 });
console.log(found, await region.get("search")); // [] undefined

await region.getOrCreate("token", ({ expiresIn }) => {
  expiresIn("1h");
  return "abc";
});
const { metadata } = await region.getValueMetadata("token");
console.log(metadata.et); // 3600
