// dogpile and its peers over one client of node-redis, for the benchmark of services and its processes.
import { BentoCache, bentostore } from "bentocache";
import { createCache } from "cache-manager";
import { Cacheable, Keyv } from "cacheable";
import { createRegion } from "dogpile";
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

export const caches = {
  "dogpile, with its lock": (client) => dogpile(client, true),
  dogpile: (client) => dogpile(client, false),
  bentocache(client) {
    const layers = bentostore().useL2Layer({ options: {}, factory: () => new BentoDriver(client) });
    const bento = new BentoCache({ default: "only", ttl: HOUR, stores: { only: layers } });
    return { getOrCreate: (key, factory) => bento.getOrSet({ key, factory }) };
  },
  cacheable(client) {
    const cache = new Cacheable({ primary: new Keyv({ store: new Store(client) }), ttl: HOUR });
    return { getOrCreate: (key, creator) => cache.getOrSet(key, creator), getMulti: (keys) => cache.getMany(keys) };
  },
  "cache-manager"(client) {
    const cache = createCache({ stores: [new Keyv5({ store: new Store(client) })], ttl: HOUR });
    return { getOrCreate: (key, creator) => cache.wrap(key, creator), getMulti: (keys) => cache.mget(keys) };
  },
};

function dogpile(client, lock) {
  const backend = new RedisBackend(client, { prefix: "d:", lock });
  const region = createRegion({ backend, expirationTime: "1h", lockTimeout: "1s", observer: { onError() {} } });
  return { getOrCreate: (key, creator) => region.getOrCreate(key, creator), getMulti: (keys) => region.getMulti(keys) };
}
