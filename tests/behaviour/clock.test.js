import { describe, expect, test, vi } from "vitest";
import { MemoryBackend } from "dogpile";
import { checkAfterEach, counted, makeRegion, now, outcome, record, slowRegion, virtualClock } from "./helpers.js";

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

  test("never goes back when the system's clock does", async () => {
    const region = makeRegion();
    await region.set("k", "before");
    const before = (await region.getValueMetadata("k")).cachedTime;
    const back = Date.now() - 3_600_000;
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
    ["throws", () => { throw new Error("stopped"); }],
    ["answers NaN", () => NaN],
    ["answers undefined", () => undefined],
    ["answers a string", () => "noon"],
    ["answers a bigint", () => 1n],
    ["answers an object that does not convert", () => ({ valueOf() { throw new Error("stopped"); } })],
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
