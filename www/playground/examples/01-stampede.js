// 1,000 callers at once, one load
import { createRegion, MemoryBackend } from "dogpile";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const region = createRegion({ backend: new MemoryBackend(), expirationTime: "5m" });

async function loadUser({ key }) {
  await sleep(100); // a query, a request, anything slow
  return { key, name: "Ada" };
}

const callers = Array.from({ length: 1000 }, () => region.getOrCreate("user:42", loadUser));
const users = await Promise.all(callers);

console.log(users.length, users[999]); // 1000 { key: 'user:42', name: 'Ada' }
console.log(region.stats.creations, region.stats.coalesced); // 1 999
