import { describe, expect, test, vi } from "vitest";
import {
  SlowMultiBackend,
  backends,
  checkAfterEach,
  counted,
  deferred,
  elapsed,
  isSettled,
  makeRegion,
  outcome,
  record,
  refuses,
  slowRegion,
  turns,
  until,
  virtualClock,
} from "../helpers.js";

checkAfterEach();

const SOON = { timeout: "20ms" };

function held() {
  const creation = deferred();
  return Object.assign(
    counted(() => creation.promise),
    creation,
  );
}

const free = (region, key = "k") => until(async () => !(await region.keyIsLocked(key)));

/** How a stored value becomes stale: `[name, act]`; its region has an expirationTime of 60. */
const staling = [
  ["expired", (clock) => void clock.advance(61)],
  ["soft-invalidated", (clock, region) => (clock.advance(1), region.invalidate(false))],
];

async function withOld(makeBackend, act, options) {
  const clock = virtualClock();
  const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60, ...options });
  await region.set("k", "old");
  await act(clock, region);
  return region;
}

describe.each(backends)("over %s, a caller whose timeout passes", (_name, makeBackend, brief) => {
  const soon = { timeout: brief };

  test("gets a TimeoutError where there is no value, though it leads; the creation goes on and is stored", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creator = held();
    const caller = region.getOrCreate("k", creator, soon);
    const error = await refuses(() => caller, "TIMEOUT");
    expect(error.name).toBe("TimeoutError");
    await until(() => creator.times === 1);
    expect(await region.keyIsLocked("k")).toBe(true);
    const next = region.getOrCreate("k", creator);
    creator.resolve("value");
    expect(await next).toBe("value");
    expect(creator.times).toBe(1);
    expect(creator.calls[0][0].signal.aborted).toBe(false);
    expect(await region.get("k")).toBe("value");
  });

  test("leaves the others waiting", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creator = held();
    const leader = region.getOrCreate("k", creator, { timeout: "1h" });
    await refuses(() => region.getOrCreate("k", creator, soon), "TIMEOUT");
    await refuses(() => region.getOrCreateEntry("k", creator, soon), "TIMEOUT");
    expect(await isSettled(leader)).toBe(false);
    creator.resolve("value");
    expect(await leader).toBe("value");
    expect(creator.times).toBe(1);
  });

  test.each(staling)("gets the stale value where there is one: %s", async (_how, act) => {
    const region = await withOld(makeBackend, act);
    const creator = held();
    expect(await region.getOrCreateEntry("k", creator, soon)).toMatchObject({ payload: "old", state: "stale" });
    expect(creator.times).toBe(1);
    creator.resolve("new");
    await free(region);
    expect(await region.get("k")).toBe("new");
  });

  test("gets a TimeoutError where the value was hard-invalidated", async () => {
    const region = await withOld(makeBackend, async (clock, it) => {
      clock.advance(1);
      await it.invalidate();
      clock.advance(1);
    });
    const creator = held();
    await refuses(() => region.getOrCreate("k", creator, soon), "TIMEOUT");
    creator.resolve("new");
    await free(region);
    expect(await region.get("k")).toBe("new");
  });
});

test("a value that was hard-invalidated while its caller waited is not served", async () => {
  const region = await withOld(
    () => slowRegion({}, []).backend,
    (clock) => void clock.advance(61),
  );
  const creator = held();
  const caller = region.getOrCreate("k", creator, { timeout: "100ms" });
  await until(() => creator.times === 1);
  await region.invalidate();
  await refuses(() => caller, "TIMEOUT");
});

test("a record of another version is no stale value", async () => {
  const { backend, region } = slowRegion();
  backend.store.set("k", { payload: "old", metadata: { ct: 1_700_000_000, v: 1 } });
  await refuses(() => region.getOrCreate("k", held(), SOON), "TIMEOUT");
});

test("a creation that fails after its only caller's timeout rejects nobody, and the next caller creates anew", async () => {
  const region = makeRegion();
  const creator = held();
  await refuses(() => region.getOrCreate("k", creator, SOON), "TIMEOUT");
  creator.reject(new Error("too late to matter"));
  await free(region);
  expect(await region.getOrCreate("k", () => "anew")).toBe("anew");
});

test("what comes in time is the call's: a value, or a rejection with anything", async () => {
  const region = makeRegion();
  for (const reason of [new Error("failed"), undefined]) {
    expect(await outcome(region.getOrCreate("k", async () => Promise.reject(reason), { timeout: "1h" }))).toEqual(["rejected", reason]);
  }
  expect(await region.getOrCreate("k", async () => "value", { timeout: "1h" })).toBe("value");
  expect(await region.getOrCreate("k", () => "never", { timeout: "1ms" })).toBe("value");
});

test("a timeout that never passes, null and undefined are none", async () => {
  const region = makeRegion();
  for (const timeout of [-1, Infinity, null, undefined]) {
    const creator = held();
    const caller = region.getOrCreate("k", creator, { timeout, forceRefresh: true });
    await until(() => creator.times === 1);
    await elapsed(20);
    expect(await isSettled(caller)).toBe(false);
    creator.resolve("value");
    expect(await caller).toBe("value");
  }
});

test("a timeout is no takeover: nobody creates a second time because of it", async () => {
  const region = makeRegion();
  const creator = held();
  const leader = region.getOrCreate("k", creator);
  const second = counted();
  await refuses(() => region.getOrCreate("k", second, SOON), "TIMEOUT");
  expect(second.times).toBe(0);
  expect(region.stats.takeovers).toBe(0);
  creator.resolve("value");
  expect(await leader).toBe("value");
});

test("a write that hangs keeps nobody longer than its timeout", async () => {
  const { backend, region } = slowRegion();
  const write = backend.hold("set");
  const caller = outcome(region.getOrCreate("k", () => "created", SOON));
  await write.reached;
  const [how] = await caller;
  expect(how).toBe("rejected");
  write.release();
  await free(region);
  expect(backend.payload("k")).toBe("created");
});

describe("while the read hangs", () => {
  test("the caller gets a TimeoutError though there is a value: nobody knows it", async () => {
    const { backend, region } = slowRegion();
    backend.store.set("k", record("fresh", 1_700_000_000));
    const read = backend.hold("get");
    await refuses(() => region.getOrCreate("k", () => "never", SOON), "TIMEOUT");
    read.release();
    expect(await region.getOrCreate("k", () => "never")).toBe("fresh");
  });

  test("those who share the read without a timeout go on", async () => {
    const { backend, region } = slowRegion();
    const read = backend.hold("get");
    const creator = counted(() => "value");
    const first = outcome(region.getOrCreate("k", creator, SOON));
    await read.reached;
    const second = region.getOrCreate("k", creator);
    expect((await first)[1].code).toBe("TIMEOUT");
    read.release();
    expect(await second).toBe("value");
    expect(creator.times).toBe(1);
    expect(backend.sent).toEqual(["get k", "set k"]);
  });
});

describe("of many keys", () => {
  const make = () => makeRegion({ backend: new SlowMultiBackend() }, ["a", "b", "c"]);

  test("one without a value makes it a TimeoutError; the creation goes on and is stored", async () => {
    const region = make();
    await region.setMulti({ a: "old", b: "old" });
    await region.invalidate(false);
    const creator = held();
    await refuses(() => region.getOrCreateMulti(["a", "b", "c"], creator, SOON), "TIMEOUT");
    creator.resolve(["new a", "new b", "new c"]);
    await Promise.all(["a", "b", "c"].map((key) => free(region, key)));
    expect(await region.getMulti(["a", "b", "c"])).toEqual(["new a", "new b", "new c"]);
    expect(creator.times).toBe(1);
  });

  test("fresh and stale values are returned together", async () => {
    const region = make();
    await region.setMulti({ a: "old a", b: "old b" });
    await region.invalidate(false);
    await region.set("c", "fresh c");
    const creator = held();
    expect(await region.getOrCreateMulti(["c", "b", "a", "b"], creator, SOON)).toEqual(["fresh c", "old b", "old a", "old b"]);
    creator.resolve(["new b", "new a"]);
    await Promise.all(["a", "b"].map((key) => free(region, key)));
    expect(await region.getMulti(["a", "b"])).toEqual(["new a", "new b"]);
  });

  test("keys that another call creates are given up on too", async () => {
    const region = make();
    const creator = held();
    const first = region.getOrCreate("a", creator);
    await refuses(() => region.getOrCreateMulti(["a", "b"], (keys) => keys, SOON), "TIMEOUT");
    creator.resolve("value");
    expect(await first).toBe("value");
    await free(region, "b");
    expect(await region.get("b")).toBe("b");
  });
});

test.each([
  ["NaN", NaN],
  ['"soon"', "soon"],
  ["true", true],
  ["a function", () => 5],
  ["a list", []],
  ["a wrong part", { seconds: "1" }],
])("%s is refused as a timeout, and nothing is read", async (_name, timeout) => {
  const { backend, region } = slowRegion();
  await refuses(() => region.getOrCreate("k", () => "never", { timeout }), "VALIDATION", "timeout");
  await refuses(() => region.getOrCreateMulti(["k"], () => ["never"], { timeout }), "VALIDATION", "timeout");
  await refuses(() => makeRegion().getOrCreateEntry("k", () => "never", { timeout }), "VALIDATION", "timeout");
  expect(backend.sent).toEqual([]);
});

test.each([
  ["a value", (creator) => creator.resolve("value")],
  ["a rejection", (creator) => creator.reject(new Error("failed"))],
])("no timer is left after %s", async (_name, settle) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const region = makeRegion({}, []);
  const creator = held();
  const callers = [1, 2, 3].map((minutes) => outcome(region.getOrCreate("k", creator, { timeout: { minutes } })));
  const many = outcome(region.getOrCreateMulti(["k", "other"], (keys) => keys, { timeout: "5m" }));
  await turns();
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  settle(creator);
  await Promise.all([...callers, many]);
  await turns();
  expect(vi.getTimerCount()).toBe(0);
});

test("no timer is left of a call that was answered at once or refused", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const region = makeRegion({}, []);
  await region.set("k", "value");
  await region.getOrCreate("k", () => "never", { timeout: "5m" });
  await region.getOrCreate("other", () => "at once", { timeout: "5m" });
  await outcome(region.getOrCreate("k", () => "never", { timeout: "5m", expirationTime: "soon" }));
  await turns();
  expect(vi.getTimerCount()).toBe(0);
});

test("a store that reads more slowly than the timeout is filled all the same", async () => {
  const { backend, region } = slowRegion();
  const read = backend.hold("get");
  const creator = counted(() => "value");
  await refuses(() => region.getOrCreate("k", creator, SOON), "TIMEOUT");
  expect(creator.times).toBe(0);
  read.release();
  await until(() => creator.times === 1);
  await until(() => backend.payload("k") === "value");
});
