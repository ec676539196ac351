// A clock of your own, for tests that do not wait
import { createRegion, MemoryBackend } from "dogpile";

let now = 1_700_000_000;
const region = createRegion({ backend: new MemoryBackend(), expirationTime: "1h", clock: () => now });
let number = 0;
const report = () => region.getOrCreate("report", () => `report ${++number}`);

console.log(await report()); // report 1
now += 3600;
console.log(await report()); // report 1
now += 1;
console.log(await report()); // report 2
