// Fresh values that are renewed a little before they expire.
import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { backends, checkAfterEach, counted, deferred, isSettled, makeRegion, now, record, refuses, throws, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

/** The largest random number: its draw is 36.7, so with a creation of 10 s a value that lives for 100 s is renewed from its second half on. */
const LAST = 1 - 2 ** -53;

/** A region with a clock and random numbers of the test. `fill` stores a value whose creation took some seconds. */
function setUp(options = {}, creationTakes = 10) {
  const clock = virtualClock();
  const errors = [];
  const random = Object.assign(
    counted(() => random.next),
    { next: LAST },
  );
  const observer = { onError: (error, where) => errors.push([error, where]) };
  const region = makeRegion({ backend: new MemoryBackend(), clock, random, observer, expirationTime: 100, earlyRefresh: true, ...options });
  const fill = (value = "old", more) => region.getOrCreate("k", () => (clock.advance(creationTakes), value), more);
  return { clock, random, region, errors, fill };
}

const renewals = (region) => region.stats.earlyRefreshes;
const notCalled = () => expect.unreachable("a creator is called");

describe.each(backends)("over %s", (_backend, makeBackend) => {
  test("a call gets the fresh value at once, and the new one is created in the background", async () => {
    const { clock, region, fill } = setUp({ backend: makeBackend() });
    await fill();
    const before = { ...region.stats };
    clock.advance(60);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const entry = await region.getOrCreateEntry("k", creator);
    expect([entry.payload, entry.state]).toEqual(["old", "fresh"]);
    await until(() => creator.times === 1);
    const [[context]] = creator.calls;
    expect([context.key, context.stale.payload, context.stale.cachedTime, context.signal.aborted]).toEqual(["k", "old", entry.cachedTime, false]);
    expect(await region.keyIsLocked("k")).toBe(true);
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    clock.advance(50);
    expect(await region.getOrCreateEntry("k", notCalled)).toMatchObject({ payload: "old", state: "stale" });
    creation.resolve("new");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.getOrCreate("k", notCalled)).toBe("new");
    expect(region.stats).toMatchObject({ earlyRefreshes: 1, creations: before.creations + 1, staleHits: 1, misses: before.misses, hits: before.hits + 3 });
    expect((await region.getValueMetadata("k")).metadata.dt).toBe(50);
  });

  test("ten thousand hits at once make one creation", async () => {
    const { clock, region, fill } = setUp({ backend: makeBackend() });
    await fill();
    clock.advance(60);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const values = await Promise.all(Array.from({ length: 10_000 }, () => region.getOrCreate("k", creator)));
    expect(new Set(values)).toEqual(new Set(["old"]));
    creation.resolve("new");
    await until(async () => (await region.get("k")) === "new");
    expect([creator.times, renewals(region)]).toEqual([1, 1]);
  });
});

describe("is decided by a draw", () => {
  test("which is made in the second half of the expiration alone, for each call", async () => {
    const { clock, random, region, fill } = setUp();
    await fill();
    random.next = 0;
    for (const [age, draws] of [
      [0, 0],
      [49, 0],
      [50, 0],
      [50.125, 1],
      [75, 2],
      [99.875, 3],
    ]) {
      clock.now = 1_700_000_010 + age;
      expect(await region.getOrCreate("k", notCalled)).toBe("old");
      expect(random.times, `draws at an age of ${age}`).toBe(draws);
    }
    random.next = LAST;
    clock.now = 1_700_000_010 + 50.125;
    await region.getOrCreate("k", () => "new");
    await until(async () => (await region.get("k")) === "new");
  });

  test("which is not made where no draw is large enough", async () => {
    const { clock, random, region, fill } = setUp({ expirationTime: 1_000 });
    await fill();
    clock.advance(600);
    await region.getOrCreate("k", notCalled);
    expect(random.times).toBe(0);
    clock.advance(50); // 350 s are left, 35 times as long as the creation took
    await region.getOrCreate("k", () => "new");
    expect([random.times, renewals(region)]).toEqual([1, 1]);
  });

  test.each([
    [1, 0.6, false],
    [1, 0.7, true],
    [2, 0.3, false],
    [2, 0.4, true],
    [0.5, 0.86, false],
    [0.5, 0.87, true],
  ])("with beta %d and the random number %d it is %s", async (beta, next, isRenewed) => {
    const { clock, random, region, fill } = setUp({ earlyRefresh: { beta } });
    await fill();
    random.next = next;
    clock.advance(90); // 10 s are left, as long as the creation took: beta * -ln(1 - random) has to be 1
    await region.getOrCreate("k", () => "new");
    expect(renewals(region)).toBe(isRenewed ? 1 : 0);
  });

  test("by the expiration of the call, then of the value, then of the region", async () => {
    const { clock, region, fill } = setUp({ expirationTime: 10_000 });
    await fill();
    clock.advance(60);
    await region.getOrCreate("k", notCalled);
    await region.getOrCreate("k", () => "new", { expirationTime: 100 });
    await until(async () => (await region.get("k")) === "new");
    const another = setUp();
    await another.region.getOrCreate("k", ({ expiresIn }) => (expiresIn(10), another.clock.advance(5), "old"));
    another.clock.advance(6);
    await another.region.getOrCreate("k", () => "new");
    await until(async () => (await another.region.get("k")) === "new");
  });

  test.each([
    ["one", 1],
    ["negative", -0.5],
    ["not a number", Number.NaN],
    ["no number", "0.5"],
    ["a promise", Promise.resolve(0.5)],
  ])("a random that gives something else (%s) rejects the call", async (_what, next) => {
    const { clock, random, region, fill } = setUp();
    await fill();
    clock.advance(60);
    random.next = next;
    await refuses(() => region.getOrCreate("k", notCalled), "VALIDATION", "the result of random must be a number from 0 to below 1, not ");
    random.next = LAST;
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    expect(renewals(region)).toBe(1);
  });

  test("what random throws rejects the call", async () => {
    const error = new Error("no entropy");
    const random = () => {
      throw error;
    };
    const { clock, region, fill } = setUp({ random });
    await fill();
    clock.advance(60);
    await expect(region.getOrCreate("k", notCalled)).rejects.toBe(error);
  });
});

describe("is never done", () => {
  test.each([
    ["for what took no time", {}, (all) => all.fill("old"), 0],
    ["for what never expires", { expirationTime: -1 }, (all) => all.fill("old"), 10],
    ["for a value of set", {}, ({ region }) => region.set("k", "old"), 10],
    ["for a record of others", {}, ({ region, clock }) => region.actualBackend.set("k", record("old", clock.now)), 10],
    ["for a record whose length is no number", {}, ({ region, clock }) => region.actualBackend.set("k", record("old", clock.now, { dt: "10" })), 10],
    ["without the option", { earlyRefresh: false }, (all) => all.fill("old"), 10],
  ])("%s", async (_what, options, write, seconds) => {
    const all = setUp(options, seconds);
    await write(all);
    all.clock.advance(99);
    expect(await all.region.getOrCreate("k", notCalled)).toBe("old");
    expect([all.random.times, renewals(all.region)]).toEqual([0, 0]);
  });

  test("by get, getMulti and getOrCreateMulti", async () => {
    const { clock, random, region, fill } = setUp();
    await fill();
    clock.advance(60);
    expect([await region.get("k"), ...(await region.getMulti(["k"])), ...(await region.getOrCreateMulti(["k"], notCalled))]).toEqual(["old", "old", "old"]);
    expect([random.times, renewals(region)]).toEqual([0, 0]);
  });

  test("for forceRefresh, which creates and waits", async () => {
    const { clock, region, fill } = setUp();
    await fill();
    clock.advance(60);
    expect(await region.getOrCreate("k", () => "new", { forceRefresh: true })).toBe("new");
    expect(renewals(region)).toBe(0);
  });

  test("where its caller has left already", async () => {
    const { clock, region, fill } = setUp();
    await fill();
    clock.advance(60);
    await expect(region.getOrCreate("k", notCalled, { signal: AbortSignal.abort("gone") })).rejects.toBe("gone");
    expect(renewals(region)).toBe(0);
  });
});

test("a region without the option stores what others store, and one with it the length of the creation", async () => {
  const without = setUp({ earlyRefresh: undefined });
  await without.fill();
  expect((await without.region.getValueMetadata("k")).metadata).toEqual({ ct: 1_700_000_010, v: 2 });
  const { region, fill } = setUp();
  await fill();
  expect((await region.getValueMetadata("k")).metadata).toEqual({ ct: 1_700_000_010, v: 2, dt: 10 });
  await region.set("k", "set");
  expect((await region.getValueMetadata("k")).metadata).toEqual({ ct: 1_700_000_010, v: 2 });
  await region.getOrCreateMulti(["k"], () => ["several"], { forceRefresh: true });
  expect((await region.getValueMetadata("k")).metadata).toEqual({ ct: 1_700_000_010, v: 2, dt: 0 });
});

describe("what comes meanwhile", () => {
  test.each([
    ["set", (region) => region.set("k", "set"), "set"],
    ["delete", (region) => region.delete("k"), undefined],
    ["invalidate", (region, clock) => (clock.advance(1), region.invalidate()), undefined],
    ["a soft invalidation", (region, clock) => (clock.advance(1), region.invalidate({ soft: true })), undefined],
  ])("is not overwritten: %s", async (_what, act, after) => {
    const { clock, region, fill } = setUp();
    await fill();
    clock.advance(60);
    const creation = deferred();
    expect(await region.getOrCreate("k", () => creation.promise)).toBe("old");
    await act(region, clock);
    creation.resolve("too early");
    await turns();
    expect(await region.get("k")).toBe(after);
    expect(await region.getOrCreate("k", () => "next")).toBe(after ?? "next");
  });

  test("is coalesced: a caller for whom there is no value waits for the renewal", async () => {
    const { clock, region, fill } = setUp();
    await fill();
    clock.advance(60);
    const creation = deferred();
    await region.getOrCreate("k", () => creation.promise);
    const forced = region.getOrCreate("k", notCalled, { forceRefresh: true });
    expect(await isSettled(forced)).toBe(false);
    creation.resolve("new");
    expect(await forced).toBe("new");
  });

  test("takes over after lockTimeout", async () => {
    const { clock, region, fill } = setUp({ lockTimeout: "30ms" });
    await fill();
    clock.advance(60);
    expect(await region.getOrCreate("k", () => new Promise(() => {}))).toBe("old");
    clock.advance(50);
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    await until(async () => (await region.getOrCreate("k", () => "new")) === "new");
    expect(region.stats.takeovers).toBe(1);
  });
});

describe("a renewal that fails", () => {
  test.each([
    [
      "at once",
      (error) => () => {
        throw error;
      },
    ],
    ["later", (error) => () => Promise.reject(error)],
  ])("%s is reported, and the value is left until it expires", async (_when, failing) => {
    const { clock, region, errors, fill } = setUp();
    await fill();
    clock.advance(60);
    const error = new Error("down");
    expect(await region.getOrCreate("k", failing(error))).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(errors).toEqual([[error, "background"]]);
    for (let call = 0; call < 10; call++) expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect(renewals(region)).toBe(1);
    clock.advance(50);
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
    expect(await region.get("k")).toBe("new");
  });

  test("leaves the next value to be renewed", async () => {
    const { clock, region, fill } = setUp();
    await fill();
    clock.advance(60);
    await region.getOrCreate("k", () => Promise.reject(new Error("down")));
    await region.delete("k");
    await fill("second");
    clock.advance(60);
    expect(await region.getOrCreate("k", () => "third")).toBe("second");
    expect(renewals(region)).toBe(2);
  });

  test("is remembered for the last thousand keys", async () => {
    const { clock, region } = setUp();
    const keys = Array.from({ length: 1_001 }, (_, index) => `k${index}`);
    for (const key of keys) region.actualBackend.set(key, record("old", clock.now, { dt: 10 }));
    clock.advance(60);
    const callAll = async (some) => {
      for (const key of some) await region.getOrCreate(key, () => Promise.reject(new Error("down")));
      for (const key of some) await until(async () => !(await region.keyIsLocked(key)));
      return renewals(region);
    };
    expect(await callAll(keys)).toBe(1_001);
    expect(await callAll(keys.slice(1))).toBe(1_001);
    expect(await callAll(keys)).toBe(1_002);
  });

  test.each([
    ["at once", () => false],
    ["later", async () => false],
  ])("since shouldCacheFn declines it %s is reported, and not tried again", async (_when, shouldCacheFn) => {
    const { clock, region, errors, fill } = setUp();
    await fill();
    clock.advance(60);
    expect(await region.getOrCreate("k", () => "declined", { shouldCacheFn })).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(errors.map(([{ code }, where]) => [code, where])).toEqual([["VALIDATION", "background"]]);
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect(renewals(region)).toBe(1);
  });
});

describe("the runner", () => {
  test("is the region's asyncCreationRunner", async () => {
    const jobs = [];
    const { clock, region, fill } = setUp({ asyncCreationRunner: (...job) => void jobs.push(job) });
    await fill();
    clock.advance(60);
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    const [[, key, creator, mutex, job]] = jobs;
    expect([jobs.length, key]).toEqual([1, "k"]);
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect(await job.store(await creator())).toBe(true);
    mutex.release();
    expect(await region.getOrCreate("k", notCalled)).toBe("new");
  });

  test("that throws is reported, and the value is left", async () => {
    const error = new Error("no queue");
    const asyncCreationRunner = () => {
      throw error;
    };
    const { clock, region, errors, fill } = setUp({ asyncCreationRunner });
    await fill();
    clock.advance(60);
    for (let call = 0; call < 3; call++) expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect(errors).toEqual([[error, "background"]]);
    expect(await region.keyIsLocked("k")).toBe(false);
    expect(renewals(region)).toBe(1);
  });

  test("runs whatever staleWhileRevalidate of the call is", async () => {
    for (const staleWhileRevalidate of [true, false]) {
      const { clock, region, fill } = setUp();
      await fill();
      clock.advance(60);
      expect(await region.getOrCreate("k", () => "new", { staleWhileRevalidate })).toBe("old");
      await until(async () => (await region.get("k")) === "new");
    }
  });

  test("is kept alive by waitUntil", async () => {
    const kept = [];
    const { clock, region, fill } = setUp({ waitUntil: (promise) => void kept.push(promise) });
    await fill();
    await Promise.all(kept.splice(0));
    clock.advance(60);
    const creation = deferred();
    expect(await region.getOrCreate("k", () => creation.promise)).toBe("old");
    expect(kept.length).toBeGreaterThan(0);
    const all = Promise.all(kept);
    expect(await isSettled(all)).toBe(false);
    creation.resolve("new");
    await all;
    expect(await region.get("k")).toBe("new");
  });
});

describe("a lock of the backend", () => {
  /** A store with a lock that `isFree` opens, and that answers when `answer` lets it. */
  function locked(isFree) {
    const [asked, released] = [[], []];
    const answer = deferred();
    const getMutex = (key) => ({
      acquire: async (wait) => (asked.push(wait), await answer.promise, isFree()),
      release: async () => void released.push(key),
      locked: () => false,
    });
    return { asked, released, answer, backend: Object.assign(new MemoryBackend(), { getMutex }) };
  }

  test("is only tried; while it is asked for, the caller has the value already", async () => {
    let isFree = true;
    const { asked, released, answer, backend } = locked(() => isFree);
    const { clock, region, fill } = setUp({ backend });
    const filled = fill();
    answer.resolve();
    await filled;
    clock.advance(60);
    isFree = false;
    asked.length = released.length = 0;
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect([asked, released]).toEqual([[false], []]);
    isFree = true;
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    await until(async () => (await region.get("k")) === "new");
    await until(() => released.length === 1);
    expect(asked).toEqual([false, false]);
  });

  test("under which another has renewed it meanwhile spares the creation", async () => {
    const { answer, backend } = locked(() => true);
    const { clock, region, fill } = setUp({ backend });
    answer.resolve();
    await fill();
    clock.advance(60);
    const served = region.getOrCreate("k", notCalled);
    backend.set("k", record("of another", clock.now, { dt: 10 }));
    expect(await served).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.get("k")).toBe("of another");
  });
});

describe("on the warm path", () => {
  /** A region by the realm's clock, with a value of this age. */
  function warm(age, options = {}) {
    const backend = new MemoryBackend();
    const random = counted(() => LAST);
    const region = makeRegion({ backend, expirationTime: 100, earlyRefresh: true, random, ...options });
    backend.set("k", record("old", now() - age, { dt: 10 }));
    return { backend, random, region };
  }

  test("the value is served, and renewed in the background", async () => {
    const { region, random } = warm(60);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const values = await Promise.all(Array.from({ length: 10_000 }, () => region.getOrCreate("k", creator)));
    expect(new Set(values)).toEqual(new Set(["old"]));
    expect([creator.times, random.times]).toEqual([1, 10_000]);
    expect(region.stats).toMatchObject({ hits: 10_000, misses: 0, staleHits: 0, earlyRefreshes: 1, creations: 1 });
    creation.resolve("new");
    await until(async () => (await region.get("k")) === "new");
  });

  test("no draw is made in the first half, and none for a call that creates anyway", async () => {
    const { region, random } = warm(40);
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect(await region.getOrCreate("k", () => "stale", { expirationTime: 10 })).toBe("stale");
    expect(random.times).toBe(0);
  });

  test("a random that gives no number rejects", async () => {
    const { region } = warm(60, { random: () => Number.NaN });
    await refuses(() => region.getOrCreate("k", notCalled), "VALIDATION", "the result of random must be a number from 0 to below 1, not NaN");
  });

  test("a renewal that has failed is not tried again", async () => {
    const { region, random } = warm(60);
    expect(await region.getOrCreate("k", () => Promise.reject(new Error("down")))).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect([random.times, renewals(region)]).toEqual([2, 1]);
  });
});

describe("options", () => {
  test.each([
    [{ earlyRefresh: "yes" }, "earlyRefresh must be true, false or { beta }, not "],
    [{ earlyRefresh: { beta: 0 } }, "beta of earlyRefresh must be a finite number above 0, not 0"],
    [{ earlyRefresh: { beta: -1 } }, "beta of earlyRefresh must be"],
    [{ earlyRefresh: { beta: Number.NaN } }, "beta of earlyRefresh must be"],
    [{ earlyRefresh: { beta: Number.POSITIVE_INFINITY } }, "beta of earlyRefresh must be"],
    [{ earlyRefresh: { beta: "1" } }, "beta of earlyRefresh must be"],
    [{ earlyRefresh: { bet: 1 } }, "unknown option bet"],
    [{ random: 0.5 }, "random must be a function, not "],
  ])("%o is refused", (options, message) => {
    throws(() => makeRegion(options), "VALIDATION", message);
  });

  test("that are refused change nothing", async () => {
    const { clock, region, fill } = setUp();
    await fill();
    throws(() => region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true, earlyRefresh: { beta: 0 } }), "VALIDATION", "beta");
    clock.advance(60);
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    expect(renewals(region)).toBe(1);
  });

  test("of configure hold until the next one", async () => {
    const { clock, random, region, fill } = setUp();
    region.configure({ backend: new MemoryBackend(), expirationTime: 100, replaceExistingBackend: true });
    await fill();
    clock.advance(60);
    expect(await region.getOrCreate("k", notCalled)).toBe("old");
    expect(random.times).toBe(0);
  });
});
