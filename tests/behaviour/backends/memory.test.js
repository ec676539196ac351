import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { checkAfterEach, counted, makeRegion, now, outcome, record, throws } from "../helpers.js";

checkAfterEach();

describe("MemoryBackend by itself", () => {
  test("gets, sets, deletes, clears, counts and lists records", () => {
    const backend = new MemoryBackend();
    expect([backend.get("k"), backend.size, [...backend.entries()]]).toEqual([undefined, 0, []]);
    const one = record("one", 1_700_000_000);
    expect(backend.set("one", one)).toBeUndefined();
    backend.set("two", record("two", 1_700_000_000));
    expect(backend.get("one")).toEqual(one);
    expect([...backend.entries()].map(([key, value]) => [key, value.payload])).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
    expect(backend.size).toBe(2);
    backend.delete("one");
    backend.delete("nothing");
    expect([backend.get("one"), backend.size]).toEqual([undefined, 1]);
    backend.clear();
    expect(backend.size).toBe(0);
  });

  test("shares its records with the regions over it, both ways", async () => {
    const backend = new MemoryBackend();
    const [one, other] = [makeRegion({ backend }), makeRegion({ backend })];
    await one.set("k", 1);
    expect(await other.get("k")).toBe(1);
    expect(await other.getOrCreate("k", () => "never")).toBe(1);
    backend.set("k", record(2, now()));
    expect([await one.get("k"), await one.getOrCreate("k", () => "never"), await other.get("k")]).toEqual([2, 2, 2]);
    backend.delete("k");
    expect([await one.get("k"), await one.getOrCreate("k", () => 3), await other.get("k")]).toEqual([undefined, 3, 3]);
    backend.clear();
    expect(await one.get("k")).toBeUndefined();
  });

  test("stores the very values that it is given", async () => {
    const region = makeRegion();
    const value = { nested: [] };
    await region.set("k", value);
    expect(await region.get("k")).toBe(value);
    expect(await region.getOrCreate("k", () => "never")).toBe(value);
    value.nested.push(1);
    expect(await region.get("k")).toEqual({ nested: [1] });
    const odd = [() => 1, Symbol("s"), new WeakMap(), globalThis];
    for (const each of odd) {
      await region.set("k", each);
      expect(await region.get("k")).toBe(each);
    }
  });
});

describe("maxEntries", () => {
  test("evicts beyond it, never what has just been stored", async () => {
    const backend = new MemoryBackend({ maxEntries: 3 });
    const region = makeRegion({ backend }, []);
    for (let index = 0; index < 20; index++) {
      await region.getOrCreate(`k${index}`, () => index);
      expect(backend.size).toBe(Math.min(index + 1, 3));
      expect(await region.get(`k${index}`)).toBe(index);
    }
    await region.setMulti(Array.from({ length: 10 }, (_, index) => [`m${index}`, index]));
    expect(backend.size).toBe(3);
    expect(await region.get("m9")).toBe(9);
  });

  test("does not count a record that replaces another", async () => {
    const backend = new MemoryBackend({ maxEntries: 2 });
    const region = makeRegion({ backend }, ["a", "b"]);
    await region.setMulti({ a: 1, b: 2 });
    for (let index = 0; index < 10; index++) await region.set("a", index);
    expect(await region.getMulti(["a", "b"])).toEqual([9, 2]);
  });

  test("an evicted value is created again", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ maxEntries: 1 }) }, []);
    const creator = counted(() => "value");
    for (const key of ["a", "b", "a"]) await region.getOrCreate(key, creator);
    expect(creator.times).toBe(3);
  });
});

describe("cache: the user's own Map", () => {
  test("is where the records are, plain and by their keys", async () => {
    const cache = new Map();
    const region = makeRegion({ backend: new MemoryBackend({ cache }) });
    await region.set("k", "value");
    expect([...cache.keys()]).toEqual(["k"]);
    const stored = cache.get("k");
    expect(stored).toEqual({ payload: "value", metadata: { ct: (await region.getValueMetadata("k")).cachedTime, v: 2 } });
    await region.getOrCreate("k", () => "never");
    expect(structuredClone(cache)).toEqual(cache);
    await region.delete("k");
    expect(cache.size).toBe(0);
  });

  test("is read as it is: filled before, changed behind the region's back, emptied", async () => {
    const cache = new Map([["k", record("before", now() - 5)]]);
    const region = makeRegion({ backend: new MemoryBackend({ cache }) });
    expect(await region.getOrCreate("k", () => "never")).toBe("before");
    cache.set("k", record("behind", now()));
    expect(await region.getOrCreate("k", () => "never")).toBe("behind");
    cache.clear();
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(cache.get("k").payload).toBe("created");
  });

  test("may be a Map of a class of its own", async () => {
    const read = counted();
    class Watched extends Map {
      get(key) {
        read(key);
        return super.get(key);
      }
    }
    const cache = new Watched();
    const region = makeRegion({ backend: new MemoryBackend({ cache }) });
    await region.set("k", 1);
    expect(await region.getOrCreate("k", () => "never")).toBe(1);
    expect(read.times).toBeGreaterThan(0);
  });
});

describe("clone", () => {
  test("stores and returns copies: no change outside reaches the store", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ clone: true }) });
    const value = { list: [1] };
    await region.set("k", value);
    value.list.push(2);
    expect(await region.get("k")).toEqual({ list: [1] });
    (await region.get("k")).list.push(3);
    (await region.getOrCreate("k", () => "never")).list.push(4);
    (await region.getMulti(["k"]))[0].list.push(5);
    (await region.getValueMetadata("k")).payload.list.push(6);
    expect(await region.get("k")).toEqual({ list: [1] });
  });

  test("keeps what structured clone keeps", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ clone: true }) });
    const value = { date: new Date(0), map: new Map([[{ a: 1 }, new Set([1n])]]), bytes: new Uint8Array([1, 2]), none: undefined, nan: NaN };
    await region.set("k", value);
    const found = await region.get("k");
    expect(found).toEqual(value);
    expect(found).not.toBe(value);
    expect(found.map.keys().next().value).not.toBe(value.map.keys().next().value);
  });

  test("the callers of one creation share the created object, and the store does not", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ clone: true }) });
    const value = { list: [1] };
    const [one, two] = await Promise.all([region.getOrCreate("k", async () => value), region.getOrCreate("k", async () => value)]);
    expect(one).toBe(value);
    expect(two).toBe(value);
    one.list.push(2);
    expect(await region.get("k")).toEqual({ list: [1] });
  });

  test("what cannot be cloned is a write that fails", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ clone: true }) });
    const value = () => 1;
    expect((await outcome(region.set("k", value)))[0]).toBe("rejected");
    expect(await region.getOrCreate("k", () => value)).toBe(value);
    expect(region.stats.backendErrors).toBe(1);
    expect(await region.get("k")).toBeUndefined();
  });
});

describe("a MemoryBackend whose get is not its own is asked by every call", () => {
  test("a subclass", async () => {
    const read = counted();
    class Watched extends MemoryBackend {
      get(key) {
        read(key);
        return super.get(key);
      }
    }
    const region = makeRegion({ backend: new Watched() });
    await region.set("k", 1);
    for (let call = 1; call <= 3; call++) {
      expect(await region.getOrCreate("k", () => "never")).toBe(1);
      expect(read.times).toBe(call);
    }
  });

  test("one whose get is replaced while it is in use", async () => {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend });
    await region.set("k", "stored");
    expect(await region.getOrCreate("k", () => "never")).toBe("stored");
    backend.get = () => record("replaced", now());
    expect(await region.getOrCreate("k", () => "never")).toBe("replaced");
    expect(await region.get("k")).toBe("replaced");
    delete backend.get;
    expect(await region.getOrCreate("k", () => "never")).toBe("stored");
  });
});

test("options of a wrong kind are refused", () => {
  for (const maxEntries of [-1, 1.5, NaN, "5", {}]) throws(() => new MemoryBackend({ maxEntries }), "VALIDATION", "maxEntries");
  for (const cache of [{}, [], "cache", new Set(), new WeakMap()]) throws(() => new MemoryBackend({ cache }), "VALIDATION", "cache");
  for (const options of [undefined, {}, { maxEntries: undefined, cache: undefined, clone: undefined }, Object.freeze({ clone: false })])
    expect(new MemoryBackend(options).size).toBe(0);
});
