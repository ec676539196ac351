// Timeouts, an AbortSignal, and stale values on errors
import { createRegion, MemoryBackend } from "dogpile";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const region = createRegion({ backend: new MemoryBackend(), expirationTime: "50ms" });
await region.set("rates", "yesterday's");
await sleep(100);

const down = () => Promise.reject(new Error("the origin is down"));
console.log(await region.getOrCreate("rates", down, { staleIfError: "1d" })); // yesterday's

const slow = () => sleep(200);
console.log(await region.getOrCreate("rates", slow, { timeout: "50ms" })); // yesterday's

const page = new AbortController();
const left = region.getOrCreate("page", slow, { signal: page.signal });
page.abort();
console.log(await left.catch(({ name }) => name)); // AbortError
