// Keyv 5 and 6 over backends, and backends over Keyv 5 and 6.
import * as vitest from "vitest";
import keyvTestSuite from "@keyv/test-suite";
import { createRegion, MemoryBackend } from "dogpile";
import { fromKeyv, toKeyv } from "dogpile/adapters";
import { backendSuite } from "dogpile/testing";
import { Keyv as Keyv5 } from "keyv";
import { Keyv as Keyv6, KeyvMemoryAdapter } from "keyv-6";
import { backends } from "./backends.js";

const { afterEach, describe, expect, test, vi } = vitest;
afterEach(() => vi.useRealTimers());

describe.each(backends)("toKeyv over %s", (name, makeBackend) => {
  describe("Keyv's own suite", () => {
    const backend = makeBackend();
    keyvTestSuite(vitest, Keyv5, () => toKeyv(backend, { version: 5 }));
  });

  describe("what Keyv 6 asks of a storage", () => {
    const make = () => toKeyv(makeBackend());

    test("a value comes back until its deadline, and what is past is deleted", async () => {
      const store = make();
      expect(await store.get("k")).toBeUndefined();
      expect(await store.set("k", "value", Date.now() + 60_000)).toBe(true);
      expect([await store.get("k"), await store.has("k")]).toEqual(["value", true]);
      expect(await store.set("k", "value", Date.now() - 1)).toBe(true);
      expect([await store.get("k"), await store.has("k")]).toEqual([undefined, false]);
    });

    test("falsy values come back", async () => {
      const store = make();
      for (const value of [null, 0, "", false]) {
        await store.set("k", value);
        expect([await store.get("k"), await store.has("k")]).toEqual([value, true]);
      }
    });

    test("many at once, an answer for each", async () => {
      const store = make();
      expect(
        await store.setMany([
          { key: "a", value: 1 },
          { key: "b", value: 2, expires: Date.now() + 60_000 },
          { key: "c", value: 3, expires: Date.now() - 1 },
        ]),
      ).toEqual([true, true, true]);
      expect(await store.getMany(["c", "b", "a", "b"])).toEqual([undefined, 2, 1, 2]);
      expect(await store.hasMany(["a", "c"])).toEqual([true, false]);
      expect(await store.deleteMany(["a", "c"])).toEqual([true, false]);
      expect([await store.delete("b"), await store.delete("b")]).toEqual([true, false]);
    });

    test("a namespace has keys of its own, lists them alone and clears them alone", async () => {
      const backend = makeBackend();
      const [one, other] = ["one", "other"].map((namespace) => Object.assign(toKeyv(backend), { namespace }));
      await one.set("k", "of one");
      await other.set("k", "of the other");
      expect([await one.get("k"), await other.get("k")]).toEqual(["of one", "of the other"]);
      expect(await Array.fromAsync(one.iterator())).toEqual([["k", "of one"]]);
      await one.clear();
      expect([await one.get("k"), await other.get("k")]).toEqual([undefined, "of the other"]);
    });
  });

  test("Keyv 6 uses it as it is, with lifetimes, namespaces and its iterator", async () => {
    const backend = makeBackend();
    const store = toKeyv(backend);
    const keyv = new Keyv6({ store, namespace: "app" });
    expect(keyv.store).toBe(store);
    await keyv.set("a", { deep: [1] });
    await keyv.set("b", "brief", 60_000);
    expect(await keyv.getMany(["a", "b", "c"])).toEqual([{ deep: [1] }, "brief", undefined]);
    expect((await Array.fromAsync(keyv.iterator())).sort()).toEqual([
      ["a", { deep: [1] }],
      ["b", "brief"],
    ]);
    expect(await keyv.delete(["a", "c"])).toEqual([true, false]);
    await keyv.clear();
    expect(await keyv.has("b")).toBe(false);
  });

  test("a region over the same backend reads what Keyv stored, with its lifetime", async () => {
    const backend = makeBackend();
    await toKeyv(backend, { version: 5 }).set("five", "text", 90_000);
    await toKeyv(backend).set("six", "text", Date.now() + 90_000);
    const region = createRegion({ backend, backendErrors: "throw" });
    for (const key of ["five", "six"]) {
      const { payload, metadata } = await region.getValueMetadata(key);
      expect([payload, metadata.v]).toEqual(["text", 2]);
      expect(metadata.et).toBeCloseTo(90, 1);
    }
  });
});

test.each([
  [5, Keyv5],
  [6, Keyv6],
])("what Keyv %i stored over memory ends after its lifetime, and is deleted", async (version, Keyv) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const backend = new MemoryBackend();
  const keyv = new Keyv({ store: toKeyv(backend, { version }) });
  await keyv.set("k", "value", 1000);
  vi.setSystemTime(Date.now() + 1000);
  expect(await keyv.get("k")).toBe("value");
  vi.setSystemTime(Date.now() + 1);
  expect(await keyv.get("k")).toBeUndefined();
  expect(backend.size).toBe(0);
});

describe.each([
  ["Keyv 5", Keyv5],
  ["Keyv 6", Keyv6],
])("fromKeyv of %s", (_name, Keyv) => {
  describe("is a backend", () => {
    for (const { name, run } of backendSuite(() => fromKeyv(new Keyv()))) test(name, run);
  });
  describe("is a backend under a namespace", () => {
    for (const { name, run } of backendSuite(() => fromKeyv(new Keyv({ namespace: "app" })))) test(name, run);
  });

  test("keys that begin with the namespace are others than those without", async () => {
    const region = createRegion({ backend: fromKeyv(new Keyv({ namespace: "app" })), backendErrors: "throw" });
    const keys = ["a", "app:a", "app:app:a", "", "%", "%%"];
    await region.setMulti(new Map(keys.map((key) => [key, `${key} together`])));
    expect(await Promise.all(keys.map((key) => region.get(key)))).toEqual(keys.map((key) => `${key} together`));
    for (const key of keys) await region.set(key, `${key} alone`);
    expect(await region.getMulti(keys)).toEqual(keys.map((key) => `${key} alone`));
    await region.delete("app:a");
    await region.deleteMulti(["app:app:a"]);
    expect(await region.getMulti(keys)).toEqual(["a alone", undefined, undefined, " alone", "% alone", "%% alone"]);
  });

  test("the hint's seconds are Keyv's milliseconds, and the namespace stays", async () => {
    const store = new Map();
    const keyv = new Keyv({ store, namespace: "app" });
    const set = vi.spyOn(keyv, "set");
    const backend = fromKeyv(keyv);
    await backend.set("k", "text", { expirationTime: 1.5 });
    await backend.set("k", "text");
    expect(set.mock.calls.map(([, , ttl]) => ttl)).toEqual([1500, undefined]);
    expect(keyv.namespace).toBe("app");
  });

  test("a write that fails rejects, alone and among many; a read that fails is a miss or rejects", async () => {
    const failing = { get: broken, set: broken, delete: broken, clear: broken };
    const keyv = new Keyv({ store: failing });
    const errors = [];
    keyv.on("error", (error) => errors.push(error));
    const backend = fromKeyv(keyv);
    await expect(backend.set("k", "text")).rejects.toThrow("Keyv did not store it");
    await expect(backend.setMulti(new Map([["k", "text"]]))).rejects.toThrow("Keyv did not store it");
    expect(errors).not.toEqual([]);
    const region = createRegion({ backend, observer: { onError() {} } });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
  });

  async function broken() {
    throw new Error("broken");
  }
});

test.each([
  ["undefined", undefined, "given: undefined; missing: get, set, delete, clear"],
  ["text", "redis://user:secret@host", "given: string"],
  ["a Map", new Map(), "wrap it: new Keyv({ store })"],
  ["a store of Keyv 6", new KeyvMemoryAdapter(new Map()), "wrap it: new Keyv({ store })"],
  ["a store of ours", toKeyv(new MemoryBackend()), "wrap it: new Keyv({ store })"],
])("fromKeyv refuses %s", (_name, given, message) => {
  expect(() => fromKeyv(given)).toThrow(TypeError);
  expect(() => fromKeyv(given)).toThrow(message);
  expect(() => fromKeyv(given)).not.toThrow("secret");
});

test("toKeyv refuses another version and unknown options", () => {
  for (const options of [{ version: 4 }, { version: "6" }, { ttl: 1 }]) expect(() => toKeyv(new MemoryBackend(), options)).toThrow(TypeError);
});
