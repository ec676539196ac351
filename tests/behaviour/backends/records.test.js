import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { SlowMultiBackend, backends, checkAfterEach, counted, deferred, makeRegion, outcome, record, slowRegion, until, virtualClock } from "../helpers.js";

checkAfterEach();

const ct = 1_700_000_000;
const unreadable = [
  ["a string", "garbage"],
  ["the empty string", ""],
  ["a number", 5],
  ["true", true],
  ["an empty object", {}],
  ["an array", []],
  ["a function", () => 1],
  ["a payload alone", { payload: 1 }],
  ["metadata that is null", { payload: 1, metadata: null }],
  ["metadata that is a string", { payload: 1, metadata: "{}" }],
  ["a creation time that is a string", record(1, "1700000000")],
  ["a creation time that is NaN", record(1, NaN)],
  ["no creation time", { payload: 1, metadata: { v: 2 } }],
  ["version 1", { payload: 1, metadata: { ct, v: 1 } }],
  ["version 3", { payload: 1, metadata: { ct, v: 3 } }],
  ["no version", { payload: 1, metadata: { ct } }],
  ["a version that is a string", { payload: 1, metadata: { ct, v: "2" } }],
  [
    "metadata that cannot be read",
    {
      payload: 1,
      get metadata() {
        throw new Error("private");
      },
    },
  ],
  ["null", null],
  ["undefined", undefined],
];

describe.each([
  ["at once", (value) => value],
  ["by promise", (value) => Promise.resolve().then(() => value)],
])("a backend that answers %s", (_how, answer) => {
  test.each(unreadable)("with %s: it is a miss for every read, and getOrCreate replaces it", async (_name, garbage) => {
    const store = new Map([["k", garbage]]);
    const backend = { get: (key) => answer(store.get(key)), set: (key, value) => void store.set(key, value), delete: (key) => void store.delete(key) };
    for (const backendErrors of ["degrade", undefined]) {
      store.set("k", garbage);
      const region = makeRegion({ backend, backendErrors });
      for (const options of [undefined, { ignoreExpiration: true }, { expirationTime: -1 }]) {
        expect(await region.get("k", options)).toBeUndefined();
        expect(await region.getMulti(["k"], options)).toEqual([undefined]);
        expect(await region.getValueMetadata("k", options)).toBeUndefined();
      }
      const creator = counted(() => "created");
      expect(await region.getOrCreate("k", creator)).toBe("created");
      expect(await region.get("k")).toBe("created");
      store.set("k", garbage);
      expect(await region.getOrCreateMulti(["k"], () => ["created"])).toEqual(["created"]);
      expect(await region.get("k")).toBe("created");
    }
  });
});

describe.each([
  [
    "MemoryBackend",
    () => {
      const backend = new MemoryBackend();
      return [backend, backend];
    },
  ],
  [
    "the user's own Map behind MemoryBackend",
    () => {
      const cache = new Map();
      return [new MemoryBackend({ cache }), cache];
    },
  ],
])("put into %s after a warm call", (_where, make) => {
  test.each(unreadable)("%s: it is a miss for every read, and getOrCreate replaces it", async (_name, garbage) => {
    const [backend, store] = make();
    const region = makeRegion({ backend, expirationTime: 60 });
    for (const options of [undefined, { expirationTime: 60 }]) {
      expect(await region.getOrCreate("k", () => "warm", { forceRefresh: true })).toBe("warm");
      store.set("k", garbage);
      expect(await region.get("k", options)).toBeUndefined();
      expect(await region.getMulti(["k"], options)).toEqual([undefined]);
      expect(await region.getValueMetadata("k", options)).toBeUndefined();
      expect(await region.getOrCreate("k", () => "created", options)).toBe("created");
      expect(await region.getOrCreate("k", () => "never", options)).toBe("created");
    }
  });
});

describe("an answer to a read of many keys that is not one record a key", () => {
  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a string", "ab"],
    ["an object", {}],
    ["an empty array", []],
    ["too short an array", [undefined]],
    ["too long an array", [null, null, null]],
  ])("%s: never traps, and getOrCreateMulti goes on without it", async (_name, answer) => {
    const backend = new SlowMultiBackend();
    backend.getMulti = async () => answer;
    const region = makeRegion({ backend }, ["a", "b"]);
    await outcome(region.getMulti(["a", "b"]));
    expect(await region.getOrCreateMulti(["a", "b"], () => [1, 2])).toEqual([1, 2]);
    expect(await region.get("a")).toBe(1);
  });
});

test("metadata may have more members, and a payload may be anything", async () => {
  const { backend, region } = slowRegion();
  for (const payload of [undefined, null, 0, "", false, { payload: 1 }, new Map([[1, 2]])]) {
    backend.store.set("k", record(payload, ct, { more: "members" }));
    expect(await region.get("k")).toEqual(payload);
    expect(await region.getOrCreate("k", () => "never")).toEqual(payload);
    expect((await region.getValueMetadata("k")).metadata.more).toBe("members");
  }
});

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("getValueMetadata tells payload, metadata, creation time and age, or nothing", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 });
    expect(await region.getValueMetadata("k")).toBeUndefined();
    await region.set("k", "value");
    clock.advance(30);
    const found = await region.getValueMetadata("k");
    expect([found.payload, found.metadata, found.cachedTime, found.age]).toEqual(["value", { ct: clock.now - 30, v: 2 }, clock.now - 30, 30]);
    clock.advance(31);
    expect(await region.getValueMetadata("k")).toBeUndefined();
    expect((await region.getValueMetadata("k", { ignoreExpiration: true })).age).toBe(61);
  });

  test("getOrCreateEntry tells the record and how it was come by: created, fresh, stale", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 });
    const tell = ({ payload, state, cachedTime, age }) => ({ payload, state, cachedTime, age });
    const born = clock.now;
    expect(tell(await region.getOrCreateEntry("k", () => "one"))).toEqual({ payload: "one", state: "created", cachedTime: born, age: 0 });
    clock.advance(30);
    expect(tell(await region.getOrCreateEntry("k", () => "never"))).toEqual({ payload: "one", state: "fresh", cachedTime: born, age: 30 });
    clock.advance(31);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const leader = region.getOrCreateEntry("k", creator);
    await until(() => creator.times === 1);
    expect(tell(await region.getOrCreateEntry("k", creator))).toEqual({ payload: "one", state: "stale", cachedTime: born, age: 61 });
    creation.resolve("two");
    expect(tell(await leader)).toEqual({ payload: "two", state: "created", cachedTime: clock.now, age: 0 });
    expect((await region.getOrCreateEntry("k", () => "never")).metadata).toEqual({ ct: clock.now, v: 2 });
  });

  test("getOrCreateEntry coalesces like getOrCreate, and with it", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const calls = [region.getOrCreateEntry("k", creator), region.getOrCreate("k", creator), region.getOrCreateEntry("k", creator)];
    await until(() => creator.times === 1);
    creation.resolve("value");
    const [one, two, three] = await Promise.all(calls);
    expect([one.payload, two, three.payload]).toEqual(["value", "value", "value"]);
    expect([one.state, three.state]).toEqual(["created", "coalesced"]);
    expect(creator.times).toBe(1);
  });

  test("getOrCreateEntry of a value that is not stored tells it all the same, and a failure rejects", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const entry = await region.getOrCreateEntry("k", () => undefined, { shouldCacheFn: () => false });
    expect([entry.payload, entry.state]).toEqual([undefined, "created"]);
    expect(await outcome(region.getOrCreateEntry("k", () => Promise.reject(undefined)))).toEqual(["rejected", undefined]);
  });
});
