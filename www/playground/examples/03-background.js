// Nobody waits: the new value is loaded in the background
import { backgroundRunner, createRegion, MemoryBackend } from "dogpile";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const region = createRegion({ backend: new MemoryBackend(), expirationTime: "100ms", asyncCreationRunner: backgroundRunner });
await region.set("report", "old");
await sleep(150);

console.log(await region.getOrCreate("report", () => "new")); // old
await sleep(20);
console.log(await region.getOrCreate("report", () => "not called")); // new
