// A load that hangs is taken over
import { createRegion, MemoryBackend } from "dogpile";

const region = createRegion({ backend: new MemoryBackend(), lockTimeout: "100ms" });
let hangs = true;
const create = () => {
  if (!hangs) return "in time";
  hangs = false;
  return new Promise(() => {});
};
const callers = await Promise.all([1, 2, 3].map(() => region.getOrCreate("report", create)));
console.log(callers, region.stats.takeovers); // [ 'in time', 'in time', 'in time' ] 1
