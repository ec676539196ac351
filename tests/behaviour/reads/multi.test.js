import { describe, expect, test } from "vitest";
import {
  SlowMultiBackend,
  backends,
  checkAfterEach,
  counted,
  makeRegion,
  outcome,
  plainBackend,
  record,
  refuses,
  slowRegion,
  virtualClock,
} from "../helpers.js";

checkAfterEach();

const echo = (keys) => keys.map((key) => `new ${key}`);

describe.each(backends)("getOrCreateMulti over %s", (_name, makeBackend) => {
  test("creates what is missing, in one call, and answers in the order of the keys", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b", "c", "d"]);
    await region.setMulti({ a: "old a", d: "old d" });
    const creator = counted(echo);
    expect(await region.getOrCreateMulti(["d", "c", "a", "b", "c", "a"], creator)).toEqual(["old d", "new c", "old a", "new b", "new c", "old a"]);
    expect(creator.times).toBe(1);
    expect(creator.calls[0][0]).toEqual(["c", "b"]);
    expect(await region.getMulti(["a", "b", "c", "d"])).toEqual(["old a", "new b", "new c", "old d"]);
  });

  test("gives the creator each key once, in the order in which they were first asked for", async () => {
    const region = makeRegion({ backend: makeBackend() }, []);
    const creator = counted(echo);
    await region.getOrCreateMulti(["b", "\u{1f436}", "a", "10", "b", "9", "\uffff", "a"], creator);
    expect(creator.calls[0][0]).toEqual(["b", "\u{1f436}", "a", "10", "9", "\uffff"]);
  });

  test("does not call the creator where every key is fresh, or where there is none", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a"]);
    await region.set("a", 1);
    const creator = counted(echo);
    expect(await region.getOrCreateMulti(["a", "a"], creator)).toEqual([1, 1]);
    expect(await region.getOrCreateMulti([], creator)).toEqual([]);
    expect(await region.getOrCreateMulti(new Set(), creator)).toEqual([]);
    expect(creator.times).toBe(0);
  });

  test("falsy values are values", async () => {
    const region = makeRegion({ backend: makeBackend() }, []);
    const values = [undefined, null, 0, "", false];
    const keys = values.map(String);
    const creator = counted(() => values);
    expect(await region.getOrCreateMulti(keys, creator)).toEqual(values);
    expect(await region.getOrCreateMulti(keys, creator)).toEqual(values);
    expect(creator.times).toBe(1);
  });

  test("values may be promises, each of its own", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b", "c"]);
    const creator = async () => [Promise.resolve("a"), "b", { then: (resolve) => resolve("c") }];
    expect(await region.getOrCreateMulti(["a", "b", "c"], creator)).toEqual(["a", "b", "c"]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual(["a", "b", "c"]);
  });

  test("a creator that throws or rejects stores nothing", async () => {
    const reason = new Error("failed");
    for (const creator of [
      () => {
        throw reason;
      },
      () => Promise.reject(reason),
    ]) {
      const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
      expect(await outcome(region.getOrCreateMulti(["a", "b"], creator))).toEqual(["rejected", reason]);
      expect(await region.getMulti(["a", "b"])).toEqual([undefined, undefined]);
      expect([await region.keyIsLocked("a"), await region.keyIsLocked("b")]).toEqual([false, false]);
    }
  });

  test("a value that is a promise that rejects, rejects the call and is not stored", async () => {
    const reason = new Error("failed");
    for (const creator of [() => ["a", Promise.reject(reason)], () => [Promise.reject(reason), Promise.reject(reason)]]) {
      const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
      expect(await outcome(region.getOrCreateMulti(["a", "b"], creator))).toEqual(["rejected", reason]);
      expect(await region.get("b")).toBeUndefined();
      expect(await region.keyIsLocked("b")).toBe(false);
      expect(await region.getOrCreate("b", () => "again")).toBe("again");
    }
  });

  test.each([
    ["too few", ["a"]],
    ["too many", ["a", "b", "c"]],
    ["none", []],
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
  ])("a creator that returns %s values is refused, and nothing is stored", async (_how, values) => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
    await refuses(() => region.getOrCreateMulti(["a", "b"], async () => values), "VALIDATION");
    expect(await region.getMulti(["a", "b"])).toEqual([undefined, undefined]);
  });

  test("shouldCacheFn is asked once for each created value and keeps what it refuses from being stored", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b", "c"]);
    await region.set("c", "old c");
    const shouldCacheFn = counted((value) => value !== "new a");
    expect(await region.getOrCreateMulti(["a", "b", "c"], echo, { shouldCacheFn })).toEqual(["new a", "new b", "old c"]);
    expect(shouldCacheFn.calls.map(([value]) => value)).toEqual(["new a", "new b"]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual([undefined, "new b", "old c"]);
  });

  test("what shouldCacheFn throws rejects the call, and nothing is stored", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
    const reason = new Error("no opinion");
    const shouldCacheFn = (value) => {
      if (value === "new b") throw reason;
      return true;
    };
    expect(await outcome(region.getOrCreateMulti(["a", "b"], echo, { shouldCacheFn }))).toEqual(["rejected", reason]);
    expect(await region.getMulti(["a", "b"])).toEqual([undefined, undefined]);
  });

  test("expirationTime decides for each record, by its own age", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock }, ["a", "b", "c"]);
    await region.set("a", "old a");
    clock.advance(50);
    await region.set("b", "old b");
    await region.set("c", "old c", { expiresIn: 5 });
    clock.advance(20);
    const creator = counted(echo);
    expect(await region.getMulti(["a", "b", "c"], { expirationTime: 60 })).toEqual([undefined, "old b", "old c"]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual(["old a", "old b", undefined]);
    expect(await region.getOrCreateMulti(["a", "b", "c"], creator, { expirationTime: 60 })).toEqual(["new a", "old b", "old c"]);
    expect(await region.getOrCreateMulti(["a", "b", "c"], creator)).toEqual(["new a", "old b", "new c"]);
    expect(creator.calls.map(([keys]) => keys)).toEqual([["a"], ["c"]]);
  });

  test("forceRefresh creates every key", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
    await region.set("a", "old a");
    expect(await region.getOrCreateMulti(["a", "b"], echo, { forceRefresh: true })).toEqual(["new a", "new b"]);
    expect(await region.getMulti(["a", "b"])).toEqual(["new a", "new b"]);
  });
});

describe("costs of many keys", () => {
  test("one read, one write over a backend with operations for many", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b", "c"]);
    backend.store.set("b", record("old b", 1_700_000_000));
    await region.getOrCreateMulti(["a", "b", "c", "a"], async (keys) => echo(keys));
    expect(backend.sent).toEqual(["getMulti a,b,c", "setMulti a,c"]);
    expect(await region.getMulti(["c", "a", "c"])).toEqual(["new c", "new a", "new c"]);
    expect(backend.count("getMulti")).toBe(2);
    await region.setMulti({ a: 1, b: 2 });
    await region.deleteMulti(["a", "b"]);
    expect(backend.sent.slice(-2)).toEqual(["setMulti a,b", "deleteMulti a,b"]);
  });

  test("no write where nothing may be stored", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    await region.getOrCreateMulti(["a", "b"], echo, { shouldCacheFn: () => false });
    expect(backend.sent).toEqual(["getMulti a,b"]);
  });

  test("one operation a key over a backend that has no others", async () => {
    const backend = plainBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    await region.getOrCreateMulti(["a", "b"], echo);
    expect(backend.sent).toEqual(["get a", "get b", "set a", "set b"]);
    await region.deleteMulti(["a", "b"]);
    expect(backend.store.size).toBe(0);
  });

  test("reading or setting nothing costs nothing", async () => {
    const { backend, region } = slowRegion();
    expect(await region.getMulti([])).toEqual([]);
    for (const nothing of [{}, new Map(), []]) expect(await region.setMulti(nothing)).toBeUndefined();
    expect(backend.sent).toEqual([]);
  });
});

test("the values of one creation have each a creation time, after the creator returned", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock }, ["a", "b"]);
  await region.getOrCreateMulti(["a", "b"], async (keys) => (clock.advance(30), echo(keys)));
  for (const key of ["a", "b"]) expect((await region.getValueMetadata(key)).cachedTime).toBe(clock.now);
});

test("a creator of many that is no function is refused", async () => {
  const { backend, region } = slowRegion();
  for (const creator of [undefined, null, 5, {}]) await refuses(() => region.getOrCreateMulti(["k"], creator), "VALIDATION");
  expect(backend.sent).toEqual([]);
});
