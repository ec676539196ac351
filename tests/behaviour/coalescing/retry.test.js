import { describe, expect, test, vi } from "vitest";
import { MemoryBackend, ReentrantError, TagInvalidation, dogpileError } from "dogpile";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, refuses, throws, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const AT_ONCE = { attempts: 3, delay: 0 };
const broken = new Error("the origin is broken");

/** A creator that fails so many times, at once and by a promise in turn, before it returns. */
function fails(times, value = "created") {
  const creator = counted(() => {
    if (creator.times > times) return value;
    if (creator.times % 2 === 1) throw broken;
    return Promise.reject(broken);
  });
  return creator;
}

/** A region that keeps what `onRetry` is told. */
function watched(options) {
  const retries = [];
  const errors = [];
  const observer = { onRetry: (...told) => retries.push(told), onError: (error) => errors.push(error) };
  return { region: makeRegion({ observer, ...options }), retries, errors };
}

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("a creator that fails is called again, within one load for all who wait", async () => {
    const region = makeRegion({ backend: makeBackend(), retry: AT_ONCE });
    const creator = fails(2);
    const calls = Array.from({ length: 5 }, () => region.getOrCreate("k", creator));
    expect(await Promise.all(calls)).toEqual(Array(5).fill("created"));
    expect(creator.times).toBe(3);
    expect(await region.get("k")).toBe("created");
    expect(region.stats).toMatchObject({ creations: 1, creationErrors: 0, coalesced: 4 });
  });

  test("after the last attempt everyone gets the last error unchanged, and the next call begins anew", async () => {
    const region = makeRegion({ backend: makeBackend(), retry: AT_ONCE });
    const errors = [new Error("first"), new Error("second"), { third: true }];
    const creator = counted(() => Promise.reject(errors[creator.times - 1]));
    const calls = await Promise.all(Array.from({ length: 3 }, () => outcome(region.getOrCreate("k", creator))));
    for (const [how, error] of calls) expect([how, error === errors[2]]).toEqual(["rejected", true]);
    expect(creator.times).toBe(3);
    expect(region.stats).toMatchObject({ creations: 1, creationErrors: 1 });
    expect(await region.getOrCreate("k", fails(1))).toBe("created");
  });

  test("a call's own option counts, in place of the region's; false calls the creator once", async () => {
    const region = makeRegion({ backend: makeBackend(), retry: AT_ONCE });
    const once = fails(1);
    expect(await outcome(region.getOrCreate("k", once, { retry: false }))).toEqual(["rejected", broken]);
    expect(await outcome(region.getOrCreate("k", fails(2), { retry: { attempts: 2, delay: 0 } }))).toEqual(["rejected", broken]);
    expect(once.times).toBe(1);
    expect(await region.getOrCreateEntry("k", fails(2), { retry: undefined })).toMatchObject({ payload: "created", state: "created" });
    const plain = makeRegion({ backend: makeBackend() });
    expect(await outcome(plain.getOrCreate("k", fails(1)))).toEqual(["rejected", broken]);
    expect(await plain.getOrCreate("k", fails(1), { retry: AT_ONCE })).toBe("created");
  });

  test("a creator of many keys is called again as a whole, not for one key's promise that rejects", async () => {
    const region = makeRegion({ backend: makeBackend(), retry: AT_ONCE }, ["a", "b"]);
    const creator = fails(2, ["A", "B"]);
    expect(await region.getOrCreateMulti(["a", "b"], creator)).toEqual(["A", "B"]);
    expect(creator.calls.map(([keys]) => keys)).toEqual(Array(3).fill(["a", "b"]));
    const parts = counted(() => ["C", Promise.reject(broken)]);
    expect(await outcome(region.getOrCreateMulti(["c", "d"], parts))).toEqual(["rejected", broken]);
    expect(parts.times).toBe(1);
  });

  test("when all who wait have left, no further attempt begins", async () => {
    const region = makeRegion({ backend: makeBackend(), retry: { attempts: 3, delay: "10s" } });
    const controller = new AbortController();
    const creator = fails(2);
    const call = outcome(region.getOrCreate("k", creator, { signal: controller.signal }));
    await until(() => creator.times === 1);
    await turns();
    controller.abort("left");
    expect(await call).toEqual(["rejected", "left"]);
    expect(await region.getOrCreate("k", () => "another")).toBe("another");
    expect(creator.times).toBe(1);
  });
});

test("a stale value is served while a background load tries again, and a failure of all attempts is reported once", async () => {
  const clock = virtualClock();
  const { region, errors } = watched({ clock, expirationTime: 60, staleWhileRevalidate: true, retry: AT_ONCE });
  await region.set("k", "old");
  clock.advance(61);
  const creator = fails(2, "new");
  expect(await region.getOrCreate("k", creator)).toBe("old");
  await until(async () => (await region.get("k")) === "new");
  expect(creator.times).toBe(3);
  clock.advance(61);
  expect(await region.getOrCreate("k", fails(3))).toBe("new");
  await until(async () => !(await region.keyIsLocked("k")));
  expect(errors).toEqual([broken]);
});

test("staleIfError serves the stale value after the last attempt", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 60, staleIfError: "1h", retry: AT_ONCE });
  await region.set("k", "old");
  clock.advance(61);
  const creator = fails(3);
  expect(await region.getOrCreate("k", creator)).toBe("old");
  expect(creator.times).toBe(3);
});

test("a cached function takes the option, and a creator with arguments gets them at each attempt", async () => {
  const region = makeRegion();
  const load = counted((id) => (load.times < 3 ? Promise.reject(broken) : `user ${id}`));
  expect(await region.cacheOnArguments({ namespace: "user", retry: AT_ONCE }, load)(7)).toBe("user 7");
  expect(load.calls).toEqual([[7], [7], [7]]);
  const creator = counted((...args) => (creator.times < 2 ? Promise.reject(broken) : args));
  expect(await region.getOrCreate("k", creator, { creatorArgs: [1, 2], retry: AT_ONCE })).toEqual([1, 2]);
});

test("what a failed attempt has chosen does not count", async () => {
  const region = makeRegion({ tagInvalidator: new TagInvalidation(), retry: AT_ONCE });
  const creator = counted(({ expiresIn, tags }) => {
    tags(`attempt ${creator.times}`);
    if (creator.times === 1) expiresIn(5);
    if (creator.times < 2) throw broken;
    return "created";
  });
  const { metadata } = await region.getOrCreateEntry("k", creator, { tags: ["call"] });
  expect(metadata.tags).toEqual(["call", "attempt 2"]);
  expect(metadata.et).toBeUndefined();
});

test("what is left of a failed attempt chooses nothing for the next one", async () => {
  const region = makeRegion({ tagInvalidator: new TagInvalidation(), retry: AT_ONCE });
  const contexts = [];
  const creator = (context) => {
    contexts.push(context);
    if (contexts.length === 1) throw broken;
    contexts[0].tags("late");
    contexts[0].expiresIn(5);
    context.tags("in time");
    return "created";
  };
  const { metadata } = await region.getOrCreateEntry("k", creator);
  expect(metadata.tags).toEqual(["in time"]);
  expect(metadata.et).toBeUndefined();
  const many = [];
  await region.getOrCreateMulti(
    ["k"],
    (keys, context) => {
      many.push(context);
      if (many.length === 1) throw broken;
      many[0].tags("k", "late");
      many[0].expiresIn("k", 5);
      return keys;
    },
    { forceRefresh: true },
  );
  const stored = await region.getValueMetadata("k");
  expect([stored.payload, stored.metadata.tags, stored.metadata.et]).toEqual(["k", undefined, undefined]);
});

describe("the waits", () => {
  const waits = async (retry, random) => {
    const { region, retries } = watched({ retry, random: () => random });
    await outcome(region.getOrCreate("k", fails(Infinity)));
    return retries.map(([, , , seconds]) => seconds);
  };

  test.each([
    [0, [0.0005, 0.001, 0.002]],
    [0.5, [0.00075, 0.0015, 0.003]],
    [1 - 2 ** -53, [0.001, 0.002, 0.004]],
  ])("double, and of each between a half and the whole is waited: with the random number %d", async (random, expected) => {
    (await waits({ attempts: 4, delay: "1ms" }, random)).forEach((seconds, index) => expect(seconds).toBeCloseTo(expected[index], 10));
  });

  test("a thousand attempts without a delay are as many waits of 0 s", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { region, retries } = watched({ retry: { attempts: 1_100, delay: 0 } });
    const call = outcome(region.getOrCreate("k", fails(Infinity)));
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    expect(await call).toEqual(["rejected", broken]);
    expect(new Set(retries.map(([, , , seconds]) => seconds))).toEqual(new Set([0]));
  });

  test("each is real time, 125 to 250 ms at first if no delay is given", async () => {
    const { region, retries } = watched({ retry: { attempts: 2 } });
    const begun = [];
    await outcome(region.getOrCreate("k", () => Promise.reject(begun.push(performance.now()))));
    const [[keys, error, attempt, seconds]] = retries;
    expect([keys, error, attempt]).toEqual([["k"], 1, 1]);
    expect(seconds).toBeGreaterThanOrEqual(0.125);
    expect(seconds).toBeLessThanOrEqual(0.25);
    expect(begun[1] - begun[0]).toBeGreaterThanOrEqual(seconds * 1000 - 2); // timers may be a millisecond early
  });

  test("no attempt begins later than lockTimeout after the first", async () => {
    const { region, retries } = watched({ lockTimeout: 1, retry: { attempts: 9, delay: "250ms" }, random: () => 0 });
    await outcome(region.getOrCreate("k", fails(Infinity)));
    expect(retries.map(([, , , seconds]) => seconds)).toEqual([0.125, 0.25, 0.5]);
  });

  test("a timer that is late, as in a machine that slept, begins no attempt after that", async () => {
    const { region } = watched({ lockTimeout: 1, retry: { attempts: 3, delay: "10ms" } });
    const creator = fails(3);
    const now = performance.now();
    const call = outcome(region.getOrCreate("k", creator));
    vi.spyOn(performance, "now").mockReturnValue(now + 2_000);
    expect(await call).toEqual(["rejected", broken]);
    expect(creator.times).toBe(1);
  });

  test("none begins where the last caller leaves while the next attempt is decided on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const controller = new AbortController();
    const shouldRetry = () => {
      controller.abort("left");
      return true;
    };
    const region = makeRegion({ retry: { attempts: 3, delay: "10s", shouldRetry } });
    expect(await outcome(region.getOrCreate("k", fails(3), { signal: controller.signal }))).toEqual(["rejected", "left"]);
    await turns();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a waiter that takes over ends the attempts of the one before", async () => {
    const { region } = watched({ retry: { attempts: 100, delay: 0 } });
    const released = deferred();
    const first = counted(() => released.promise);
    const call = region.getOrCreate("k", first, { lockTimeout: "1m" });
    await until(() => first.times === 1);
    const second = deferred();
    const other = region.getOrCreate("k", () => second.promise, { lockTimeout: "150ms" });
    await until(() => region.stats.takeovers === 1);
    released.reject(broken);
    await turns();
    second.resolve("second");
    expect(await Promise.all([call, other])).toEqual(["second", "second"]);
    expect(first.times).toBe(1);
  });
});

describe("shouldRetry", () => {
  test("decides by the error and the number of the attempt", async () => {
    const shouldRetry = counted((error) => error === broken);
    const region = makeRegion({ retry: { ...AT_ONCE, attempts: 9, shouldRetry } });
    const fatal = new Error("not found");
    const creator = counted(() => Promise.reject(creator.times < 3 ? broken : fatal));
    expect(await outcome(region.getOrCreate("k", creator))).toEqual(["rejected", fatal]);
    expect(shouldRetry.calls).toEqual([
      [broken, 1],
      [broken, 2],
      [fatal, 3],
    ]);
  });

  test("a promise from it, and what it throws, ends the load", async () => {
    const region = makeRegion({ retry: { ...AT_ONCE, shouldRetry: async () => true } });
    await refuses(() => region.getOrCreate("k", fails(1)), "VALIDATION", "the result of shouldRetry", "synchronous");
    const fault = new Error("a fault of shouldRetry");
    const shouldRetry = () => {
      throw fault;
    };
    expect(await outcome(region.getOrCreate("k", fails(1), { retry: { attempts: 2, shouldRetry } }))).toEqual(["rejected", fault]);
  });
});

test("errors of dogpile itself are not tried again: they would be the same", async () => {
  const { region, retries } = watched({ retry: AT_ONCE });
  const nested = counted(() => region.getOrCreate("k", () => "inner"));
  expect((await outcome(region.getOrCreate("k", nested)))[1]).toBeInstanceOf(ReentrantError);
  const invalid = counted(() => Promise.reject(dogpileError("VALIDATION", "a mistake")));
  await refuses(() => region.getOrCreate("k", invalid), "VALIDATION", "a mistake");
  expect([nested.times, invalid.times, retries]).toEqual([1, 1, []]);
});

test("observers see one creation around all attempts", async () => {
  const events = [];
  const observer = {
    onCreateStart: (keys) => events.push(["start", keys]),
    aroundCreate: (create) => (events.push(["around"]), create()),
    onRetry: (keys, error, attempt) => events.push(["retry", keys, error, attempt]),
    onCreate: (keys) => events.push(["created", keys]),
  };
  const region = makeRegion({ observer, retry: AT_ONCE });
  await region.getOrCreate("k", fails(2));
  expect(events).toEqual([["start", ["k"]], ["around"], ["retry", ["k"], broken, 1], ["retry", ["k"], broken, 2], ["created", ["k"]]]);
});

test("a random number that is none rejects the call", async () => {
  const region = makeRegion({ retry: AT_ONCE, random: () => 1 });
  await refuses(() => region.getOrCreate("k", fails(1)), "VALIDATION", "the result of random", "a number from 0 to below 1");
});

describe("refused, by the region and by a call, before anything changes", () => {
  test.each([
    [true, "retry must be { attempts, delay, shouldRetry } or false, not true"],
    [3, "retry must be"],
    ["3", "retry must be"],
    [{}, "attempts of retry must be a whole number from 1, not undefined"],
    [{ attempts: 0 }, "attempts of retry"],
    [{ attempts: 1.5 }, "attempts of retry"],
    [{ attempts: Infinity }, "attempts of retry"],
    [{ attempts: "3" }, "attempts of retry"],
    [{ attempts: 3, delay: -1 }, "delay of retry must be a finite length of time from 0"],
    [{ attempts: 3, delay: Infinity }, "delay of retry must be a finite length of time from 0"],
    [{ attempts: 3, delay: "soon" }, "delay of retry must be seconds as a number"],
    [{ attempts: 3, shouldRetry: true }, "shouldRetry must be a function"],
    [{ attempts: 3, backoff: 2 }, "unknown option backoff; the known ones are attempts, delay, shouldRetry"],
  ])("%j", async (retry, text) => {
    const region = makeRegion();
    const creator = counted();
    await refuses(() => region.getOrCreate("k", creator, { retry }), "VALIDATION", text);
    await refuses(() => region.getOrCreateMulti(["k"], creator, { retry }), "VALIDATION", text);
    throws(() => makeRegion({ retry }), "VALIDATION", text);
    throws(() => region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true, retry }), "VALIDATION", text);
    expect([creator.times, region.stats.creations]).toEqual([0, 0]);
  });

  test("null and undefined are not given", async () => {
    const region = makeRegion({ retry: null });
    const creator = fails(1);
    expect(await outcome(region.getOrCreate("k", creator, { retry: null }))).toEqual(["rejected", broken]);
    expect(creator.times).toBe(1);
  });
});
