import { describe, expect, test } from "vitest";
import { createRegion, MemoryBackend, StoredTagInvalidation, TagInvalidation, ValidationError } from "dogpile";
import { backends, checkAfterEach, counted, deferred, elapsed, makeRegion, SlowMultiBackend, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

/** One bus for all who use it, whose messages arrive in a microtask. */
class OwnBus {
  listeners = new Set();
  said = [];
  publish(text) {
    this.said.push(JSON.parse(text));
    queueMicrotask(() => this.listeners.forEach((listener) => listener.message(text)));
  }
  subscribe(listener) {
    this.listeners.add(listener);
    listener.up();
    return () => this.listeners.delete(listener);
  }
}

/** Two processes: each with a strategy and a region of its own, over the same backends. */
function twoProcesses({ options, clock, tagBackend = new MemoryBackend(), backend = new MemoryBackend() } = {}) {
  const strategies = [1, 2].map(() => new StoredTagInvalidation(tagBackend, options));
  const regions = strategies.map((tagInvalidator) => makeRegion({ backend, tagInvalidator, ...(clock && { clock }) }));
  return { strategies, regions, tagBackend, backend };
}

describe.each(backends)("over %s", (_name, make) => {
  test("another process that reads the times for the first time knows them", async () => {
    const tagBackend = await make();
    const { regions, backend } = twoProcesses({ tagBackend });
    await regions[0].set("k", 1, { tags: ["x"] });
    await regions[0].invalidateTags(["x"]);
    expect(await regions[1].get("k")).toBeUndefined();
    const later = makeRegion({ backend, tagInvalidator: new StoredTagInvalidation(tagBackend) });
    expect(await later.get("k")).toBeUndefined();
    expect(await later.getOrCreate("k", () => 2, { tags: ["x"] })).toBe(2);
    expect(await regions[1].get("k")).toBe(2);
  });
});

describe("refresh", () => {
  test("what was read is good for `refresh`, and then read once for all tags of a value", async () => {
    const clock = virtualClock();
    const tagBackend = new SlowMultiBackend();
    const { regions } = twoProcesses({ clock, tagBackend, options: { refresh: 10 } });
    await regions[0].set("k", 1, { tags: ["x", "y"] });
    for (let round = 0; round < 3; round += 1) expect(await regions[1].get("k")).toBe(1);
    expect(tagBackend.sent).toEqual(["getMulti dogpile:tag:x,dogpile:tag:y"]);
    await regions[0].invalidateTags(["y"]);
    expect(await regions[1].get("k")).toBe(1);
    clock.advance(10);
    expect(await regions[1].get("k")).toBeUndefined();
    expect(tagBackend.count("getMulti")).toBe(3);
  });

  test("a call's own tags are read together with its record", async () => {
    const [tagBackend, backend] = [new SlowMultiBackend(), new SlowMultiBackend()];
    const { regions } = twoProcesses({ tagBackend, backend });
    await regions[0].set("k", 1, { tags: ["x"] });
    const [record, times] = [backend.hold("get"), tagBackend.hold("getMulti")];
    const reading = regions[1].getOrCreate("k", () => 2, { tags: ["x"] });
    await Promise.all([record.reached, times.reached]);
    times.release();
    record.release();
    expect(await reading).toBe(1);
    expect(tagBackend.count("getMulti")).toBe(1);
  });

  test("a warm value is judged again in every period, over the real clock, too", async () => {
    const { regions } = twoProcesses({ options: { refresh: 0.05 } });
    const creator = counted(() => 1);
    await regions[0].getOrCreate("k", creator, { tags: ["x"] });
    await regions[1].getOrCreate("k", creator, { tags: ["x"] });
    await regions[0].invalidateTags(["x"]);
    await until(async () => (await regions[1].get("k")) === undefined);
    expect(creator.times).toBe(1);
  });

  test("where it fails, what is known counts, and the observer is told", async () => {
    const tagBackend = new SlowMultiBackend();
    const { regions } = twoProcesses({ tagBackend });
    const heard = [];
    const end = regions[1].observe({ onError: (error, where) => heard.push([error.message, where]) });
    await regions[0].set("k", 1, { tags: ["x"] });
    tagBackend.rejectNext("getMulti", new Error("away"));
    expect(await regions[1].get("k")).toBe(1);
    end();
    expect(heard).toEqual([["away", "invalidate"]]);
    expect(await regions[1].get("k")).toBe(1);
    expect(tagBackend.count("getMulti")).toBe(2);
  });

  test("a value that is no time is reported, and counts for nobody", async () => {
    const tagBackend = new MemoryBackend();
    tagBackend.set("dogpile:tag:x", { payload: "soon", metadata: { ct: 1, v: 2 } });
    const { regions } = twoProcesses({ tagBackend });
    const heard = [];
    const end = regions[1].observe({ onError: (error) => heard.push(error.message) });
    await regions[0].set("k", 1, { tags: ["x"] });
    expect(await regions[1].get("k")).toBe(1);
    end();
    expect(heard).toEqual(['the stored value of "dogpile:tag:x" must be the times of a tag, not a plain object']);
  });
});

describe("creations elsewhere", () => {
  test("one that had not heard stores its value, and whoever knows the time does not serve it", async () => {
    const { regions } = twoProcesses({ options: { refresh: 0 } });
    const value = deferred();
    const waiting = regions[1].getOrCreate("k", () => value.promise, { tags: ["x"] });
    await until(() => regions[1].keyIsLocked("k"));
    await regions[0].invalidateTags(["x"]);
    value.resolve("read before");
    expect(await waiting).toBe("read before");
    expect(await regions[0].get("k")).toBeUndefined();
    expect(await regions[1].get("k")).toBeUndefined();
  });

  test("with a bus it is fenced at once, and subscribers are told", async () => {
    const bus = new OwnBus();
    const { regions, tagBackend } = twoProcesses({ options: { bus, refresh: "1h" } });
    await regions[1].set("other", 1, { tags: ["x"] });
    expect(await regions[1].get("other")).toBe(1);
    const told = [];
    const end = regions[1].subscribe("other", (why) => told.push(why));
    const value = deferred();
    const waiting = regions[1].getOrCreate("k", () => value.promise, { tags: ["x"] });
    await regions[0].invalidateTags(["x"], { soft: true });
    await turns();
    expect(told).toEqual(["invalidated"]);
    end();
    value.resolve("old");
    await waiting;
    expect(await regions[1].get("k")).toBeUndefined();
    expect(await regions[1].get("other")).toBeUndefined();
    expect(bus.said.map(({ d, tags }) => [d, Object.keys(tags)])).toEqual([[1, ["x"]]]);
    expect(tagBackend.get("dogpile:tag:x").payload).toEqual({ hard: null, soft: expect.any(Number) });
  });

  test("messages that are none are ignored, and a time from a wrong clock counts as now", async () => {
    const bus = new OwnBus();
    const { regions } = twoProcesses({ options: { bus } });
    await regions[0].set("k", 1, { tags: ["x"] });
    for (const content of [{ tags: 1 }, { tags: { x: 1 } }, { tags: { x: ["soon"] } }, { tags: { x: [] } }, { keys: ["k"] }]) {
      bus.publish(JSON.stringify({ d: 1, from: "stranger", ...content }));
    }
    await turns();
    expect(await regions[0].get("k")).toBe(1);
    await elapsed(2); // the value is older than the message by the clock's milliseconds
    bus.publish(JSON.stringify({ d: 1, from: "stranger", tags: { x: [Date.now() / 1000 + 1e6, null] } }));
    await turns();
    expect(await regions[0].get("k")).toBeUndefined();
    await regions[0].set("k", 2, { tags: ["x"] });
    expect(await regions[0].get("k")).toBe(2);
  });
});

describe("writing", () => {
  test("of two who write at once the later time stays, soft and hard apart", async () => {
    const { regions, tagBackend } = twoProcesses({ options: { refresh: 0 } });
    await Promise.all([regions[0].invalidateTags(["x"]), regions[1].invalidateTags(["x"], { soft: true })]);
    await regions[0].set("k", 1, { tags: ["x"] });
    await until(async () => {
      for (const region of regions) await region.get("k");
      const { hard, soft } = tagBackend.get("dogpile:tag:x").payload;
      return hard !== null && soft !== null;
    });
  });

  test("an earlier time in the backend is written again by the one who set the later", async () => {
    const { regions, tagBackend } = twoProcesses({ options: { refresh: 0 } });
    await regions[0].invalidateTags(["x"]);
    const { payload } = tagBackend.get("dogpile:tag:x");
    tagBackend.set("dogpile:tag:x", { payload: { hard: payload.hard - 5, soft: null }, metadata: { ct: 1, v: 2 } });
    await regions[0].set("k", 1, { tags: ["x"] });
    await regions[0].get("k");
    await until(() => tagBackend.get("dogpile:tag:x").payload.hard === payload.hard);
  });

  test("where it fails, invalidateTags rejects, and is in effect here", async () => {
    const tagBackend = new SlowMultiBackend();
    const { regions } = twoProcesses({ tagBackend });
    await regions[0].set("k", 1, { tags: ["x"] });
    tagBackend.rejectNext("setMulti", new Error("away"));
    await expect(regions[0].invalidateTags(["x"])).rejects.toThrow("away");
    expect(await regions[0].get("k")).toBeUndefined();
  });

  test("a soft invalidation whose read fails rejects, and takes no hard time of others back", async () => {
    const tagBackend = new SlowMultiBackend();
    const { regions } = twoProcesses({ tagBackend, options: { refresh: 0 } });
    await regions[1].invalidateTags(["x"]);
    const before = tagBackend.payload("dogpile:tag:x");
    tagBackend.rejectNext("getMulti", new Error("away"));
    await expect(regions[0].invalidateTags(["x"], { soft: true })).rejects.toThrow("away");
    expect(tagBackend.payload("dogpile:tag:x")).toEqual(before);
    await regions[0].invalidateTags(["x"], { soft: true });
    expect(tagBackend.payload("dogpile:tag:x")).toEqual({ hard: before.hard, soft: expect.any(Number) });
  });

  test("after a time of a wrong clock, later invalidations are stored again", async () => {
    const tagBackend = new MemoryBackend();
    const { regions } = twoProcesses({ tagBackend, options: { refresh: 0 } });
    tagBackend.set("dogpile:tag:x", { payload: { hard: Date.now() / 1000 + 86_400, soft: null }, metadata: { ct: 1, v: 2 } });
    await regions[1].get("none");
    await elapsed(2);
    await regions[1].getOrCreate("k", () => 1, { tags: ["x"] });
    await elapsed(2);
    expect(await regions[1].get("k")).toBe(1);
    await regions[0].invalidateTags(["x"]);
    expect(await regions[1].get("k")).toBeUndefined();
  });

  test("what is learned of others when a time is stored is told at once", async () => {
    const { regions } = twoProcesses({ options: { refresh: "1h" } });
    await regions[0].set("k", 1, { tags: ["x"] });
    expect(await regions[0].get("k")).toBe(1);
    await regions[1].invalidateTags(["x"]);
    await elapsed(2);
    await regions[0].invalidateTags(["x"], { soft: true });
    const fails = () => Promise.reject(new Error("creator"));
    await expect(regions[0].getOrCreate("k", fails, { staleIfError: "1h" })).rejects.toThrow("creator");
  });

  test("an observer that empties its list changes nothing of what is stored", async () => {
    const { regions, tagBackend } = twoProcesses();
    const end = regions[0].observe({ onInvalidateTags: (tags) => (tags.length = 0) });
    await regions[0].invalidateTags(["x"]);
    end();
    expect(tagBackend.get("dogpile:tag:x").payload.hard).toEqual(expect.any(Number));
  });

  test("the backend keeps a time for `keep`, and a value with tags is missing after that", async () => {
    const clock = virtualClock();
    const hints = [];
    const tagBackend = new MemoryBackend();
    const set = tagBackend.set.bind(tagBackend);
    tagBackend.set = (key, value, hint) => (hints.push(hint), set(key, value));
    const { regions } = twoProcesses({ clock, tagBackend, options: { keep: 100 } });
    await regions[0].set("k", 1, { tags: ["x"] });
    await regions[0].set("p", 1);
    await regions[0].invalidateTags(["y"]);
    expect(hints).toEqual([{ expirationTime: 100 }]);
    clock.advance(100);
    expect(await regions[0].getMulti(["k", "p"])).toEqual([1, 1]);
    clock.advance(0.5);
    expect(await regions[0].getMulti(["k", "p"])).toEqual([undefined, 1]);
  });
});

test("a tag whose time was forgotten is read again, and nothing that was ended comes back", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock, tagInvalidator: new StoredTagInvalidation(new MemoryBackend(), { maxTags: 10 }) }, []);
  const tags = Array.from({ length: 100 }, (_, index) => `t${index}`);
  for (const tag of tags) await region.set(tag, tag, { tags: [tag] });
  for (const tag of tags) {
    clock.advance(1);
    await region.invalidateTags([tag]);
  }
  for (const tag of tags) expect(await region.get(tag)).toBeUndefined();
});

test.each([
  ["prefix", { prefix: 1 }],
  ["refresh", { refresh: "soon" }],
  ["keep", { keep: 0 }],
  ["maxTags", { maxTags: 0 }],
  ["bus", { bus: {} }],
  ["unknown", { unknown: 1 }],
])("refuses what it cannot use: %s", (_name, options) => {
  expect(() => new StoredTagInvalidation(new MemoryBackend(), options)).toThrow(ValidationError);
});

test("is a TagInvalidation, refuses what is no backend, and leaves its bus", () => {
  const bus = new OwnBus();
  const strategy = new StoredTagInvalidation(new MemoryBackend(), { bus });
  expect(strategy).toBeInstanceOf(TagInvalidation);
  strategy[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  strategy.close();
  expect(bus.listeners.size).toBe(0);
  expect(() => new StoredTagInvalidation({})).toThrow(ValidationError);
  expect(() => createRegion({ backend: new MemoryBackend(), tagInvalidator: strategy })).not.toThrow();
});
