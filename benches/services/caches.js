// dogpile and its peers over one client of node-redis, for the benchmark of services and its processes.
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { createCache } from "cache-manager";
import { Cacheable, Keyv } from "cacheable";
import { createRegion, MemoryBackend, TieredBackend } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { Keyv as Keyv5 } from "keyv";
import { createClient } from "redis";

export { RedisBackend };
const HOUR = 3_600_000;

export async function connect(port) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on("error", () => {});
  return client.connect();
}

/** What Keyv and bentocache take for a store: the same commands that RedisBackend sends. */
class Store {
  opts = {};
  #client;

  constructor(client) {
    this.#client = client;
  }

  async get(key) {
    return (await this.#client.get(key)) ?? undefined;
  }

  getMany(keys) {
    return this.#client.mGet(keys);
  }

  async set(key, value, ttl = HOUR) {
    await this.#client.set(key, value, { PX: ttl });
    return true;
  }

  async delete(key) {
    return (await this.#client.unlink(key)) > 0;
  }

  async clear() {}
  async disconnect() {}
  on() {}
}

class BentoDriver extends Store {
  type = "l2";
  namespace() {
    return this;
  }
}

/** Each over Redis alone, and with memory in front of it. */
export const caches = {
  "dogpile, with its lock": (client, lockTimeout) => dogpile(new RedisBackend(client, { prefix: "d:", lock: true }), lockTimeout),
  dogpile: (client, lockTimeout) => dogpile(new RedisBackend(client, { prefix: "d:" }), lockTimeout),
  bentocache: (client) => bento(bentostore().useL2Layer(driver(client))),
  cacheable: (client) => cacheable({ primary: new Keyv({ store: new Store(client) }) }),
  "cache-manager": (client) => cacheManager([new Keyv5({ store: new Store(client) })]),
};
export const tiers = {
  dogpile(client, lockTimeout) {
    const near = new MemoryBackend({ maxEntries: 10_000 });
    const options = { onError() {}, farTimeout: lockTimeout };
    return dogpile(new TieredBackend(near, new RedisBackend(client, { prefix: "d:", lock: true }), options), lockTimeout);
  },
  bentocache: (client) =>
    bento(
      bentostore()
        .useL1Layer(memoryDriver({ maxItems: 10_000 }))
        .useL2Layer(driver(client)),
    ),
  cacheable: (client) => cacheable({ primary: new Keyv(), secondary: new Keyv({ store: new Store(client) }) }),
  "cache-manager": (client) => cacheManager([new Keyv5(), new Keyv5({ store: new Store(client) })]),
};

const driver = (client) => ({ options: {}, factory: () => new BentoDriver(client) });

function dogpile(backend, lockTimeout) {
  const region = createRegion({ backend, expirationTime: "1h", lockTimeout, observer: { onError() {} } });
  return { getOrCreate: (key, creator) => region.getOrCreate(key, creator), getMulti: (keys) => region.getMulti(keys) };
}

function bento(layers) {
  const cache = new BentoCache({ default: "only", ttl: HOUR, stores: { only: layers } });
  return { getOrCreate: (key, factory) => cache.getOrSet({ key, factory }) };
}

function cacheable(stores) {
  const cache = new Cacheable({ ...stores, ttl: HOUR });
  return { getOrCreate: (key, creator) => cache.getOrSet(key, creator), getMulti: (keys) => cache.getMany(keys) };
}

function cacheManager(stores) {
  const cache = createCache({ stores, ttl: HOUR });
  return { getOrCreate: (key, creator) => cache.wrap(key, creator), getMulti: (keys) => cache.mget(keys) };
}
