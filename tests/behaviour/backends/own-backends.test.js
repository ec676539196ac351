import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { fromKeyv } from "dogpile/adapters";
import { checkAfterEach, makeRegion, throws } from "../helpers.js";

checkAfterEach();

describe("a Keyv as backend is refused, with what to write instead", () => {
  /** The shape of Keyv 4 and 5, as far as it matters. */
  class Keyv {
    opts = { namespace: "keyv", store: new Map() };
    stored = [];
    get(key) {
      return this.opts.store.get(key);
    }
    set(key, value, ttl) {
      this.stored.push(ttl);
      this.opts.store.set(key, value);
      return true;
    }
    delete(key) {
      return this.opts.store.delete(key);
    }
    has(key) {
      return this.opts.store.has(key);
    }
    clear() {}
    disconnect() {}
  }

  test("by itself", () => {
    throws(() => makeRegion({ backend: new Keyv() }, []), "VALIDATION", 'must be fromKeyv(keyv) of "dogpile/adapters", not a Keyv');
  });

  test("and what the message says serves", async () => {
    const keyv = Object.assign(new Keyv(), { store: new Map() });
    const region = makeRegion({ backend: fromKeyv(keyv), expirationTime: 60 }, []);
    await region.set("k", "value");
    await region.set("for ever", "value", { expiresIn: -1 });
    expect(await region.get("k")).toBe("value");
    expect(keyv.stored).toEqual([120_000, undefined]);
  });
});

describe("what is no backend is refused by its methods, with what makes one of it", () => {
  const having = (...names) => Object.fromEntries(["get", "set", "delete", ...names].map((name) => [name, () => "secret"]));

  test.each([
    ["a Redis client with lower case", having("hget", "call"), 'new RedisBackend(client) of "dogpile/redis", not a Redis client'],
    ["a Redis client with camelCase", having("hGet", "mGet"), 'new RedisBackend(client) of "dogpile/redis", not a Redis client'],
    ["a storage", having("getItem", "getKeys"), 'fromUnstorage(storage) of "dogpile/adapters", not a storage of unstorage'],
    ["a Keyv 6", { ...having("has", "disconnect"), store: {} }, 'fromKeyv(keyv) of "dogpile/adapters", not a Keyv'],
    ["a store of Keyv 5", { ...having("has", "disconnect"), opts: {} }, 'fromKeyv(new Keyv({ store })) of "dogpile/adapters", not a store of Keyv'],
    ["a store of Keyv 6", { ...having("has", "disconnect"), capabilities: {}, store: {} }, "fromKeyv(new Keyv({ store }))"],
    ["a Cache", { match() {}, put() {}, delete() {} }, "new CacheStorageBackend({ cache }), not a Cache"],
    ["a KV namespace", { get() {}, put() {}, delete() {}, getWithMetadata() {} }, "new CloudflareKVBackend(env.KV), not a KV namespace"],
  ])("%s", (_name, backend, message) => {
    const error = throws(() => makeRegion({ backend }, []), "VALIDATION", message);
    expect(error.message).not.toContain("secret");
  });

  test("a Map, a cache with more methods, and a Proxy that seems to have all methods are backends", async () => {
    const proxy = new Proxy(new Map(), { get: (map, name) => (name === "then" ? undefined : (map[name]?.bind(map) ?? (() => undefined))) });
    for (const backend of [new Map(), Object.assign(new Map(), { getMany() {}, deleteMany() {}, opts: {} }), proxy]) {
      const region = makeRegion({ backend, serializer: false, keyMangler: false }, []);
      await region.set("k", "value");
      expect(await region.get("k")).toBe("value");
    }
  });
});

describe("a MemoryBackend in a Map of the user's", () => {
  /** Counts what is done to it: each step of an iterator, too. */
  class Counting extends Map {
    steps = 0;
    get(key) {
      this.steps += 1;
      return super.get(key);
    }
    set(key, value) {
      this.steps += 1;
      return super.set(key, value);
    }
    delete(key) {
      this.steps += 1;
      return super.delete(key);
    }
    *keys() {
      this.iterators = (this.iterators ?? 0) + 1;
      for (const key of super.keys()) {
        this.steps += 1;
        yield key;
      }
    }
  }

  test("costs a set a few operations however many it holds, and begins one iterator", () => {
    const cache = new Counting();
    const backend = new MemoryBackend({ cache, maxEntries: 1000 });
    for (let each = 0; each < 10_000; each += 1) backend.set(`k${each}`, each);
    expect(cache.steps).toBeLessThan(4 * 10_000);
    expect(cache.iterators).toBeLessThan(3);
    expect([...cache.values()]).toEqual(Array.from({ length: 1000 }, (_, index) => 9000 + index));
  });

  test("still evicts the oldest after the user has emptied it, or deleted from it", () => {
    const cache = new Map();
    const backend = new MemoryBackend({ cache, maxEntries: 3 });
    const fill = (...keys) => keys.forEach((key) => backend.set(key, key));
    fill(1, 2, 3, 4);
    cache.delete(2);
    fill(5, 6);
    expect([...cache.keys()]).toEqual([4, 5, 6]);
    cache.clear();
    fill(1, 2, 3, 4);
    expect([...cache.keys()]).toEqual([2, 3, 4]);
    backend.delete(2);
    fill(2, 5);
    expect([...cache.keys()]).toEqual([4, 2, 5]);
    backend.clear();
    fill(7, 8, 9, 10, 11);
    expect([...cache.keys()]).toEqual([9, 10, 11]);
  });

  test("may be more than full when it is given, and of any size that it says", () => {
    const cache = new Map([1, 2, 3, 4, 5].map((key) => [key, key]));
    new MemoryBackend({ cache, maxEntries: 2 }).set(6, 6);
    expect([...cache.keys()]).toEqual([5, 6]);
    const odd = { size: 5, get() {}, set() {}, delete() {}, keys: () => [][Symbol.iterator]() };
    new MemoryBackend({ cache: odd, maxEntries: 2 }).set("k", 1);
  });
});
