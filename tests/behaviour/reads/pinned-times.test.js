// The times of a StoredInvalidationStrategy in a MemoryBackend that evicts: were they gone, what was invalidated would be back.
import { describe, expect, test, vi } from "vitest";
import { createRegion, IndexedDBBackend, MemoryBackend, ProxyBackend, StoredInvalidationStrategy } from "dogpile";
import { checkAfterEach, makeRegion, plainBackend, record } from "../helpers.js";

checkAfterEach();

class Proxy extends ProxyBackend {}
const kinds = [
  ["a MemoryBackend", (maxEntries) => new MemoryBackend({ maxEntries })],
  ["one with a Map of the user's", (maxEntries) => new MemoryBackend({ maxEntries, cache: new Map() })],
  ["one that clones", (maxEntries) => new MemoryBackend({ maxEntries, clone: true })],
  ["one behind proxies", (maxEntries) => new Proxy().wrap(new Proxy().wrap(new MemoryBackend({ maxEntries })))],
];
const bounds = [1, 2, 3, 4, 5];
const innermost = (backend) => (backend.proxied === undefined ? backend : innermost(backend.proxied));

function fill(store, count = 300) {
  for (let index = 0; index < count; index++) {
    store.set(`other ${index}`, record(index, 1));
    if (index % 3 === 0) store.get(`other ${index}`);
  }
}

describe.each(kinds)("%s that evicts", (_name, makeStore) => {
  const visit = (store, values) => makeRegion({ backend: values, regionInvalidator: new StoredInvalidationStrategy(store) });

  test.each(bounds)("beyond %i keeps the times of a strategy", async (maxEntries) => {
    for (const hard of [true, false]) {
      const [store, values] = [makeStore(maxEntries), plainBackend()];
      const first = visit(store, values);
      await first.set("k", "old");
      await first.invalidate(hard);
      fill(store);
      const second = visit(store, values);
      expect(await second.get("k")).toBeUndefined();
      expect((await second.getOrCreateEntry("k", () => "new")).state).toBe("created");
    }
  });

  test.each(bounds)("beyond %i keeps both times and as many other entries, and evicts these as ever", async (maxEntries) => {
    const store = makeStore(maxEntries);
    const region = visit(store, plainBackend());
    await region.invalidate();
    await region.invalidate(false);
    for (let round = 0; round < 50; round++) {
      store.set(`other ${round}`, record(round, 1));
      expect(innermost(store).size).toBe(2 + Math.min(maxEntries, round + 1));
      expect(store.get(`other ${round}`)).toEqual(record(round, 1));
    }
    store.delete("dogpile:invalidation:hard");
    fill(store);
    expect(innermost(store).size).toBe(1 + maxEntries);
    store.clear();
    fill(store);
    expect(innermost(store).size).toBe(maxEntries);
    await region.invalidate();
    fill(store);
    expect(store.get("dogpile:invalidation:hard")).toBeDefined();
    expect(innermost(store).size).toBe(1 + maxEntries);
  });

  test("keeps times that were there before the strategy", async () => {
    const store = makeStore(2);
    store.set("dogpile:invalidation:hard", record(5, 1));
    new StoredInvalidationStrategy(store);
    fill(store);
    expect(store.get("dogpile:invalidation:hard")).toEqual(record(5, 1));
    expect(innermost(store).size).toBe(3);
  });

  test("keeps the times of each of many strategies, by their keys", async () => {
    const store = makeStore(1);
    const strategies = ["a", "b", "c"].map((key) => new StoredInvalidationStrategy(store, { key }));
    for (const regionInvalidator of strategies) await createRegion({ backend: plainBackend(), regionInvalidator }).invalidate();
    fill(store);
    expect([...innermost(store).entries()].map(([key]) => key).sort()).toEqual(["a:hard", "b:hard", "c:hard", "other 299"]);
  });

  test("does not sweep them", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const store = makeStore(10);
    await visit(store, plainBackend()).invalidate();
    store.set("dogpile:invalidation:hard", store.get("dogpile:invalidation:hard"), { expirationTime: 1 });
    vi.advanceTimersByTime(1e9);
    fill(store);
    expect(store.get("dogpile:invalidation:hard")).toBeDefined();
  });
});

test("under the keys that a backend's own mangler makes", async () => {
  const store = Object.assign(new MemoryBackend({ maxEntries: 1 }), { keyMangler: (key) => `mangled ${key}` });
  await createRegion({ backend: plainBackend(), regionInvalidator: new StoredInvalidationStrategy(store) }).invalidate();
  fill(store);
  expect(store.get("mangled dogpile:invalidation:hard")).toBeDefined();
});

test("a Map whose size is not what it says makes no set endless", async () => {
  class Liar extends Map {
    get size() {
      return 100;
    }
  }
  const store = new MemoryBackend({ maxEntries: 1, cache: new Liar() });
  await createRegion({ backend: plainBackend(), regionInvalidator: new StoredInvalidationStrategy(store) }).invalidate();
  fill(store);
  expect(store.get("dogpile:invalidation:hard")).toBeDefined();
});

test.skipIf("indexedDB" in globalThis)("an IndexedDBBackend keeps the times while its records are in memory", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const store = new IndexedDBBackend({ maxEntries: 2 });
  const visit = (values) => makeRegion({ backend: values, regionInvalidator: new StoredInvalidationStrategy(store) });
  const values = plainBackend();
  const first = visit(values);
  await first.set("k", "old");
  await first.invalidate();
  for (let index = 0; index < 50; index++) await store.set(`other ${index}`, index);
  expect(await visit(values).get("k")).toBeUndefined();
  await store.close();
});
