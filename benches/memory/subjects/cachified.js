// Over a Map, the least that it can work with; where there is a limit, over lru-cache as its README does. It has no `get` of its own.
import { cachified, createBatch, softPurge, totalTtl } from "@epic-web/cachified";
import { LRUCache } from "lru-cache";
import { PromiseStore } from "../promise-store.js";

const HOUR = 3_600_000;

export function open({ create, createMany, ttl, maxEntries, servesStale }) {
  const cache = maxEntries === undefined ? new Map() : bounded(maxEntries);
  const options = { cache, ttl: ttl * 1000, swr: servesStale ? HOUR : 0 };
  return {
    getOrCreate: (key) => cachified({ ...options, key, getFreshValue: create }),
    getOrCreateMulti(keys) {
      const batch = createBatch(createMany);
      return Promise.all(keys.map((key) => cachified({ ...options, key, getFreshValue: batch.add(key) })));
    },
    expire: (key) => softPurge({ cache, key, swr: HOUR }),
  };
}

export function openByPromise({ create, ttl }) {
  const options = { cache: new PromiseStore(), ttl: ttl * 1000 };
  return { getOrCreate: (key) => cachified({ ...options, key, getFreshValue: create }) };
}

function bounded(max) {
  const lru = new LRUCache({ max });
  return {
    get: (key) => lru.get(key),
    set: (key, entry) => lru.set(key, entry, { ttl: totalTtl(entry.metadata) }),
    delete: (key) => lru.delete(key),
  };
}
