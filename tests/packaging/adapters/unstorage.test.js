// unstorage over backends, and backends over unstorage.
import { createRegion, MemoryBackend } from "dogpile";
import { fromUnstorage, toUnstorageDriver } from "dogpile/adapters";
import { backendSuite } from "dogpile/testing";
import { createStorage, prefixStorage, restoreSnapshot, snapshot } from "unstorage";
import { afterEach, describe, expect, test, vi } from "vitest";
import { backends } from "./backends.js";

afterEach(() => vi.useRealTimers());

describe.each(backends)("toUnstorageDriver over %s", (_name, makeBackend) => {
  const make = () => createStorage({ driver: toUnstorageDriver(makeBackend()) });

  test("what is not there is null", async () => {
    const storage = make();
    expect([await storage.hasItem("a:b"), await storage.getItem("a:b"), await storage.getKeys()]).toEqual([false, null, []]);
    await storage.clear();
  });

  test("values come back as unstorage has them", async () => {
    const storage = make();
    class WithJson {
      toJSON = () => ({ made: "by toJSON" });
    }
    const values = ["text", { json: [1, { deep: null }] }, true, 0, false, null, "", 'quotes " and | bars', new WithJson()];
    for (const [index, value] of values.entries()) await storage.setItem(`values:${index}`, value);
    for (const [index, value] of values.entries()) {
      expect(await storage.getItem(`values:${index}`), `value ${index}`).toEqual(value instanceof WithJson ? { made: "by toJSON" } : value);
      expect(await storage.hasItem(`values:${index}`)).toBe(true);
    }
    await expect(storage.setItem("k", new (class Unknown {})())).rejects.toThrow("Cannot stringify");
  });

  test("bytes come back", async () => {
    const storage = make();
    await storage.setItemRaw("bytes", new Uint8Array([0, 1, 254, 255]));
    expect([...(await storage.getItemRaw("bytes"))]).toEqual([0, 1, 254, 255]);
  });

  test("keys are listed, by base and by depth", async () => {
    const storage = make();
    for (const key of ["one:a", "one:b:c", "other:a?query=1", "top"]) await storage.setItem(key, "value");
    expect((await storage.getKeys()).sort()).toEqual(["one:a", "one:b:c", "other:a", "top"]);
    expect((await storage.getKeys("one")).sort()).toEqual(["one:a", "one:b:c"]);
    expect(await storage.getKeys(undefined, { maxDepth: 0 })).toEqual(["top"]);
    expect(await storage.getItem("other/a?query=2")).toBe("value");
  });

  test("many at once", async () => {
    const storage = make();
    await storage.setItems([
      { key: "t:1", value: "one" },
      { key: "t:2", value: { two: 2 }, options: { ttl: 60 } },
    ]);
    expect(await storage.getItems(["t:2", { key: "t:1" }, "t:none"])).toEqual([
      { key: "t:2", value: { two: 2 } },
      { key: "t:1", value: "one" },
      { key: "t:none", value: null },
    ]);
  });

  test("an item is removed, a base is cleared, and then all", async () => {
    const driver = toUnstorageDriver(makeBackend());
    const storage = createStorage({ driver });
    for (const key of ["one:a", "one:b", "oneness:a", "other:a"]) await storage.setItem(key, "value");
    await storage.removeItem("one:a");
    expect(await storage.hasItem("one:a")).toBe(false);
    await driver.clear("one:"); // unstorage 1.17 asks no driver to clear a part of its keys, later versions do
    expect((await storage.getKeys()).sort()).toEqual(["oneness:a", "other:a"]);
    await storage.clear();
    expect(await storage.getKeys()).toEqual([]);
  });

  test("snapshots are taken and restored, under a mount", async () => {
    const storage = createStorage().mount("cache", toUnstorageDriver(makeBackend()));
    await restoreSnapshot(storage, { a: "works", "b:c": 1 }, "cache");
    expect(await snapshot(storage, "cache")).toEqual({ a: "works", "b:c": 1 });
  });

  test("a region over the same backend reads the text, with its lifetime", async () => {
    const backend = makeBackend();
    await createStorage({ driver: toUnstorageDriver(backend) }).setItem("a:b", "text", { ttl: 90 });
    const { payload, metadata } = await createRegion({ backend }).getValueMetadata("a:b");
    expect([payload, metadata.et]).toEqual(["text", 90]);
  });
});

test("an item ends after its ttl, in seconds, and is deleted", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const backend = new MemoryBackend();
  const storage = createStorage({ driver: toUnstorageDriver(backend) });
  await storage.setItem("k", "value", { ttl: 2 });
  vi.setSystemTime(Date.now() + 2000);
  expect(await storage.getItem("k")).toBe("value");
  vi.setSystemTime(Date.now() + 1);
  expect(await storage.getKeys()).toEqual([]);
  expect(await storage.getItem("k")).toBe(null);
  expect(backend.size).toBe(0);
});

test("a backend that cannot list has no keys, and clears nothing when asked for some", async () => {
  const map = new Map();
  const backend = { get: (key) => map.get(key), set: (key, value) => map.set(key, value), delete: (key) => map.delete(key), clear: () => map.clear() };
  const driver = toUnstorageDriver(backend);
  const storage = createStorage({ driver });
  await storage.setItem("one:a", "value");
  expect(await storage.getKeys()).toEqual([]);
  await expect(driver.clear("other:")).rejects.toThrow("cannot list");
  expect(await storage.getItem("one:a")).toBe("value");
  await storage.clear();
  expect(await storage.getItem("one:a")).toBe(null);
});

describe("fromUnstorage", () => {
  for (const { name, run } of backendSuite(() => fromUnstorage(createStorage()))) test(name, run);

  describe("of a part of a storage", () => {
    for (const { name, run } of backendSuite(() => fromUnstorage(prefixStorage(createStorage(), "cache")))) test(name, run);
  });

  test("keys that are one to unstorage are not one here", async () => {
    const keys = ["a/b", "a:b", "a\\b", "a::b", "a?b", "a", "a$", ".", "..", "...", "", "%", "%2E", "%uD800", "\ud800", "\udfff", "a/", ":a", "ä", "😀"];
    const region = createRegion({ backend: fromUnstorage(createStorage()), backendErrors: "throw" });
    for (const key of keys) await region.set(key, `of ${key}`);
    expect(await region.getMulti(keys)).toEqual(keys.map((key) => `of ${key}`));
    await region.setMulti(new Map(keys.map((key) => [key, 1])));
    expect(await Promise.all(keys.map((key) => region.get(key)))).toEqual(keys.map(() => 1));
    const names = keys.map(fromUnstorage(createStorage()).keyMangler);
    expect(new Set(names).size).toBe(keys.length);
  });

  test("the hint's seconds reach the driver, in whole seconds", async () => {
    const driver = { ...toUnstorageDriver(new MemoryBackend()), setItem: vi.fn() };
    const backend = fromUnstorage(createStorage({ driver }));
    await backend.set("k", "text", { expirationTime: 1.5 });
    await backend.setMulti(new Map([["k", "text"]]), { expirationTime: 60 });
    await backend.set("k", "text");
    expect(driver.setItem.mock.calls.map(([, , options]) => options.ttl)).toEqual([2, 60, undefined]);
  });

  test("refuses what is no storage", () => {
    for (const given of [undefined, "secret", {}, new Map()]) expect(() => fromUnstorage(given)).toThrow(TypeError);
    expect(() => fromUnstorage("secret")).not.toThrow("secret");
  });
});
