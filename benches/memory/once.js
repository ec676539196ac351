// What only a new process or page can tell.
import { Creator, expectValue, keysOf, TTL, VALUE } from "./creator.js";
import { nextTask, timed } from "./rounds.js";

export async function startUp(load) {
  const creator = new Creator();
  const time = await timed(async () => {
    const cache = (await load())({ ...creator, ttl: TTL, entries: 1_000 });
    expectValue(await cache.getOrCreate("user:1"));
  });
  return { samples: [time] };
}

const ENTRIES = 100_000;

/** The keys and the value are there before: what counts is what the cache adds to them. */
export async function heap(load) {
  const open = await load();
  const keys = keysOf(ENTRIES);
  const creator = new Creator();
  const before = await used();
  const cache = open({ ...creator, ttl: TTL, entries: ENTRIES });
  for (const key of keys) await cache.getOrCreate(key);
  const after = await used();
  expectValue(await cache.getOrCreate(keys[0]));
  if (creator.count !== ENTRIES) throw new Error("something was forgotten");
  return { samples: [(after - before) / ENTRIES] };
}

const FLIGHTS = 20_000;

/** The same of creations under way, and of the promises that their callers hold. What the creator gives is one promise for all. */
export async function heapOfFlights(load) {
  const open = await load();
  const keys = keysOf(FLIGHTS);
  const calls = Array(FLIGHTS).fill(null);
  let land;
  const landing = new Promise((resolve) => (land = resolve));
  const creator = new Creator(() => landing);
  const before = await used();
  const cache = open({ ...creator, ttl: TTL, entries: FLIGHTS });
  for (let index = 0; index < FLIGHTS; index += 1) calls[index] = cache.getOrCreate(keys[index]);
  const after = await used();
  if (creator.count !== FLIGHTS) throw new Error("not every creation was under way");
  land(VALUE);
  for (const value of await Promise.all(calls)) expectValue(value);
  return { samples: [(after - before) / FLIGHTS] };
}

/** With what lies outside of the heap proper, such as typed arrays and WebAssembly's memory: no browser tells a page of that. */
async function used() {
  await nextTask();
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
