// Over its own Map; where there is a limit, over cacheable's memory, as its README does. It refreshes ahead, but never serves what has expired.
import { createCache } from "cache-manager";
import { createKeyv } from "cacheable";

export function open({ create, ttl, maxEntries }) {
  const stores = maxEntries === undefined ? undefined : [createKeyv({ lruSize: maxEntries, useClone: false })];
  const cache = createCache({ ttl: ttl * 1000, stores });
  return {
    getOrCreate: (key) => cache.wrap(key, create),
    get: (key) => cache.get(key),
    getMulti: (keys) => cache.mget(keys),
  };
}
