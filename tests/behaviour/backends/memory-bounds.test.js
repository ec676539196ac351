import { LRUCache } from "lru-cache";
import { describe, expect, test, vi } from "vitest";
import { MemoryBackend } from "dogpile";
import { checkAfterEach, makeRegion, record } from "../helpers.js";
import { Plan } from "../random/plan.js";

checkAfterEach();

const keysOf = (backend) => [...backend.entries()].map(([key]) => key);

describe("beyond maxEntries", () => {
  test("what nobody has asked for since it came goes first, the oldest of it", () => {
    const backend = new MemoryBackend({ maxEntries: 3 });
    for (const key of ["a", "b", "c"]) backend.set(key, record(key, 1));
    backend.get("a");
    backend.set("d", record("d", 1));
    expect(keysOf(backend)).toEqual(["a", "c", "d"]);
    backend.set("e", record("e", 1));
    expect(keysOf(backend)).toEqual(["a", "d", "e"]);
  });

  test("a warm getOrCreate counts as asking", async () => {
    const backend = new MemoryBackend({ maxEntries: 2 });
    const region = makeRegion({ backend }, []);
    for (const key of ["a", "b"]) await region.set(key, key);
    expect(await region.getOrCreate("a", () => "never")).toBe("a");
    await region.set("c", "c");
    expect(keysOf(backend)).toEqual(["a", "c"]);
  });

  test("if all were asked for, the oldest goes, and the rest has to be asked for again", () => {
    const backend = new MemoryBackend({ maxEntries: 2 });
    for (const key of ["a", "b"]) backend.set(key, record(key, 1));
    for (const key of ["a", "b"]) backend.get(key);
    backend.set("c", record("c", 1));
    expect(keysOf(backend)).toEqual(["b", "c"]);
    backend.set("d", record("d", 1));
    expect(keysOf(backend)).toEqual(["c", "d"]);
  });

  test.each([1, 2, 7])("there are never more than %i, whatever is set, asked for and deleted, and each is what was set last", (maxEntries) => {
    const plan = new Plan({ seed: maxEntries });
    const backend = new MemoryBackend({ maxEntries });
    const last = new Map();
    for (let step = 0; step < 5000; step++) {
      const key = `k${plan.below(12)}`;
      plan.pick([
        () => last.set(key, record(step, 1)) && backend.set(key, last.get(key)),
        () => expect([undefined, last.get(key)]).toContain(backend.get(key)),
        () => backend.delete(key),
        () => plan.below(100) === 0 && backend.clear(),
      ])();
      expect(backend.size).toBeLessThanOrEqual(maxEntries);
      expect(keysOf(backend)).toHaveLength(backend.size);
    }
  });

  /** How often each of both finds what is asked for: of 10,000 keys, the nth n times rarer than the first. */
  function hits(isPolluted) {
    const plan = new Plan({ seed: 42 });
    const [ours, lru] = [new MemoryBackend({ maxEntries: 1000 }), new LRUCache({ max: 1000 })];
    const counts = { ours: 0, lru: 0 };
    for (let call = 0; call < 200_000; call++) {
      const isScan = isPolluted && plan.chance(0.05);
      const key = isScan ? `scan ${call}` : `key ${Math.floor(10_000 ** (plan.below(2 ** 31) / 2 ** 31))}`;
      if (ours.get(key) === undefined) ours.set(key, record(1, 1));
      else counts.ours += 1;
      if (lru.get(key) === undefined) lru.set(key, 1);
      else counts.lru += 1;
    }
    return counts;
  }

  test.each([
    ["many keys of unequal weight", false],
    ["the same, with keys between that come once", true],
  ])("%s are found at least as often as by lru-cache", (_name, isPolluted) => {
    const { ours, lru } = hits(isPolluted);
    expect(ours).toBeGreaterThanOrEqual(lru);
  });
});

describe("what is of no use any more", () => {
  const minutes = (count) => count * 60_000;
  const fill = async (region, count) => {
    for (let index = 0; index < count; index++) await region.set(`old ${index}`, index);
  };
  const touch = async (region, count) => {
    for (let index = 0; index < count; index++) await region.set("new", index);
  };

  test.each([
    ["without a bound", {}],
    ["with one", { maxEntries: 1000 }],
  ])("goes while other things are set, %s", async (_name, options) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const backend = new MemoryBackend(options);
    const region = makeRegion({ backend, expirationTime: "1m" }, []);
    await fill(region, 100);
    vi.advanceTimersByTime(minutes(3));
    expect(backend.size).toBe(100);
    await touch(region, 51);
    expect(keysOf(backend)).toEqual(["new"]);
  });

  test("is a stale value only after as long again as it was fresh", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const region = makeRegion({ expirationTime: "10m" }, []);
    await region.set("k", "old");
    vi.advanceTimersByTime(minutes(19));
    await touch(region, 10);
    expect((await region.getOrCreateEntry("k", () => Promise.reject(new Error("down")), { staleIfError: "1h" })).payload).toBe("old");
    vi.advanceTimersByTime(minutes(2));
    await touch(region, 10);
    expect(await region.get("k", { ignoreExpiration: true })).toBeUndefined();
  });

  test("is nothing that never expires, by the region, by its own word, or by that of the call that created it", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const endless = new MemoryBackend();
    await fill(makeRegion({ backend: endless }, []), 10);
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, expirationTime: "1m" }, []);
    await region.set("own", 1, { expiresIn: Infinity });
    await region.getOrCreate("call", () => 1, { expirationTime: -1 });
    vi.advanceTimersByTime(minutes(1_000_000));
    await touch(region, 10);
    await touch(makeRegion({ backend: endless }, []), 50);
    expect(keysOf(backend)).toEqual(["own", "call", "new"]);
    expect(endless.size).toBe(11);
  });
});
