// A cached function
import { createRegion, MemoryBackend } from "dogpile";

const region = createRegion({ backend: new MemoryBackend() });
let asked = 0;
const users = region.cacheOnArguments({ namespace: "users", expirationTime: "5m" }, async (query) => {
  asked += 1;
  return [`a user of ${query.city}`];
});

console.log(await users({ city: "Paris", page: 1 }), asked); // [ 'a user of Paris' ] 1
console.log(await users({ page: 1, city: "Paris" }), asked); // [ 'a user of Paris' ] 1
await users.set(["Ada"], { city: "London" });
console.log(await users({ city: "London" }), asked); // [ 'Ada' ] 1
console.log(await users.refresh({ city: "London" }), asked); // [ 'a user of London' ] 2
await users.invalidate({ city: "London" });
console.log(await users.get({ city: "London" })); // undefined
