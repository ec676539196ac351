// set and delete take effect at once, also during a load
import { createRegion, MemoryBackend } from "dogpile";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const region = createRegion({ backend: new MemoryBackend() });

const slow = region.getOrCreate("draft", async () => {
  await sleep(50);
  return "read before the change";
});
await region.delete("draft");
console.log(await slow); // read before the change
console.log(await region.get("draft")); // undefined
