import { describe, expect, test } from "vitest";
import { DefaultInvalidationStrategy, MemoryBackend, Region, createRegion } from "dogpile";
import { backends, checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, slowRegion, throws, turns, until, virtualClock } from "../helpers.js";
import { QUESTIONS, ownStrategy } from "./strategy.js";

checkAfterEach();

const answers = (strategy, timestamp) => QUESTIONS.map((question) => Boolean(strategy[question](timestamp)));

describe("DefaultInvalidationStrategy", () => {
  test("knows nothing invalidated at first", () => {
    expect(answers(new DefaultInvalidationStrategy(), 0)).toEqual([false, false, false, false, false]);
  });

  test("tells by its time what was invalidated, hard or soft", async () => {
    const hard = new DefaultInvalidationStrategy();
    await hard.invalidate(true, 100);
    expect(answers(hard, 99.999)).toEqual([true, true, false, true, false]);
    expect(answers(hard, 100.001)).toEqual([false, false, false, true, false]);
    const soft = new DefaultInvalidationStrategy();
    await soft.invalidate(false, 100);
    expect(answers(soft, 99.999)).toEqual([true, false, true, false, true]);
    expect(answers(soft, 100.001)).toEqual([false, false, false, false, true]);
  });

  test("answers by booleans", async () => {
    const strategy = new DefaultInvalidationStrategy();
    await strategy.invalidate(true, 100);
    for (const question of QUESTIONS) expect(strategy[question](99)).toBeTypeOf("boolean");
  });

  test("keeps hard and soft apart: a soft one revives nothing, and a later hard one takes all", async () => {
    const strategy = new DefaultInvalidationStrategy();
    await strategy.invalidate(true, 100);
    await strategy.invalidate(false, 200);
    expect(strategy.isHardInvalidated(99)).toBe(true);
    expect(strategy.isHardInvalidated(150)).toBe(false);
    expect(strategy.isSoftInvalidated(150)).toBe(true);
    expect([strategy.isInvalidated(99), strategy.isInvalidated(150), strategy.isInvalidated(250)]).toEqual([true, true, false]);
    await strategy.invalidate(true, 300);
    expect(strategy.isHardInvalidated(150)).toBe(true);
  });

  test("may be extended: the region calls what is overridden", async () => {
    const calls = [];
    class Telling extends DefaultInvalidationStrategy {
      invalidate(hard, now) {
        calls.push([hard, now]);
        return super.invalidate(hard, now);
      }

      isHardInvalidated(timestamp) {
        return timestamp === 1_700_000_005 || super.isHardInvalidated(timestamp);
      }

      isInvalidated(timestamp) {
        return this.isHardInvalidated(timestamp) || super.isInvalidated(timestamp);
      }
    }
    const clock = virtualClock();
    const region = makeRegion({ clock, regionInvalidator: new Telling() });
    await region.set("k", "value");
    clock.advance(1);
    await region.invalidate(false);
    expect(await region.get("k")).toBeUndefined();
    clock.advance(1);
    await region.invalidate();
    expect(calls).toEqual([
      [false, 1_700_000_001],
      [true, 1_700_000_002],
    ]);
    clock.advance(3);
    await region.set("k", "value");
    expect(await region.get("k")).toBeUndefined();
    clock.advance(1);
    await region.set("k", "value");
    expect(await region.get("k")).toBe("value");
  });

  test("may serve two regions, which are invalidated together", async () => {
    const regionInvalidator = new DefaultInvalidationStrategy();
    const [one, other] = [makeRegion({ regionInvalidator }), makeRegion({ regionInvalidator })];
    await Promise.all([one.set("k", 1), other.set("k", 2)]);
    await one.invalidate();
    expect([await one.get("k"), await other.get("k")]).toEqual([undefined, undefined]);
  });
});

/** A region over a strategy of the user's, with a value that is one second old. */
async function withOld(makeBackend, options) {
  const clock = virtualClock();
  const strategy = ownStrategy();
  const region = makeRegion({ backend: makeBackend(), clock, regionInvalidator: strategy, ...options });
  await region.set("k", "old");
  clock.advance(1);
  return { clock, region, strategy };
}

/** "fresh", "stale" or "missing": only a stale value is served during a creation. */
async function judged(region) {
  if ((await region.get("k")) !== undefined) return "fresh";
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const call = () => region.getOrCreate("k", creator, { shouldCacheFn: () => false });
  const leader = call();
  await until(() => creator.times === 1);
  const other = call();
  const served = await isSettled(other);
  creation.resolve("unstored");
  await Promise.all([leader, other]);
  return served ? "stale" : "missing";
}

describe.each(backends)("a strategy of the user's, over %s", (_name, makeBackend) => {
  test("judges every record, by truthiness", async () => {
    const { clock, region, strategy } = await withOld(makeBackend);
    expect(await judged(region)).toBe("fresh");
    strategy.soft = clock.now;
    expect(await judged(region)).toBe("stale");
    strategy.hard = clock.now;
    expect(await judged(region)).toBe("missing");
    expect(await region.getMulti(["k"])).toEqual([undefined]);
    expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
  });

  test("is told of each invalidation, as a boolean and a time", async () => {
    const { clock, region, strategy } = await withOld(makeBackend);
    await region.invalidate(false);
    await region.invalidate();
    expect(strategy.asked).toEqual([
      ["invalidate", false, clock.now],
      ["invalidate", true, clock.now],
    ]);
    expect(await judged(region)).toBe("missing");
  });

  test("that invalidates a creation as another tab would: it is not stored and not joined", async () => {
    const { clock, region, strategy } = await withOld(makeBackend);
    for (const kind of ["hard", "soft"]) {
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const first = region.getOrCreate("k", creator, { forceRefresh: true });
      await until(() => creator.times === 1);
      clock.advance(1);
      strategy[kind] = clock.now;
      const later = counted(async () => `later ${kind}`);
      const second = region.getOrCreate("k", later, { forceRefresh: true });
      expect(await second).toBe(`later ${kind}`);
      expect(later.times).toBe(1);
      creation.resolve("too late");
      expect(await first).toBe("too late");
      expect(await region.get("k", { ignoreExpiration: true })).toBe(`later ${kind}`);
    }
  });

  test("that invalidates a creation while nobody comes: it is not stored", async () => {
    const { clock, region, strategy } = await withOld(makeBackend);
    const value = await region.getOrCreate(
      "k",
      async () => {
        clock.advance(1);
        strategy.hard = clock.now;
        return "too late";
      },
      { forceRefresh: true },
    );
    expect(value).toBe("too late");
    expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
  });

  test("that invalidates a creation of many: nothing of it is stored, and what is created later is", async () => {
    const { clock, region, strategy } = await withOld(makeBackend);
    const values = await region.getOrCreateMulti(["a", "b"], async (keys) => {
      clock.advance(1);
      strategy.soft = clock.now;
      return keys;
    });
    expect(values).toEqual(["a", "b"]);
    expect(await region.getMulti(["a", "b"], { ignoreExpiration: true })).toEqual([undefined, undefined]);
    expect(await region.getOrCreateMulti(["a", "b"], (keys) => keys)).toEqual(["a", "b"]);
    expect(await region.getMulti(["a", "b"])).toEqual(["a", "b"]);
  });

  test("that said so when the creation started fences nothing off: a time in the future makes every call create", async () => {
    const { clock, region, strategy } = await withOld(makeBackend);
    strategy.hard = clock.now + 1000;
    for (const value of [1, 2]) expect(await region.getOrCreate("k", async () => value)).toBe(value);
    expect(await region.get("k", { ignoreExpiration: true })).toBe(2);
    expect(await region.get("k")).toBeUndefined();
  });
});

describe("over replaceExistingBackend a strategy", () => {
  test("is kept where no other is given, and goes on fencing", async () => {
    const { clock, region, strategy } = await withOld(() => new MemoryBackend());
    strategy.hard = clock.now;
    const cache = new Map();
    await makeRegion({ backend: new MemoryBackend({ cache }), clock: () => clock.now - 1 }, []).set("k", "there too");
    region.configure({ backend: new MemoryBackend({ cache }), replaceExistingBackend: true });
    expect(await region.get("k")).toBeUndefined();
    expect(await region.get("k", { ignoreExpiration: true })).toBe("there too");
    clock.advance(1);
    await region.invalidate(false);
    expect(strategy.soft).toBe(clock.now);
  });

  test("is replaced where another is given", async () => {
    const { clock, region, strategy } = await withOld(() => new MemoryBackend());
    const other = ownStrategy();
    strategy.hard = clock.now;
    region.configure({ backend: region.backend, regionInvalidator: other, replaceExistingBackend: true });
    expect(await region.get("k")).toBe("old");
    await region.invalidate();
    expect([strategy.asked, other.asked.length]).toEqual([[], 1]);
    expect(await region.get("k")).toBeUndefined();
  });
});

const without = (name) => Object.assign(ownStrategy(), { [name]: undefined });

describe("what is no strategy is refused, and the region stays as it was", () => {
  const bad = [
    ["a number", 5],
    ["a text", "hard"],
    ["true", true],
    ["an empty object", {}],
    ["a class", class extends Object {}],
  ].map((each) => [...each, "regionInvalidator must be"]);
  const lacking = ["invalidate", ...QUESTIONS].map((name) => [`one without ${name}`, without(name), name]);

  test.each([...bad, ...lacking, ["one whose refresh is no function", { ...ownStrategy(), refresh: 5 }, "refresh"]])(
    "%s",
    async (_name, regionInvalidator, ...texts) => {
      throws(() => new Region().configure({ backend: new MemoryBackend(), regionInvalidator }), "VALIDATION", ...texts);
      const region = createRegion({ backend: new MemoryBackend() });
      await region.set("k", 1);
      throws(() => region.configure({ backend: new MemoryBackend(), regionInvalidator, replaceExistingBackend: true }), "VALIDATION", ...texts);
      expect(await region.get("k")).toBe(1);
    },
  );

  test("null and undefined are none given", async () => {
    for (const regionInvalidator of [null, undefined]) {
      const { region } = slowRegion({ regionInvalidator });
      await region.set("k", 1);
      await region.invalidate();
      await turns();
      expect(await outcome(region.get("k"))).toEqual(["resolved", undefined]);
    }
  });
});
