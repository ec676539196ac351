// Its primary store alone, in memory. It never serves what has expired.
import { Cacheable, createKeyv } from "cacheable";

export function open({ create, ttl, maxEntries }) {
  const lifetime = ttl * 1000;
  // It would clone values; without a limit it keeps no order.
  const primary = createKeyv({ ttl: lifetime, lruSize: maxEntries, useClone: false });
  const cache = new Cacheable({ primary, ttl: lifetime });
  return {
    getOrCreate: (key) => cache.getOrSet(key, create),
    get: (key) => cache.get(key),
    getMulti: (keys) => cache.getMany(keys),
  };
}
