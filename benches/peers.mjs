// What dogpile and four other caches do in situations where many calls meet, as a Markdown table: node benches/peers.mjs
import { cachified } from "@epic-web/cachified";
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { Cacheable, Keyv } from "cacheable";
import { createRegion, MemoryBackend, TagInvalidation, TieredBackend } from "dogpile";
import { LRUCache } from "lru-cache";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const KEY = "key";
const TAG = "tag";

/**
 * Each over a store of its own in memory, or over `store`, whose methods are asynchronous; `hasMemory`: with memory in front of it. No value expires in
 * these situations.
 */
const caches = {
  dogpile(store, hasMemory) {
    const far = store ?? new MemoryBackend();
    const backend = hasMemory ? new TieredBackend(new MemoryBackend(), far, { farTimeout: 0.1 }) : far;
    const region = createRegion({ backend, tagInvalidator: new TagInvalidation() });
    return {
      getOrCreate: (creator) => region.getOrCreate(KEY, creator),
      getOrCreateTagged: (creator) => region.getOrCreate(KEY, creator, { tags: [TAG] }),
      invalidateTag: () => region.invalidateTags([TAG]),
      get: () => region.get(KEY),
      set: (value) => region.set(KEY, value),
      delete: () => region.delete(KEY),
    };
  },
  "lru-cache"(store) {
    if (store !== undefined) return undefined; // it has no other store than itself
    const cache = new LRUCache({ max: 100, fetchMethod: (_key, _stale, { context }) => context() });
    return {
      getOrCreate: (creator) => cache.fetch(KEY, { context: creator }),
      get: async () => cache.get(KEY),
      set: async (value) => cache.set(KEY, value),
      delete: async () => cache.delete(KEY),
    };
  },
  "@epic-web/cachified"(store, hasMemory) {
    if (hasMemory) return undefined; // it has one store
    const cache = store ?? new Map();
    return {
      getOrCreate: (creator) => cachified({ key: KEY, cache, getFreshValue: creator }),
      get: async () => (await cache.get(KEY))?.value,
      set: async (value) => cache.set(KEY, { value, metadata: { createdTime: Date.now() } }),
      delete: async () => cache.delete(KEY),
    };
  },
  bentocache(store, hasMemory) {
    const near = store === undefined || hasMemory ? bentostore().useL1Layer(memoryDriver()) : bentostore();
    const layers = store === undefined ? near : near.useL2Layer(bentoDriver(store));
    const bento = new BentoCache({ default: "only", stores: { only: layers } });
    return {
      getOrCreate: (creator) => bento.getOrSet({ key: KEY, factory: creator }),
      getOrCreateTagged: (creator) => bento.getOrSet({ key: KEY, factory: creator, tags: [TAG] }),
      invalidateTag: () => bento.deleteByTag({ tags: [TAG] }),
      get: () => bento.get({ key: KEY }),
      set: (value) => bento.set({ key: KEY, value }),
      delete: () => bento.delete({ key: KEY }),
    };
  },
  cacheable(store, hasMemory) {
    const cache = new Cacheable(store === undefined ? {} : { [hasMemory ? "secondary" : "primary"]: new Keyv({ store }) });
    return {
      getOrCreate: (creator) => cache.getOrSet(KEY, creator, { throwErrors: "function" }),
      withoutTags: "`getOrSet` takes no tags",
      get: () => cache.get(KEY),
      set: (value) => cache.set(KEY, value),
      delete: () => cache.delete(KEY),
    };
  },
};

/** A row for each: what the cache of a column comes to, in a few words. */
const situations = {
  async "1,000 callers at once, nothing is cached: the creator runs"(makeCache) {
    const cache = makeCache();
    const creator = gated();
    const callers = Promise.all(Array.from({ length: 1000 }, () => cache.getOrCreate(creator.create)));
    await creator.started;
    creator.finish();
    await callers;
    return times(creator.runs);
  },
  async "two callers at once, the store answers one of them late: the creator runs"(makeCache) {
    const store = new AsyncStore();
    const cache = makeCache(store);
    if (cache === undefined) return "takes no store";
    const creator = gated();
    creator.finish();
    const callers = [1, 2].map(() => cache.getOrCreate(creator.create));
    store.answerSecondReadAfter(Promise.race(callers));
    await Promise.all(callers);
    return times(creator.runs);
  },
  async "`delete` while the creator runs: the caller gets"(makeCache) {
    return (await disturbed(makeCache(), (cache) => cache.delete())).got;
  },
  async "`delete` while the creator runs: afterwards the cache holds"(makeCache) {
    return (await disturbed(makeCache(), (cache) => cache.delete())).held;
  },
  async "`set` while the creator runs: afterwards the cache holds"(makeCache) {
    return (await disturbed(makeCache(), (cache) => cache.set("the value that was set"))).held;
  },
  async "a tag of the value is invalidated while the creator runs: afterwards the cache holds"(makeCache) {
    const cache = makeCache();
    if (cache.invalidateTag === undefined) return cache.withoutTags ?? "has no tags";
    const tagged = { ...cache, getOrCreate: cache.getOrCreateTagged };
    return (
      await disturbed(tagged, async (cache) => {
        await sleep(5); // its clock has milliseconds
        await cache.invalidateTag();
        await sleep(5);
      })
    ).held;
  },
  async "memory in front of a store that never answers: the caller gets"(makeCache) {
    const cache = makeCache(new HungStore(), true);
    return cache === undefined ? "has one store" : outcomeOf(cache.getOrCreate(async () => "the creator's value"));
  },
  async "the creator rejects with `undefined`: three callers get"(makeCache) {
    const cache = makeCache();
    const create = async () => {
      await sleep(10);
      throw undefined;
    };
    const outcomes = await Promise.all([1, 2, 3].map(() => outcomeOf(cache.getOrCreate(create))));
    return [...new Set(outcomes)].map((outcome) => `${outcomes.filter((other) => other === outcome).length} × ${outcome}`).join(", ");
  },
};

/** What the caller gets, and what is there afterwards, if `disturb` comes while its creator runs. */
async function disturbed(cache, disturb) {
  const creator = gated();
  const caller = outcomeOf(cache.getOrCreate(creator.create));
  await creator.started;
  await disturb(cache);
  creator.finish();
  const got = await caller;
  await sleep(10);
  return { got, held: (await cache.get()) ?? "nothing" };
}

/** A creator that says when it has started, and ends when it is told to. */
function gated() {
  const gate = { runs: 0 };
  gate.started = new Promise((resolve) => (gate.start = resolve));
  gate.finished = new Promise((resolve) => (gate.finish = resolve));
  gate.create = async () => {
    gate.runs += 1;
    gate.start();
    await gate.finished;
    return "the creator's value";
  };
  return gate;
}

/** Each read answers what was there when it was sent. */
class AsyncStore {
  #values = new Map();
  #reads = 0;
  #late = new Promise((resolve) => (this.answerSecondReadAfter = resolve));

  async get(key) {
    const value = this.#values.get(key);
    this.#reads += 1;
    await (this.#reads === 2 ? this.#late : sleep(1));
    return value;
  }

  async set(key, value) {
    await sleep(1);
    this.#values.set(key, value);
    return true;
  }

  async delete(key) {
    await sleep(1);
    return this.#values.delete(key);
  }

  async clear() {
    this.#values.clear();
  }
}

/** As a client whose server is away, and which waits for it. */
class HungStore {
  get = () => new Promise(() => {});
  set = this.get;
  delete = this.get;
  clear = this.get;
}

function bentoDriver(store) {
  const driver = {
    type: "l2",
    namespace: () => driver,
    get: (key) => store.get(key),
    set: (key, value) => store.set(key, value),
    delete: (key) => store.delete(key),
    deleteMany: async (keys) => (await Promise.all(keys.map((key) => store.delete(key)))).some(Boolean),
    clear: () => store.clear(),
    disconnect: async () => {},
  };
  return { options: {}, factory: () => driver };
}

/** Whoever has got nothing after a second is said to wait for ever. */
function outcomeOf(promise) {
  const outcome = promise.then(
    (value) => value ?? "`undefined`",
    (error) => (error === undefined ? "the rejection" : `an ${error.name}`),
  );
  return Promise.race([outcome, sleep(1000, "nothing, for ever")]);
}

const times = (count) => ["never", "once", "twice"][count] ?? `${count} times`;

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}

const rows = [];
for (const [situation, run] of Object.entries(situations)) {
  const cells = [];
  for (const makeCache of Object.values(caches)) cells.push(await run(makeCache));
  rows.push([situation, ...cells]);
}
const [, ...peers] = Object.keys(caches);
const head = ["situation", "dogpile", ...peers.map((name) => `${name} ${versionOf(name)}`)];
console.log([head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n"));
