import { createRegion, MemoryBackend } from "dogpile";
import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, isSettled, makeRegion, until, virtualClock } from "../helpers.js";

checkAfterEach();

/** A region with `old`, set one second ago. */
async function withOld(makeBackend, options) {
  const clock = virtualClock();
  const region = makeRegion({ backend: makeBackend(), clock, ...options }, ["old", "new"]);
  await region.set("old", "old");
  clock.advance(1);
  return { clock, region };
}

/** "fresh", "stale" or "missing": what callers make of a stored value, without replacing it. Only a stale one is served during a creation. */
async function judged(region, key) {
  if ((await region.get(key)) !== undefined) return "fresh";
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const call = () => region.getOrCreate(key, creator, { shouldCacheFn: () => false });
  const leader = call();
  await until(() => creator.times === 1);
  const other = call();
  const served = await isSettled(other);
  creation.resolve("unstored");
  await Promise.all([leader, other]);
  return served ? "stale" : "missing";
}

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("is hard unless asked to be soft", async () => {
    for (const [args, expected] of [
      [[], "missing"],
      [[undefined], "missing"],
      [[true], "missing"],
      [[false], "stale"],
    ]) {
      const { region } = await withOld(makeBackend);
      await region.invalidate(...args);
      expect(await judged(region, "old")).toBe(expected);
    }
  });

  test("is in effect when the call returns", async () => {
    const { region } = await withOld(makeBackend);
    const invalidated = region.invalidate();
    expect(await region.get("old")).toBeUndefined();
    await invalidated;
  });

  test("leaves alone what is set after it", async () => {
    for (const hard of [true, false]) {
      const { clock, region } = await withOld(makeBackend);
      await region.invalidate(hard);
      clock.advance(1);
      await region.set("new", "new");
      expect(await region.get("new")).toBe("new");
      expect(await region.getOrCreate("new", () => "never")).toBe("new");
    }
  });

  test("a soft one never revives what was hard-invalidated, and a later hard one takes all", async () => {
    const { clock, region } = await withOld(makeBackend, { expirationTime: 600 });
    await region.invalidate(true);
    clock.advance(1);
    await region.set("new", "new");
    clock.advance(1);
    await region.invalidate(false);
    expect(await judged(region, "old")).toBe("missing");
    expect(await judged(region, "new")).toBe("stale");
    clock.advance(1);
    await region.invalidate(true);
    expect(await judged(region, "new")).toBe("missing");
  });

  test("a soft one needs no expirationTime, and lets new values be created and served", async () => {
    const { clock, region } = await withOld(makeBackend);
    await region.invalidate(false);
    clock.advance(1);
    expect(await region.getOrCreate("new", () => "new")).toBe("new");
    expect(await region.getOrCreate("old", () => "newer")).toBe("newer");
    expect([await region.get("old"), await region.get("new")]).toEqual(["newer", "new"]);
  });

  test("an expirationTime that never expires does not outlive an invalidation", async () => {
    for (const hard of [true, false]) {
      const { region } = await withOld(makeBackend);
      await region.invalidate(hard);
      expect(await region.get("old", { expirationTime: -1 })).toBeUndefined();
      expect(await region.getOrCreate("old", () => "new", { expirationTime: Infinity })).toBe("new");
    }
  });

  test("ignoreExpiration reads what was invalidated, and nothing is removed from the backend", async () => {
    for (const hard of [true, false]) {
      const { region } = await withOld(makeBackend);
      await region.invalidate(hard);
      expect(await region.get("old", { ignoreExpiration: true })).toBe("old");
      expect(await region.getMulti(["old"], { ignoreExpiration: true })).toEqual(["old"]);
      expect((await region.getValueMetadata("old", { ignoreExpiration: true })).payload).toBe("old");
    }
  });

  test("concerns this region only, not another over the same backend", async () => {
    const backend = makeBackend();
    const [one, other] = [makeRegion({ backend }), makeRegion({ backend })];
    await one.set("k", "value");
    await one.invalidate();
    expect(await one.get("k")).toBeUndefined();
    expect(await other.get("k")).toBe("value");
  });

  test("survives a replaced backend", async () => {
    const { clock, region } = await withOld(makeBackend);
    const filled = makeBackend();
    await makeRegion({ backend: filled, clock: () => clock.now - 1 }, []).set("old", "there too");
    await region.invalidate();
    region.configure({ backend: filled, replaceExistingBackend: true });
    expect(await region.get("old")).toBeUndefined();
    expect(await region.get("old", { ignoreExpiration: true })).toBe("there too");
  });

  test("makes getOrCreateMulti create every key anew", async () => {
    const { clock, region } = await withOld(makeBackend);
    await region.set("new", "new");
    clock.advance(1);
    await region.invalidate();
    const creator = counted((keys) => keys.map((key) => `${key} again`));
    expect(await region.getOrCreateMulti(["old", "new"], creator)).toEqual(["old again", "new again"]);
    expect(creator.times).toBe(1);
  });
});

test.each(["key", 0, {}, { hard: false }])("%j is refused: an invalidation takes no key", async (hard) => {
  const region = createRegion({ backend: new MemoryBackend() });
  await region.set("k", 1);
  await expect(region.invalidate(hard)).rejects.toMatchObject({ code: "VALIDATION" });
  expect(await region.get("k")).toBe(1);
});
