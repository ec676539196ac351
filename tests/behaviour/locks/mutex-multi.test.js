import { describe, expect, test } from "vitest";
import {
  SlowBackend,
  SlowMultiBackend,
  checkAfterEach,
  counted,
  deferred,
  isSettled,
  makeRegion,
  now,
  outcome,
  record,
  turns,
  until,
  virtualClock,
} from "../helpers.js";
import { lockedRegion } from "./mutexes.js";

checkAfterEach();

const keys = ["a", "b", "c"];
const each = (asked) => asked.map((key) => `new ${key}`);
const shapes = [
  ["locks that answer at once, operations for many", { answers: "at once" }, () => new SlowMultiBackend()],
  ["locks that answer by promise, operations for many", { answers: "by promise" }, () => new SlowMultiBackend()],
  ["locks that answer by promise, no operations for many", { answers: "by promise" }, () => new SlowBackend()],
];

describe.each(shapes)("with %s", (_name, mutexOptions, makeBackend) => {
  const make = (options) => lockedRegion(options, mutexOptions, makeBackend(), keys);

  test("missing keys are created in one call under their locks, and released with what was written", async () => {
    const { backend, log, mutexes, region } = make();
    const creator = counted(async (asked) => each(asked));
    expect(await region.getOrCreateMulti(["c", "a", "b", "a"], creator)).toEqual(["new c", "new a", "new b", "new a"]);
    expect(creator.calls.map(([asked]) => asked)).toEqual([["c", "a", "b"]]);
    expect(Object.fromEntries(mutexes.released)).toEqual(Object.fromEntries(backend.store));
    expect(log.filter((entry) => entry.startsWith("try"))).toEqual(["try c", "try a", "try b"]);
    expect(log.filter((entry) => entry.startsWith("acquire"))).toEqual([]);
  });

  test("a call for keys that are fresh asks for no lock", async () => {
    const { log, region } = make();
    await region.setMulti({ a: 1, b: 2 });
    expect(await region.getOrCreateMulti(["a", "b"], each)).toEqual([1, 2]);
    expect(log.filter((entry) => entry.startsWith("try") || entry.startsWith("acquire"))).toEqual([]);
  });

  test("locks are tried all at once", async () => {
    const { log, mutexes, region } = make();
    const grants = [mutexes.late(), mutexes.late(), mutexes.late()];
    const call = region.getOrCreateMulti(keys, each);
    await Promise.all(grants.map(({ reached }) => reached));
    expect(log.filter((entry) => entry.startsWith("got"))).toEqual([]);
    for (const grant of grants) grant.release();
    expect(await call).toEqual(["new a", "new b", "new c"]);
  });

  test("what was won is created, stored and released before anything is waited for", async () => {
    const { backend, log, mutexes, region } = make();
    const release = mutexes.hold("b");
    const creator = counted(async (asked) => each(asked));
    const call = region.getOrCreateMulti(keys, creator);
    await until(() => mutexes.isWaitedFor("b"));
    expect(creator.calls.map(([asked]) => asked)).toEqual([["a", "c"]]);
    expect([backend.payload("a"), backend.payload("c")]).toEqual(["new a", "new c"]);
    expect([mutexes.isHeld("a"), mutexes.isHeld("c")]).toEqual([false, false]);
    expect(log.indexOf("acquire b")).toBeGreaterThan(Math.max(log.indexOf("release a"), log.indexOf("release c")));
    expect(await isSettled(call)).toBe(false);
    release();
    expect(await call).toEqual(["new a", "new b", "new c"]);
    expect(creator.calls.map(([asked]) => asked)).toEqual([["a", "c"], ["b"]]);
  });

  test("what another stored meanwhile is used, and not created", async () => {
    const { backend, mutexes, region } = make();
    const release = mutexes.hold("b");
    const creator = counted(async (asked) => each(asked));
    const call = region.getOrCreateMulti(keys, creator);
    await until(() => mutexes.isWaitedFor("b"));
    backend.store.set("b", record("the other's", now()));
    release();
    expect(await call).toEqual(["new a", "the other's", "new c"]);
    expect(creator.times).toBe(1);
  });

  test("of those that are busy one is waited for, holding nothing; then all the others are tried, and created in one call", async () => {
    const { mutexes, region } = make();
    const releases = ["b", "c"].map((key) => mutexes.hold(key));
    const creator = counted(async (asked) => each(asked));
    const call = region.getOrCreateMulti(keys, creator);
    await until(() => mutexes.isWaitedFor("b") || mutexes.isWaitedFor("c"));
    await turns();
    expect([mutexes.isWaitedFor("b"), mutexes.isWaitedFor("c")].filter(Boolean)).toHaveLength(1);
    expect(mutexes.isHeld("a")).toBe(false);
    for (const release of releases) release();
    expect(await call).toEqual(["new a", "new b", "new c"]);
    expect(creator.calls.map(([asked]) => [...asked].sort())).toEqual([["a"], ["b", "c"]]);
  });

  test("a key that is stale and busy is served stale; one that is stale and free is created", async () => {
    const clock = virtualClock();
    const { mutexes, region } = make({ clock, expirationTime: 60 });
    await region.setMulti({ a: "old a", b: "old b" });
    clock.advance(61);
    const release = mutexes.hold("a");
    const creator = counted(async (asked) => each(asked));
    expect(await region.getOrCreateMulti(keys, creator)).toEqual(["old a", "new b", "new c"]);
    expect(creator.calls.map(([asked]) => asked)).toEqual([["b", "c"]]);
    expect(mutexes.count("acquire a")).toBe(0);
    release();
  });

  test("a creator that fails gives every lock back", async () => {
    const { mutexes, region } = make();
    const reason = new Error("failed");
    expect(await outcome(region.getOrCreateMulti(keys, () => Promise.reject(reason)))).toEqual(["rejected", reason]);
    await until(() => keys.every((key) => !mutexes.isHeld(key)));
    expect(mutexes.released.map(([, stored]) => stored)).toEqual([undefined, undefined, undefined]);
  });

  test("a delete gives its key's lock back at once, and leaves the others theirs", async () => {
    const { backend, mutexes, region } = make();
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const call = region.getOrCreateMulti(["a", "b"], creator);
    await until(() => creator.times === 1);
    await region.delete("a");
    await until(() => !mutexes.isHeld("a"));
    expect(mutexes.isHeld("b")).toBe(true);
    creation.resolve(["too late", "b"]);
    expect(await call).toEqual(["too late", "b"]);
    expect([backend.payload("a"), backend.payload("b"), mutexes.isHeld("b")]).toEqual([undefined, "b", false]);
  });

  test("locks that fail are reported, and their keys created without", async () => {
    const { backend, mutexes, onError, region } = make();
    const reason = new Error("no lock today");
    mutexes.next("acquire", () => Promise.reject(reason));
    mutexes.next("acquire", () => {
      throw reason;
    });
    expect(await region.getOrCreateMulti(keys, each)).toEqual(["new a", "new b", "new c"]);
    expect(onError).toHaveBeenCalledWith(reason, "lock");
    expect(keys.map((key) => backend.payload(key))).toEqual(["new a", "new b", "new c"]);
  });
});

describe.each(shapes)("two regions over one store, with %s", (_name, mutexOptions, makeBackend) => {
  test.each([
    ["a slow creator", 30],
    ["a quick one", 0],
  ])("keys in opposite order never lock each other out, and each is created once: %s", async (_speed, pause) => {
    const { backend, region } = lockedRegion({}, mutexOptions, makeBackend(), keys);
    const other = makeRegion({ backend }, keys);
    for (let round = 0; round < 10; round++) {
      const created = [];
      const creator = async (asked) => {
        created.push(...asked);
        await turns(pause);
        return each(asked);
      };
      const calls = [region.getOrCreateMulti(["a", "b", "c"], creator), other.getOrCreateMulti(["c", "b", "a"], creator)];
      await turns(round);
      calls.push(other.getOrCreateMulti(["b", "a"], creator), region.getOrCreateMulti(["c", "a"], creator));
      expect(await Promise.all(calls)).toEqual([
        ["new a", "new b", "new c"],
        ["new c", "new b", "new a"],
        ["new b", "new a"],
        ["new c", "new a"],
      ]);
      expect(created.sort()).toEqual(keys);
      await region.deleteMulti(keys);
    }
  });

  test("single calls and calls for many share their creations", async () => {
    const { backend, region } = lockedRegion({}, mutexOptions, makeBackend(), keys);
    const other = makeRegion({ backend }, keys);
    const created = [];
    const one = async ({ key }) => (created.push(key), await turns(10), `new ${key}`);
    const many = async (asked) => (created.push(...asked), await turns(10), each(asked));
    const values = await Promise.all([
      region.getOrCreate("b", one),
      other.getOrCreateMulti(keys, many),
      region.getOrCreateMulti(["c", "b"], many),
      other.getOrCreate("c", one),
    ]);
    expect(values).toEqual(["new b", ["new a", "new b", "new c"], ["new c", "new b"], "new c"]);
    expect(created.sort()).toEqual(keys);
  });
});
