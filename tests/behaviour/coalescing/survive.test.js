import { describe, expect, test } from "vitest";
import { MemoryBackend, backgroundRunner } from "dogpile";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

/** A creation under way, as the calls of all who wait for it. */
async function creating(region, { callers = 3, options, key = "k" } = {}) {
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const calls = Array.from({ length: callers }, () => outcome(region.getOrCreate(key, creator, options)));
  await until(() => creator.times === 1);
  await turns();
  return { calls: Promise.all(calls), creation, creator };
}

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("a creator that rejects with undefined rejects everyone who waits, of one key and of many", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["k", "other"]);
    const { calls, creation, creator } = await creating(region);
    const many = outcome(region.getOrCreateMulti(["k", "other"], async (keys) => keys));
    creation.reject(undefined);
    expect(await calls).toEqual(Array(3).fill(["rejected", undefined]));
    expect(await many).toEqual(["rejected", undefined]);
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBeUndefined();
    expect(await outcome(region.getOrCreateMulti(["k"], () => Promise.reject(undefined)))).toEqual(["rejected", undefined]);
  });

  test("a delete while the value is loaded: neither get nor a later call finds the old one, then and afterwards", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const { calls, creation } = await creating(region);
    await region.delete("k");
    expect(await region.get("k")).toBeUndefined();
    creation.resolve("old");
    expect(await calls).toEqual(Array(3).fill(["resolved", "old"]));
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getMulti(["k"])).toEqual([undefined]);
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
  });

  test("a value that may not be cached makes nobody hang: each next call creates anew", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const options = { shouldCacheFn: () => false };
    for (const value of [1, undefined, null]) {
      const { calls, creation, creator } = await creating(region, { options });
      creation.resolve(value);
      expect(await calls).toEqual(Array(3).fill(["resolved", value]));
      expect(creator.times).toBe(1);
      expect(await region.keyIsLocked("k")).toBe(false);
    }
    expect(await region.getOrCreateMulti(["k"], () => ["many"], options)).toEqual(["many"]);
    expect(await region.getOrCreate("k", () => "kept")).toBe("kept");
    expect(await region.get("k")).toBe("kept");
  });

  test("many hits of a stale value cost one refresh in all, in the background and not", async () => {
    for (const asyncCreationRunner of [undefined, backgroundRunner]) {
      const clock = virtualClock();
      const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60, asyncCreationRunner });
      await region.set("k", "old");
      clock.advance(61);
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const calls = Array.from({ length: 50 }, () => region.getOrCreate("k", creator));
      const many = region.getOrCreateMulti(["k", "k"], () => expect.unreachable());
      await until(() => creator.times === 1);
      expect(await many).toEqual(["old", "old"]);
      creation.resolve("new");
      const values = await Promise.all(calls);
      expect(values.filter((value) => value === "old")).toHaveLength(asyncCreationRunner ? 50 : 49);
      await until(async () => !(await region.keyIsLocked("k")));
      expect(creator.times).toBe(1);
      expect(await region.get("k")).toBe("new");
    }
  });

  test("the rejection of a creation whose callers have gone is nobody's, and the next one's is its own callers'", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const controller = new AbortController();
    const { calls, creation } = await creating(region, { options: { signal: controller.signal } });
    controller.abort("gone");
    creation.reject(new Error("nobody's"));
    expect(await calls).toEqual(Array(3).fill(["rejected", "gone"]));
    const again = await creating(region, { callers: 2 });
    again.creation.reject("failed");
    expect(await again.calls).toEqual(Array(2).fill(["rejected", "failed"]));
  });

  test("a creator may create another key, and wait for one that is being created", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["outer", "inner"]);
    const inner = await creating(region, { key: "inner", callers: 1 });
    const outer = region.getOrCreate("outer", async () => `outer of ${await region.getOrCreate("inner", () => "never")}`);
    await turns();
    inner.creation.resolve("inner");
    expect(await outer).toBe("outer of inner");
    expect(await region.getMulti(["outer", "inner"])).toEqual(["outer of inner", "inner"]);
  });

  test("two creators that wait for each other's key end, whoever takes over", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "60ms" }, ["one", "two"]);
    const cross = (own, other) =>
      region.getOrCreate(own, async () => {
        await turns(10);
        return `${own} of ${await region.getOrCreate(other, () => `cut ${other}`)}`;
      });
    const results = await Promise.all([cross("one", "two"), cross("two", "one")].map(outcome));
    for (const [how, what] of results) {
      if (how === "rejected") expect(["TIMEOUT", "REENTRANT"]).toContain(what.code);
      else expect(what).toMatch(/^(one|two) of |^cut /);
    }
  });
});

describe("a store that loses what it has in mid-flight", () => {
  test("by eviction: everyone gets what was created", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ maxEntries: 1 }) });
    const { calls, creation, creator } = await creating(region);
    for (let other = 0; other < 5; other++) await region.set(`other ${other}`, other);
    const late = region.getOrCreate("k", creator);
    creation.resolve("value");
    expect(await calls).toEqual(Array(3).fill(["resolved", "value"]));
    expect(await late).toBe("value");
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("value");
  });

  test("by eviction of the stale value that is being replaced: whoever comes is still served it, and one creates", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: new MemoryBackend({ maxEntries: 1 }), clock, expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(61);
    const { calls, creation, creator } = await creating(region, { callers: 1 });
    await region.set("other", 1);
    expect(await region.getOrCreate("k", creator)).toBe("old");
    creation.resolve("new");
    await calls;
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("new");
  });

  test("because the user clears it", async () => {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend }, ["k", "a", "b"]);
    const { calls, creation } = await creating(region);
    const many = region.getOrCreateMulti(["a", "k", "b"], async (keys) => (backend.clear(), keys));
    backend.clear();
    creation.resolve("value");
    expect(await calls).toEqual(Array(3).fill(["resolved", "value"]));
    expect(await many).toEqual(["a", "value", "b"]);
    expect(await region.getMulti(["a", "b"])).toEqual(["a", "b"]);
  });

  test("because more keys are created at once than it holds", async () => {
    const region = makeRegion({ backend: new MemoryBackend({ maxEntries: 2 }) });
    const keys = Array.from({ length: 10 }, (_, index) => `key ${index}`);
    expect(await region.getOrCreateMulti(keys, async (asked) => asked)).toEqual(keys);
    expect(await Promise.all(keys.map((key) => region.getOrCreate(key, async () => key)))).toEqual(keys);
    expect(region.backend.size).toBe(2);
  });
});
