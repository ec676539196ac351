import { describe, expect, test, vi } from "vitest";
import { MemoryBackend, NullBackend } from "dogpile";
import { backends, checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, plainBackend, slowRegion, turns, until } from "../helpers.js";

checkAfterEach();

describe.each(backends)("a cold key over %s", (_name, makeBackend) => {
  test("10,000 concurrent callers cost one creation, and all get its value", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const callers = Array.from({ length: 10_000 }, () => region.getOrCreate("k", creator));
    await until(() => creator.times > 0);
    const value = { made: "once" };
    creation.resolve(value);
    const values = await Promise.all(callers);
    expect(values.filter((each) => each !== value)).toHaveLength(0);
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toEqual(value);
  });

  test("callers of different keys do not wait for one another", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["slow", "quick"]);
    const creation = deferred();
    const slow = region.getOrCreate("slow", () => creation.promise);
    expect(await region.getOrCreate("quick", () => "quick")).toBe("quick");
    creation.resolve("slow");
    expect(await slow).toBe("slow");
  });

  test("whoever comes after the creation is served what was stored", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creator = counted(() => "first");
    expect(await region.getOrCreate("k", creator)).toBe("first");
    expect(await region.getOrCreate("k", creator)).toBe("first");
    expect(creator.times).toBe(1);
  });

  test("waiters share a rejection, and the next caller creates anew", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const callers = Array.from({ length: 50 }, () => outcome(region.getOrCreate("k", creator)));
    await until(() => creator.times > 0);
    const reason = new Error("no value today");
    creation.reject(reason);
    for (const [how, why] of await Promise.all(callers)) {
      expect(how).toBe("rejected");
      expect(why).toBe(reason);
    }
    expect(creator.times).toBe(1);
    expect(await region.getOrCreate("k", () => "tomorrow")).toBe("tomorrow");
  });

  test("waiters share a value that is not stored", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const options = { shouldCacheFn: () => false };
    const callers = Array.from({ length: 50 }, () => region.getOrCreate("k", creator, options));
    await until(() => creator.times > 0);
    creation.resolve("fleeting");
    expect(new Set(await Promise.all(callers))).toEqual(new Set(["fleeting"]));
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBeUndefined();
  });
});

test("10,000 callers of a cold key cost one read and one write of a backend that answers by promise", async () => {
  const { backend, region } = slowRegion();
  const callers = Array.from({ length: 10_000 }, () => region.getOrCreate("k", async () => "value"));
  expect(new Set(await Promise.all(callers))).toEqual(new Set(["value"]));
  expect(backend.sent).toEqual(["get k", "set k"]);
});

test("callers that come one by one during a creation cost no read of a backend that answers at once", async () => {
  const backend = plainBackend();
  const region = makeRegion({ backend });
  const creation = deferred();
  const callers = [];
  for (let caller = 0; caller < 20; caller++) {
    callers.push(region.getOrCreate("k", () => creation.promise));
    await turns(5);
  }
  creation.resolve("value");
  expect(new Set(await Promise.all(callers))).toEqual(new Set(["value"]));
  expect(backend.sent).toEqual(["get k", "set k"]);
});

test("a caller whose slow read saw a miss while another caller came does not create again", async () => {
  const { backend, region } = slowRegion();
  const read = backend.hold("get");
  const creator = counted(() => "once");
  const first = region.getOrCreate("k", creator);
  await read.reached;
  const second = region.getOrCreate("k", creator);
  await turns();
  read.release();
  expect(await Promise.all([first, second])).toEqual(["once", "once"]);
  expect(creator.times).toBe(1);
  expect(backend.count("get")).toBe(1);
});

test("a caller that comes during the write of a creation does not create again", async () => {
  const { backend, region } = slowRegion();
  const write = backend.hold("set");
  const creator = counted(() => "once");
  const first = region.getOrCreate("k", creator);
  await write.reached;
  const second = region.getOrCreate("k", creator);
  await turns();
  expect(creator.times).toBe(1);
  write.release();
  expect(await Promise.all([first, second])).toEqual(["once", "once"]);
  expect(creator.times).toBe(1);
  expect(backend.count("set")).toBe(1);
});

test("the value is stored before the key is free and before anyone has it", async () => {
  const { backend, region } = slowRegion();
  const write = backend.hold("set");
  const leader = region.getOrCreate("k", () => "value");
  const waiter = region.getOrCreate("k", () => "value");
  await write.reached;
  expect(await region.keyIsLocked("k")).toBe(true);
  expect(await isSettled(leader)).toBe(false);
  expect(await isSettled(waiter)).toBe(false);
  write.release();
  expect(await leader).toBe("value");
  expect(backend.payload("k")).toBe("value");
});

test("get and getMulti never wait for a creation", async () => {
  const { region } = slowRegion();
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const created = region.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  expect(await region.get("k")).toBeUndefined();
  expect(await region.getMulti(["k"])).toEqual([undefined]);
  expect(await region.getValueMetadata("k")).toBeUndefined();
  creation.resolve("value");
  expect(await created).toBe("value");
});

test("each get reads for itself", async () => {
  const { backend, region } = slowRegion();
  await Promise.all([region.get("k"), region.get("k"), region.getMulti(["k"])]);
  expect(backend.count("get")).toBe(3);
});

test("a key is locked while its value is created, and only then", async () => {
  const region = makeRegion({}, ["k", "other"]);
  const creation = deferred();
  const creator = counted(() => creation.promise);
  expect(await region.keyIsLocked("k")).toBe(false);
  const created = region.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  expect(await region.keyIsLocked("k")).toBe(true);
  expect(await region.keyIsLocked("other")).toBe(false);
  creation.resolve("value");
  await created;
  expect(await region.keyIsLocked("k")).toBe(false);
});

test("a key is free again after a creation that failed", async () => {
  const region = makeRegion();
  await outcome(region.getOrCreate("k", () => Promise.reject(new Error("failed"))));
  expect(await region.keyIsLocked("k")).toBe(false);
});

test("over NullBackend every call creates", async () => {
  const region = makeRegion({ backend: new NullBackend() });
  let value = 0;
  expect(await region.getOrCreate("k", () => ++value)).toBe(1);
  expect(await region.getOrCreate("k", () => ++value)).toBe(2);
  await region.set("k", "ignored");
  expect(await region.get("k")).toBeUndefined();
});

test("at most one timer waits for a creation with many waiters, and none afterwards", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const region = makeRegion({ backend: new MemoryBackend() }, []);
  const creation = deferred();
  const callers = Array.from({ length: 100 }, () => region.getOrCreate("k", () => creation.promise));
  await turns();
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  creation.resolve("value");
  await Promise.all(callers);
  await turns();
  expect(vi.getTimerCount()).toBe(0);
});

describe("a warm getOrCreate over MemoryBackend returns an already resolved promise", () => {
  test.each([
    ["without options", undefined],
    ["with a numeric expirationTime", { expirationTime: 60 }],
  ])("%s", async (_name, options) => {
    const region = makeRegion();
    await region.set("k", "value");
    let value;
    region.getOrCreate("k", () => "never", options).then((it) => (value = it));
    await undefined;
    expect(value).toBe("value");
  });
});
