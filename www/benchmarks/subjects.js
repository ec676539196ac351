// dogpile and its peers, each over its own memory: `call(key)` gets a value from a cache or creates it.
import { cachified } from "@epic-web/cachified";
import { Cacheable } from "cacheable";
import { createRegion, MemoryBackend } from "dogpile";
import { LRUCache } from "lru-cache";

const SECONDS = 300;

export const subjects = {
  dogpile(create) {
    const region = createRegion({ backend: new MemoryBackend(), expirationTime: SECONDS });
    return (key) => region.getOrCreate(key, create);
  },
  "lru-cache"(create) {
    const cache = new LRUCache({ max: 100_000, ttl: SECONDS * 1000, fetchMethod: create });
    return (key) => cache.fetch(key);
  },
  cachified(create) {
    const cache = new Map();
    return (key) => cachified({ key, cache, ttl: SECONDS * 1000, getFreshValue: create });
  },
  cacheable(create) {
    const cache = new Cacheable({ ttl: SECONDS * 1000 });
    return (key) => cache.getOrSet(key, create);
  },
};

/** What a cache that shares nothing and knows nothing of time would cost. */
export const floor = (create) => {
  const values = new Map();
  return async (key) => {
    if (!values.has(key)) values.set(key, await create());
    return values.get(key);
  };
};
