// Invalidate everything, hard or soft
import { createRegion, MemoryBackend } from "dogpile";

const region = createRegion({ backend: new MemoryBackend() });
let version = 1;
const create = async () => `version ${version++}`;
const two = async () => (await Promise.all([1, 2].map(() => region.getOrCreate("a", create)))).join(", ");

console.log(await two()); // version 1, version 1
await region.invalidate(false); // soft: the old value is served while one creates
console.log(await two()); // version 2, version 1
await region.invalidate(); // hard: nobody gets the old value
console.log(await two()); // version 3, version 3
