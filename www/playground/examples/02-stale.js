// Stale values are returned while one caller loads
import { createRegion, MemoryBackend } from "dogpile";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const region = createRegion({ backend: new MemoryBackend(), expirationTime: "100ms" });
await region.set("report", "old");
await sleep(150);

const create = async () => {
  await sleep(50);
  return "new";
};
const entries = await Promise.all([1, 2, 3].map(() => region.getOrCreateEntry("report", create)));
console.log(entries.map(({ payload, state }) => `${payload}, ${state}`)); // [ 'new, created', 'old, stale', 'old, stale' ]
