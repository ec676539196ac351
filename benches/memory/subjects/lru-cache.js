// `fetch` with a `ttl`. It is its own store, and always bounded.
import { LRUCache } from "lru-cache";

/** At its default of 1 ms a timer lets it read the clock again, and no timer fires in a loop of awaited hits: there the clock costs it nothing. */
export const open = (options) => openAt(1, options);

/** It reads the clock at every call, as all others do. */
export const openExact = (options) => openAt(0, options);

/** It has no other store than itself. */
export const openByPromise = open;

export const openTimeless = ({ ttl: _, ...options }) => openAt(1, options);

function openAt(ttlResolution, { create, ttl, entries, maxEntries = entries, servesStale }) {
  const lifetime = ttl && ttl * 1000;
  // Without `allowStale` whoever finds a value expired waits.
  const cache = new LRUCache({ max: maxEntries, ttl: lifetime, ttlResolution, fetchMethod: create, allowStale: servesStale });
  return {
    getOrCreate: (key) => cache.fetch(key),
    get: (key) => cache.get(key),
    expire: (key) => cache.set(key, cache.peek(key), { start: performance.now() - lifetime - 1 }),
  };
}
