// A cached function of many keys
import { createRegion, MemoryBackend } from "dogpile";

const region = createRegion({ backend: new MemoryBackend() });
const rows = new Map([
  [1, "Ada"],
  [2, "Grace"],
]);
const asked = [];
const names = region.cacheMultiOnArguments({ namespace: "name", asDict: true }, async (...ids) => {
  asked.push(ids);
  return new Map(ids.filter((id) => rows.has(id)).map((id) => [id, rows.get(id)]));
});

console.log(await names(1, 3)); // Map(1) { 1 => 'Ada' }
console.log(await names(1, 2)); // Map(2) { 1 => 'Ada', 2 => 'Grace' }
console.log(asked); // [ [ 1, 3 ], [ 2 ] ]
