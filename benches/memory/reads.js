import { Creator, expectValue, keysOf, TTL, VALUE } from "./creator.js";
import { nextTask, rounds } from "./rounds.js";

const SHORT_LOOP = 1_000;

/** Awaited hits, one after another, of all entries or of so many that lie evenly among them. */
export function read(method, entries, spread = entries) {
  return async (load) => {
    const creator = new Creator();
    const cache = (await load())({ ...creator, ttl: TTL, entries });
    if (cache[method] === undefined) return undefined;
    const keys = keysOf(entries);
    for (const key of keys) await cache.getOrCreate(key);
    const call = cache[method];
    expectValue(await call(keys[0]));
    const samples = await readAll(call, evenly(keys, Math.min(spread, entries)));
    if (creator.count !== entries) throw new Error("a warm call created a value");
    return { samples };
  };
}

/** No call of `loop` waits for anything but a promise that is resolved: no timer fires meanwhile. */
function readAll(call, keys) {
  const calls = Array.from({ length: Math.max(SHORT_LOOP, keys.length) }, (_, index) => keys[index % keys.length]);
  const loop = async (turns) => {
    for (let turn = 0; turn < turns; turn += 1) for (let index = 0; index < calls.length; index += 1) await call(calls[index]);
  };
  return rounds(calls.length, (turns) => () => loop(turns));
}

const evenly = (keys, count) => Array.from({ length: count }, (_, index) => keys[Math.floor((index * keys.length) / count)]);

/** One creation of an expired value runs all the time. */
export async function stale(load) {
  let answer = () => Promise.resolve(VALUE);
  const creator = new Creator(() => answer());
  const cache = (await load())({ ...creator, ttl: TTL, entries: 10, servesStale: true });
  if (cache.expire === undefined) return undefined;
  await cache.getOrCreate("report");
  await cache.expire("report");
  await new Promise((resolve) => setTimeout(resolve, 5)); // no clock may read the millisecond of before
  answer = () => new Promise(() => {});
  void cache.getOrCreate("report");
  await new Promise((resolve) => setTimeout(resolve, 20)); // cachified begins in a timer
  if (creator.count !== 2) throw new Error("the value was not stale");
  const samples = await rounds(100, (turns) => async () => {
    for (let turn = 0; turn < turns; turn += 1) {
      for (let index = 0; index < 100; index += 1) expectValue(await cache.getOrCreate("report"));
      await nextTask(); // what a caller leaves to be done counts as well
    }
  });
  return { samples, notes: { creations: creator.count - 1 } };
}

const [ZIPF_KEYS, ZIPF_READS, EXPONENT] = [10_000, 50_000, 0.99];

/** Ten times more keys than entries; the creator answers at once, so that the cache's own work shows. */
export async function zipf(load) {
  const creator = new Creator();
  const cache = (await load())({ ...creator, ttl: TTL, maxEntries: ZIPF_KEYS / 10 });
  if (cache === undefined) return undefined;
  const keys = zipfian(keysOf(ZIPF_KEYS));
  let reads = 0;
  const samples = await rounds(keys.length, (turns) => async () => {
    for (let turn = 0; turn < turns; turn += 1) for (let index = 0; index < keys.length; index += 1) await cache.getOrCreate(keys[index]);
    reads += turns * keys.length;
  });
  return { samples, notes: { hitRatio: 1 - creator.count / reads } };
}

/** The same for every subject. */
function zipfian(keys) {
  const sums = [];
  for (let rank = 1; rank <= keys.length; rank += 1) sums.push((sums.at(-1) ?? 0) + rank ** -EXPONENT);
  const random = pseudorandom();
  return Array.from({ length: ZIPF_READS }, () => {
    const ticket = random() * sums.at(-1);
    return keys[sums.findIndex((sum) => sum > ticket)];
  });
}

/** mulberry32. */
function pseudorandom(state = 1) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
