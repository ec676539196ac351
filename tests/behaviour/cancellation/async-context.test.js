// A cache is shared by all requests: it must not keep what hangs on the one that happened to read first.
import { describe, expect, test } from "vitest";
import { checkAfterEach, makeRegion, turns } from "../helpers.js";

checkAfterEach();

const node = globalThis.process?.getBuiltinModule;

/** Takes what nothing holds any more. */
async function collectGarbage() {
  node("v8").setFlagsFromString("--expose-gc");
  const collect = node("vm").runInNewContext("gc");
  for (let round = 0; round < 5; round++) {
    await turns();
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
  }
}

describe.runIf(node)("what an AsyncLocalStorage holds for a caller", () => {
  const readers = { getOrCreate: (region, key) => region.getOrCreate(key, () => "never"), get: (region, key) => region.get(key) };

  test.each(Object.keys(readers))("is let go when the caller of %s has its answer", async (name) => {
    const storage = new (node("async_hooks").AsyncLocalStorage)();
    const region = makeRegion();
    const stores = [];
    for (let index = 0; index < 20; index++) {
      await region.set(`k${index}`, { index });
      const store = { request: index };
      stores.push(new WeakRef(store));
      await storage.run(store, () => readers[name](region, `k${index}`));
    }
    await collectGarbage();
    storage.disable();
    expect(stores.filter((store) => store.deref() !== undefined).length).toBeLessThan(5);
  });

  test("is each caller's own, though they share a promise", async () => {
    const storage = new (node("async_hooks").AsyncLocalStorage)();
    const region = makeRegion();
    await region.set("k", "value");
    const read = (request) =>
      storage.run(request, async () => {
        await region.getOrCreate("k", () => "never");
        return storage.getStore();
      });
    expect(await Promise.all(["a", "b", "c"].map(read))).toEqual(["a", "b", "c"]);
    storage.disable();
  });

  test("is each creator's own, though the reads of both hang and one timer ends both", async () => {
    const storage = new (node("async_hooks").AsyncLocalStorage)();
    const hung = { get: () => new Promise(() => {}), set() {}, delete() {} };
    const region = makeRegion({ backend: hung, lockTimeout: 0.02 });
    const create = (request) => storage.run(request, () => region.getOrCreate(request, () => storage.getStore()));
    expect(await Promise.all(["a", "b", "c"].map(create))).toEqual(["a", "b", "c"]);
    storage.disable();
  });
});
