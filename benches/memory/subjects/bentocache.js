// Its first layer alone, which is lru-cache.
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";

export function open({ create, ttl, entries, maxEntries = entries, servesStale }) {
  // It would keep values as JSON.
  const driver = memoryDriver({ maxItems: maxEntries, serialize: false });
  const bento = new BentoCache({
    default: "memory",
    stores: { memory: bentostore().useL1Layer(driver) },
    ttl: ttl * 1000,
    grace: servesStale ? "1h" : false, // how long a stale value is kept
    timeout: 0, // nobody waits for a creation where there is a stale value
  });
  return {
    getOrCreate: (key) => bento.getOrSet({ key, factory: create }),
    get: (key) => bento.get({ key }),
    expire: (key) => bento.expire({ key }),
  };
}
