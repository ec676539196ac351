import { describe, expect, test, vi } from "vitest";
import { DefaultInvalidationStrategy, MemoryBackend } from "dogpile";
import { SlowBackend, checkAfterEach, counted, makeRegion, now, outcome, record, slowRegion, virtualClock } from "../helpers.js";
import { ownStrategy } from "../invalidation/strategy.js";

checkAfterEach();

describe("the default clock", () => {
  test("a set and an invalidation in one millisecond: the value is invalid, and one set after it is valid", async () => {
    const region = makeRegion();
    for (let round = 0; round < 300; round++) {
      region.set("k", round);
      region.invalidate(round % 2 === 0);
      expect(await region.get("k")).toBeUndefined();
      region.set("k", "after");
      expect(await region.get("k")).toBe("after");
    }
  });

  test("the same while the time stands still, as on an edge runtime", async () => {
    const frozen = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(frozen);
    const region = makeRegion();
    const seen = new Set();
    for (let round = 0; round < 100; round++) {
      await region.set("k", round);
      seen.add((await region.getValueMetadata("k")).cachedTime);
      await region.invalidate();
      expect(await region.get("k")).toBeUndefined();
      expect(await region.getOrCreate("k", () => "created")).toBe("created");
      seen.add((await region.getValueMetadata("k")).cachedTime);
      expect(await region.get("k")).toBe("created");
    }
    expect(seen.size).toBe(200);
  });

  test("never goes back while the system's clock is a little behind", async () => {
    const region = makeRegion();
    await region.set("k", "before");
    const before = (await region.getValueMetadata("k")).cachedTime;
    const back = Date.now() - 59_000;
    vi.spyOn(Date, "now").mockReturnValue(back);
    await region.set("k", "after");
    expect((await region.getValueMetadata("k")).cachedTime).toBeGreaterThan(before);
    await region.invalidate();
    expect(await region.get("k")).toBeUndefined();
  });

  test("is one for all regions: what one has set before another invalidates is invalid there", async () => {
    const backend = new MemoryBackend();
    const [one, other] = [makeRegion({ backend }), makeRegion({ backend })];
    for (let round = 0; round < 100; round++) {
      one.set("k", round);
      other.invalidate();
      expect(await other.get("k")).toBeUndefined();
      expect(await one.get("k")).toBe(round);
    }
  });

  test("does not run ahead of the system's clock, however often it is read or written by", async () => {
    const region = makeRegion();
    for (let round = 0; round < 5000; round++) {
      region.set("k", round);
      region.get("k");
      region.getOrCreate("k", () => "never", { expirationTime: 60 });
    }
    await region.set("k", "last");
    const { cachedTime } = await region.getValueMetadata("k");
    expect(Math.abs(cachedTime - now())).toBeLessThan(0.5);
  });

  test("counts in seconds since the epoch", async () => {
    const region = makeRegion();
    const before = now();
    await region.set("k", "value");
    const { cachedTime, metadata, age } = await region.getValueMetadata("k");
    expect(cachedTime).toBeGreaterThan(before - 1);
    expect(cachedTime).toBeLessThan(now() + 1);
    expect(metadata.ct).toBe(cachedTime);
    expect(age).toBeLessThan(5);
    expect(age).toBeGreaterThanOrEqual(0);
  });
});

const YEAR = 365 * 86_400;

/** The system's clock, which only the test moves; in seconds. */
function systemClock() {
  const clock = virtualClock(Date.now() / 1000);
  vi.spyOn(Date, "now").mockImplementation(() => clock.now * 1000);
  return clock;
}

describe.each([
  ["warm", {}],
  ["by the full way", { observer: {} }],
  ["over a slow backend", { backend: "slow" }],
])("the system's clock is corrected, %s", (_name, options) => {
  const make = (more) => (options.backend === "slow" ? slowRegion(more).region : makeRegion({ ...options, ...more }));

  test("after it was a year ahead for one call: what is created from then on expires as ever", async () => {
    const clock = systemClock();
    const region = make({ expirationTime: 10 });
    clock.advance(YEAR);
    await region.getOrCreate("other", () => "ahead");
    clock.advance(-YEAR);
    await region.set("k", "old");
    expect(Math.abs((await region.getValueMetadata("k")).cachedTime - clock.now)).toBeLessThan(0.01);
    clock.advance(9);
    expect(await region.get("k")).toBe("old");
    clock.advance(2);
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "new", { staleIfError: 1 })).toBe("new");
  });

  test("by more and more, as fake dates in a test are", async () => {
    const clock = systemClock();
    const region = make({ expirationTime: 10 });
    for (const date of [2_000_000_000, 1_000_000_000, 61, 0]) {
      clock.now = date;
      await region.set("k", date);
      expect(await region.get("k")).toBe(date);
      expect((await region.getValueMetadata("k")).age).toBeLessThan(0.1);
      clock.advance(11);
      expect(await region.get("k")).toBeUndefined();
    }
  });

  test.each([
    ["hard", true],
    ["soft", false],
  ])("after an invalidation a year ahead: the cache serves what is created from then on: %s", async (_kind, hard) => {
    const clock = systemClock();
    const region = make();
    await region.set("k", "old");
    clock.advance(YEAR);
    await region.invalidate(hard);
    clock.advance(-YEAR);
    expect(await region.get("k")).toBeUndefined();
    const creator = counted(() => "new");
    for (let call = 0; call < 5; call += 1) expect(await region.getOrCreate("k", creator)).toBe("new");
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("new");
    expect((await region.getMulti(["k"]))[0]).toBe("new");
    expect(Math.abs((await region.getValueMetadata("k")).cachedTime - clock.now)).toBeLessThan(60);
    expect((await region.getValueMetadata("k")).age).toBe(0);
    await region.invalidate(hard);
    expect(await region.get("k")).toBeUndefined();
    await region.set("k", "newer");
    expect(await region.get("k")).toBe("newer");
    clock.advance(120);
    await region.set("k", "later");
    expect((await region.getValueMetadata("k")).cachedTime).toBeCloseTo(clock.now, 3);
  });

  test("an invalidation ends what the correction has left more than a minute ahead, and nothing that comes after it", async () => {
    for (const back of [61, 90, YEAR]) {
      const clock = systemClock();
      const region = make();
      await region.set("k", "old");
      clock.advance(-back);
      await region.invalidate();
      expect(await region.get("k")).toBeUndefined();
      expect(await region.getOrCreate("k", () => "new")).toBe("new");
      expect(await region.get("k")).toBe("new");
      vi.restoreAllMocks();
    }
  });

  test("a region that only reads is not switched off by what it invalidated a year ahead", async () => {
    const clock = systemClock();
    const backend = options.backend === "slow" ? new SlowBackend() : new MemoryBackend();
    const [reader, writer] = [makeRegion({ ...options, backend }), makeRegion({ ...options, backend })];
    clock.advance(YEAR);
    await reader.invalidate();
    clock.advance(-YEAR);
    expect(await reader.get("k")).toBeUndefined();
    clock.advance(60);
    await writer.set("k", "new");
    expect(await reader.get("k")).toBe("new");
    expect(await reader.getMulti(["k"])).toEqual(["new"]);
    expect(await reader.getOrCreate("k", () => "never")).toBe("new");
  });

  test.each([
    ["a strategy", () => new DefaultInvalidationStrategy()],
    ["a subclass", () => new (class extends DefaultInvalidationStrategy {})()],
  ])("the times of %s are moved as well", async (_kind, strategy) => {
    const clock = systemClock();
    const region = make({ regionInvalidator: strategy() });
    clock.advance(YEAR);
    await region.invalidate();
    clock.advance(-YEAR);
    const creator = counted(() => "new");
    for (let call = 0; call < 5; call += 1) expect(await region.getOrCreate("k", creator)).toBe("new");
    expect(creator.times).toBe(1);
  });
});

describe.each([
  ["the region's own times", () => ({})],
  ["DefaultInvalidationStrategy", () => ({ regionInvalidator: new DefaultInvalidationStrategy() })],
  ["a strategy of the user's", () => ({ regionInvalidator: ownStrategy() })],
  ["a clock of its own", () => ({ clock: () => Date.now() / 1000 })],
  ["an observer", () => ({ observer: {} })],
])("a record that lies more than a minute ahead, with %s", (_name, options) => {
  const makeWith = (ahead) => {
    const region = makeRegion({ backend: new MemoryBackend({ cache: new Map([["k", record("ahead", Date.now() / 1000 + ahead)]]) }), ...options() });
    return region;
  };

  test.each([
    ["hard", true],
    ["soft", false],
  ])("counts as created before every invalidation: %s", async (_kind, hard) => {
    const region = makeWith(3600);
    expect(await region.get("k")).toBe("ahead");
    expect(await region.getOrCreate("k", () => "never", { expirationTime: 1 })).toBe("ahead");
    await region.invalidate(hard);
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getMulti(["k"])).toEqual([undefined]);
    expect(await region.getValueMetadata("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
    expect(await region.get("k")).toBe("new");
  });

  test("has an age of nothing", async () => {
    const region = makeWith(3600);
    expect((await region.getValueMetadata("k")).age).toBe(0);
    expect((await region.getOrCreateEntry("k", () => "never")).age).toBe(0);
  });

  test("but for an invalidation is fresh, and within a minute it is as any other", async () => {
    const region = makeWith(50);
    await region.invalidate();
    expect(await region.get("k")).toBe("ahead");
    expect(await region.getOrCreate("k", () => "never")).toBe("ahead");
  });
});

test("how long a creator took is never less than nothing", async () => {
  const onCreate = vi.fn();
  const region = makeRegion({ observer: { onCreate } });
  await region.getOrCreate("k", () => {
    vi.spyOn(Date, "now").mockReturnValue(1000);
    return "value";
  });
  expect(onCreate.mock.calls[0][1]).toBeGreaterThanOrEqual(0);
});

describe("an injected clock is used as it is", () => {
  test("creation times are its readings, forward and back", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    for (const time of [1_700_000_000, 1_700_000_000, 1_600_000_000.25, 1_800_000_000]) {
      clock.now = time;
      await region.set("k", time);
      expect((await region.getValueMetadata("k", { ignoreExpiration: true })).cachedTime).toBe(time);
    }
  });

  test("a value set at the very reading of an invalidation is valid", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    await region.set("k", "value");
    await region.invalidate();
    expect(await region.get("k")).toBe("value");
    clock.advance(0.001);
    await region.invalidate();
    expect(await region.get("k")).toBeUndefined();
  });

  test("the creation time is taken after the creator returned", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    await region.getOrCreate("k", async () => void clock.advance(30));
    expect((await region.getValueMetadata("k")).cachedTime).toBe(clock.now);
  });

  test("the age is read at the moment of asking", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    await region.set("k", "value");
    const found = await region.getValueMetadata("k");
    clock.advance(10);
    expect(found.age).toBe(10);
    clock.advance(5);
    expect(found.age).toBe(15);
  });

  test("a record from the future is never expired", async () => {
    const clock = virtualClock();
    const { backend, region } = slowRegion({ clock, expirationTime: 1 });
    backend.store.set("k", record("ahead", clock.now + 1000));
    expect(await region.get("k")).toBe("ahead");
    expect(await region.get("k", { expirationTime: 0 })).toBe("ahead");
    expect(await region.getOrCreate("k", () => "never", { expirationTime: 0 })).toBe("ahead");
  });
});

describe("an injected clock that misbehaves", () => {
  const misbehaviours = [
    [
      "throws",
      () => {
        throw new Error("stopped");
      },
    ],
    ["answers NaN", () => NaN],
    ["answers undefined", () => undefined],
    ["answers a string", () => "noon"],
    ["answers a bigint", () => 1n],
    [
      "answers an object that does not convert",
      () => ({
        valueOf() {
          throw new Error("stopped");
        },
      }),
    ],
  ];

  test.each(misbehaviours)("and %s never makes a call throw at once, hang or leave a key locked", async (_name, misbehave) => {
    let misbehaves = false;
    const region = makeRegion({ clock: () => (misbehaves ? misbehave() : now()), expirationTime: 60 });
    for (const warm of [true, false]) {
      await (warm ? region.set("k", "value") : region.delete("k"));
      misbehaves = true;
      await outcome(region.get("k"));
      await outcome(region.getMulti(["k"]));
      await outcome(region.getOrCreate("k", () => "created"));
      await outcome(region.getOrCreate("k", () => "created", { expirationTime: 1 }));
      await outcome(region.getOrCreateMulti(["k"], () => ["created"]));
      await outcome(region.set("k", "value"));
      await outcome(region.invalidate());
      expect(await region.keyIsLocked("k")).toBe(false);
      misbehaves = false;
    }
    const creator = counted(() => "well again");
    expect(await region.getOrCreate("k", creator, { forceRefresh: true })).toBe("well again");
    expect(creator.times).toBe(1);
  });

  test("by throwing rejects the calls that need the time with what it threw", async () => {
    const reason = new Error("stopped");
    let stopped = false;
    const clock = () => {
      if (stopped) throw reason;
      return now();
    };
    const region = makeRegion({ clock, expirationTime: 60 });
    await region.set("k", "value");
    stopped = true;
    expect(await outcome(region.set("k", "other"))).toEqual(["rejected", reason]);
    expect(await outcome(region.get("k"))).toEqual(["rejected", reason]);
    expect(await outcome(region.getOrCreate("k", () => "new"))).toEqual(["rejected", reason]);
    stopped = false;
    expect(await region.get("k")).toBe("value");
  });
});
