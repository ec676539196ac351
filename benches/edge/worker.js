const value = { name: "Ada", languages: ["analytical engine"], born: 1815 };
const create = async () => {
  await pause(20);
  return value;
};
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const keysOf = (name) => Array.from({ length: 100 }, (_, index) => `${name}:${index}`);

const scenarios = {
  cold: ({ get }) => get("cold", create),
  warm: ({ get }) => get("cold", create),
  "stale, the renewal included": (_cache, { get }) => get("stale", create),
  "cold, 100 callers at once": ({ get }) => Promise.all(keysOf("one").map(() => get("crowded", create))),
  "100 keys, cold": ({ getMany }) => getMany(keysOf("many"), create),
  "100 keys, warm": ({ getMany }) => getMany(keysOf("many"), create),
};

/** A Worker around one way to cache: `/operations` tells what each scenario asks of KV, every other path is a cached route. */
export function workerAround(subject) {
  let route;
  return {
    async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      if (pathname === "/operations") return Response.json(await operations(subject, env, ctx));
      route ??= subject(env.KV, ctx, { expirationTime: 3600 });
      return Response.json(await route.get(pathname, create));
    },
  };
}

async function operations(subject, env, ctx) {
  const kv = new CountingKV(env.KV);
  const [cache, hasty] = [3600, 1].map((expirationTime) => subject(kv, ctx, { expirationTime }));
  const counts = {};
  await hasty.get("stale", create);
  await pause(1_100);
  for (const [name, run] of Object.entries(scenarios)) {
    kv.counts = { read: 0, write: 0 };
    await run(cache, hasty);
    await pause(200);
    counts[name] = kv.counts;
  }
  return counts;
}

class CountingKV {
  counts = { read: 0, write: 0 };
  #kv;

  constructor(kv) {
    this.#kv = kv;
  }

  get(...args) {
    this.counts.read += 1;
    return this.#kv.get(...args);
  }

  getWithMetadata(...args) {
    this.counts.read += 1;
    return this.#kv.getWithMetadata(...args);
  }

  put(...args) {
    this.counts.write += 1;
    return this.#kv.put(...args);
  }

  delete(...args) {
    this.counts.write += 1;
    return this.#kv.delete(...args);
  }

  list(...args) {
    this.counts.read += 1;
    return this.#kv.list(...args);
  }
}
