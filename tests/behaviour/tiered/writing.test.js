import { describe, expect, test, vi } from "vitest";
import { BackendError, createRegion, MemoryBackend, TieredBackend } from "dogpile";
import { checkAfterEach, outcome, SlowMultiBackend, turns, until } from "../helpers.js";
import { Hub, record, stillClock, tiers, UnsureBackend } from "./helpers.js";

checkAfterEach();

describe("rule 3, a write", () => {
  test("set is in near at once, settles with far, and is published then", async () => {
    const bus = new Hub().bus();
    const { tier, far } = tiers({ bus });
    const gate = far.hold("set");
    let isSettled = false;
    const write = tier.set("k", record("value")).then(() => (isSettled = true));
    expect(tier.get("k")).toEqual(record("value"));
    await gate.reached;
    await turns();
    expect([isSettled, bus.sent.length]).toEqual([false, 0]);
    gate.release();
    await write;
    await turns();
    expect(bus.sent).toEqual([expect.objectContaining({ d: 1, keys: ["k"] })]);
    expect(far.payload("k")).toBe("value");
  });

  test("delete does the same", async () => {
    const bus = new Hub().bus();
    const { tier, far, near } = tiers({ bus });
    await tier.set("k", record("value"));
    bus.sent.length = 0;
    const gate = far.hold("delete");
    const deletion = tier.delete("k");
    expect(near.get("k")).toBe(undefined);
    await gate.reached;
    await turns();
    expect(bus.sent.length).toBe(0);
    gate.release();
    await deletion;
    await turns();
    expect(bus.sent).toEqual([expect.objectContaining({ keys: ["k"] })]);
  });

  test("creations are published too", async () => {
    const bus = new Hub().bus();
    const region = createRegion({ backend: tiers({ bus }).tier });
    await region.getOrCreate("k", () => "created");
    await region.getOrCreateMulti(["a", "b"], (keys) => keys);
    expect(bus.sent.flatMap(({ keys }) => keys)).toEqual(["k", "a", "b"]);
  });

  test("far has text by its serializer, near has records", async () => {
    const far = Object.assign(new SlowMultiBackend(), { serializer: JSON });
    const { tier, near } = tiers({}, far);
    const value = { list: [1] };
    await tier.set("k", record(value));
    expect(far.store.get("k")).toBe('{"ct": 1700000000.0, "v": 2}|{"list":[1]}');
    expect(near.get("k").payload).toBe(value);
    near.clear();
    expect(await tier.get("k")).toEqual(record(value));
    const plain = tiers({ serializer: false }, far);
    await plain.tier.set("k", record(value));
    expect(far.store.get("k")).toEqual(record(value));
  });

  test("what the serializer refuses changes nothing", async () => {
    const { tier, far, near } = tiers({ serializer: JSON });
    await tier.set("k", record("value"));
    const circular = {};
    circular.self = circular;
    expect((await outcome(tier.set("k", record(circular))))[0]).toBe("rejected");
    expect((await outcome(tier.setMulti(new Map([["k", record(circular)]]))))[0]).toBe("rejected");
    expect(near.get("k").payload).toBe("value");
    expect(far.sent).toEqual(["set k"]);
    expect(tier.stats.owed).toBe(0);
  });

  test("a region with a serializer of its own has its text in both tiers", async () => {
    const clock = stillClock();
    const { tier, far } = tiers();
    const region = createRegion({ backend: tier, serializer: JSON });
    await region.set("k", { a: 1 });
    expect(typeof far.store.get("k")).toBe("string");
    expect(await region.get("k")).toEqual({ a: 1 });
    expect(far.count("get")).toBe(0);
    expect(await createRegion({ backend: tier }).getOrCreate("k", () => "created"), "a region without it").toBe("created");
    await region.set("k", { a: 1 });
    clock.pass(11);
    expect(await region.get("k")).toEqual({ a: 1 });
  });
});

describe("rule 4, far fails in a write", () => {
  test.each([
    ["set", (tier) => tier.set("k", record("new")), record("new")],
    ["delete", (tier) => tier.delete("k"), undefined],
    ["setMulti", (tier) => tier.setMulti(new Map([["k", record("new")]])), record("new")],
    ["deleteMulti", (tier) => tier.deleteMulti(["k"]), undefined],
  ])("%s rejects with its error; it is in effect here, not published, and owed", async (operation, write, expected) => {
    stillClock();
    const bus = new Hub().bus();
    const { tier, far } = tiers({ bus });
    await tier.set("k", record("old"));
    await turns();
    bus.sent.length = 0;
    const error = new Error("away");
    far.rejectNext(operation, error);
    expect(await outcome(write(tier))).toEqual(["rejected", error]);
    expect(await tier.get("k")).toEqual(expected);
    await turns();
    expect(bus.sent).toEqual([]);
    expect(tier.stats.owed).toBe(1);
  });
});

describe("rule 5, what is owed", () => {
  test("an older write that succeeds late does not end what a newer one owes", async () => {
    const clock = stillClock();
    const { tier, far } = tiers();
    const gate = far.hold("set");
    const older = tier.set("k", record("deleted"));
    await gate.reached;
    far.rejectNext("delete", new Error("away"));
    expect((await outcome(tier.delete("k")))[0]).toBe("rejected");
    gate.release();
    await older;
    clock.pass(2);
    await tier.get("another"); // far answers, and what is owed is paid
    await until(() => tier.stats.owed === 0);
    expect(far.payload("k")).toBeUndefined();
    expect(await tier.get("k")).toBeUndefined();
  });

  /** A key whose write has failed, so that far has an older record. */
  async function owing(options) {
    const clock = stillClock();
    const bus = new Hub().bus();
    const all = tiers({ bus, ...options }, new UnsureBackend());
    await all.tier.set("k", record("old"));
    all.far.isAway = true;
    await outcome(all.tier.set("k", record("new")));
    all.far.isAway = false;
    await turns();
    bus.sent.length = 0;
    all.far.sent.length = 0;
    return { ...all, clock, bus };
  }

  test("is read from near alone, else it is a miss", async () => {
    const { tier, near, far, clock } = await owing();
    clock.pass(3600);
    expect(await tier.get("k")).toEqual(record("new"));
    near.clear();
    expect(await tier.get("k")).toBe(undefined);
    expect(await tier.getMulti(["k"])).toEqual([undefined]);
    expect(far.sent).toEqual([]);
    expect(tier.stats.far.skipped).toBe(3);
  });

  test("is deleted from far after the next operation that succeeds, then published, then no longer owed", async () => {
    const { tier, far, clock, bus } = await owing();
    clock.pass(2);
    const gate = far.hold("delete");
    await tier.get("other");
    await gate.reached;
    expect([tier.stats.owed, bus.sent.length]).toEqual([1, 0]);
    gate.release();
    await until(() => tier.stats.owed === 0);
    await turns();
    expect(far.sent).toEqual(["get other", "delete k"]);
    expect(bus.sent).toEqual([expect.objectContaining({ keys: ["k"] })]);
    expect(await tier.get("k"), "this process has it").toEqual(record("new"));
    clock.pass(301);
    expect(await tier.get("k"), "and nobody has the old one").toBe(undefined);
  });

  test.each([
    ["set", (tier) => tier.set("k", record("newest")), "newest"],
    ["delete", (tier) => tier.delete("k"), undefined],
  ])("ends with a successful %s of the key, which is not undone", async (_name, write, expected) => {
    const { tier, far, clock } = await owing();
    clock.pass(2);
    await write(tier);
    await turns();
    expect(tier.stats.owed).toBe(0);
    expect(far.payload("k")).toBe(expected);
    expect(far.sent.length).toBe(1);
  });

  test("does not end with a message", async () => {
    const { tier, bus } = await owing();
    bus.tell("message", JSON.stringify({ d: 1, from: "other", keys: ["k"] }));
    bus.tell("up");
    expect(tier.stats.owed).toBe(1);
    expect(await tier.get("k")).toBe(undefined);
  });

  test("a deletion that fails is tried again, and told", async () => {
    const { tier, far, clock, told } = await owing();
    clock.pass(2);
    const error = new Error("away");
    far.rejectNext("delete", error);
    await tier.get("other");
    await turns();
    expect(told).toEqual([["far", error]]);
    expect(tier.stats.owed).toBe(1);
    clock.pass(2);
    await tier.get("other");
    await tier.get("another");
    await until(() => tier.stats.owed === 0);
    expect(far.store.size).toBe(0);
  });

  test("a far tier that reads but refuses deletions is read, and asked for them once in a pause", async () => {
    const { tier, far, clock, told } = await owing();
    clock.pass(2);
    const delegate = far.delete;
    far.delete = (key) => {
      far.sent.push(`delete ${key}`);
      return Promise.reject(new Error("read only"));
    };
    for (let read = 0; read < 20; read++) {
      far.store.set(`other ${read}`, record(read));
      expect(await tier.get(`other ${read}`)).toEqual(record(read));
      await turns();
    }
    expect([far.count("get"), far.count("delete"), told.length, tier.stats.owed]).toEqual([20, 1, 1, 1]);
    clock.pass(2);
    far.delete = delegate;
    await tier.get("other");
    await until(() => tier.stats.owed === 0);
  });

  test("a key that cannot be deleted keeps no other from it", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({}, new UnsureBackend());
    const keys = Array.from({ length: 150 }, (_, index) => `key ${index}`);
    far.isAway = true;
    await outcome(tier.deleteMulti(keys));
    far.isAway = false;
    const { deleteMulti } = far;
    far.deleteMulti = (some) => (some.includes("key 0") ? Promise.reject(new Error("no")) : deleteMulti.call(far, some));
    for (let round = 0; round < 3; round++) {
      clock.pass(2);
      await outcome(tier.get("other"));
      await turns();
    }
    expect(tier.stats.owed).toBeLessThanOrEqual(100);
  });

  test("a key that fails again meanwhile stays owed", async () => {
    const { tier, far, clock } = await owing();
    clock.pass(2);
    const gate = far.hold("delete");
    await tier.get("other");
    await gate.reached;
    far.rejectNext("set", new Error("away"));
    await outcome(tier.set("k", record("newest")));
    gate.release();
    await turns();
    expect(tier.stats.owed).toBe(1);
  });

  test("many are deleted 100 at a time; at most 10,000 are owed, and the others are told", async () => {
    const clock = stillClock();
    const { tier, far, told } = tiers({}, new UnsureBackend());
    const keys = Array.from({ length: 10_002 }, (_, index) => `key ${index}`);
    far.isAway = true;
    await outcome(tier.deleteMulti(keys));
    expect(tier.stats.owed).toBe(10_000);
    expect(told.map(([where, { message }]) => [where, /"key \d"/.exec(message)?.[0]])).toEqual([
      ["far", '"key 0"'],
      ["far", '"key 1"'],
    ]);
    far.isAway = false;
    far.sent.length = 0;
    clock.pass(2);
    await tier.get("other");
    await until(() => tier.stats.owed === 0);
    const deletions = far.sent.filter((entry) => entry.startsWith("deleteMulti")).map((entry) => entry.split(",").length);
    expect(deletions).toEqual(Array.from({ length: 100 }, () => 100));
  });
});

describe("clear and entries", () => {
  test("clear empties both tiers and is published", async () => {
    const bus = new Hub().bus();
    const { tier, far, near } = tiers({ bus }, new UnsureBackend());
    await tier.set("k", record("value"));
    await turns();
    bus.sent.length = 0;
    await tier.clear();
    await turns();
    expect([near.size, far.store.size]).toEqual([0, 0]);
    expect(bus.sent).toEqual([expect.objectContaining({ clear: true })]);
  });

  test("a clear that outlasts farTimeout leaves no old value in near, and is published when it is over", async () => {
    const bus = new Hub().bus();
    const { tier, far, near } = tiers({ bus, farTimeout: "20ms", pause: "1ms" }, new UnsureBackend());
    await tier.set("k", record("old"));
    await turns();
    bus.sent.length = 0;
    const gate = far.hold("clear");
    expect((await outcome(tier.clear()))[1].code).toBe("TIMEOUT");
    await until(async () => (await outcome(tier.get("k")))[0] === "resolved"); // far has it still
    expect([near.size, bus.sent.length]).toEqual([0, 0]);
    gate.release();
    await until(() => bus.sent.length > 0);
    expect(bus.sent).toEqual([expect.objectContaining({ clear: true })]);
    expect([near.size, far.store.size, await tier.get("k")]).toEqual([0, 0, undefined]);
  });

  test("a clear that never ends does not end the copies into near for ever", async () => {
    const clock = stillClock();
    const { tier, far, near } = tiers({ farTimeout: -1 }, new UnsureBackend());
    far.hold("clear");
    outcome(tier.clear());
    far.store.set("k", record("value"));
    await tier.get("k");
    expect(near.size).toBe(0);
    clock.pass(31);
    await tier.get("k");
    expect(near.get("k").payload).toBe("value");
  });

  test("a key whose deletion is owed is no entry", async () => {
    const { tier, far } = tiers({}, new UnsureBackend());
    await tier.set("k", record("old"));
    far.rejectNext("delete", new Error("away"));
    await outcome(tier.delete("k"));
    const entries = [];
    for await (const entry of tier.entries()) entries.push(entry);
    expect(entries).toEqual([]);
  });

  test("a clear that fails is not published", async () => {
    const bus = new Hub().bus();
    const { tier, far } = tiers({ bus }, Object.assign(new UnsureBackend(), { isAway: true }));
    expect((await outcome(tier.clear()))[1].message).toBe("clear failed");
    await turns();
    expect(bus.sent).toEqual([]);
    expect(far.count("clear")).toBe(1);
  });

  test("entries are those of far, without what cannot be read", async () => {
    const { tier, far, near, told } = tiers({}, new UnsureBackend());
    await tier.set("k", record("value"));
    far.store.set("broken", 5);
    near.set("near", record("near only"));
    const entries = [];
    for await (const entry of tier.entries()) entries.push(entry);
    expect(entries).toEqual([["k", record("value")]]);
    expect(told.length).toBe(1);
  });

  test("a far tier that lacks them is a BackendError", async () => {
    const { tier } = tiers();
    expect((await outcome(tier.clear()))[1]).toBeInstanceOf(BackendError);
    expect((await outcome(tier.entries().next()))[1]).toBeInstanceOf(BackendError);
  });
});

test("rule 12, both tiers get the region's hint", async () => {
  const near = new MemoryBackend();
  const far = new SlowMultiBackend();
  const hints = [vi.spyOn(near, "set"), vi.spyOn(far, "set")];
  const region = createRegion({ backend: new TieredBackend(near, far), expirationTime: 60 });
  await region.set("k", "value");
  for (const hint of hints) expect(hint.mock.lastCall[2]).toEqual({ expirationTime: 120 });
  await region.set("k", "value", { expiresIn: 600 });
  for (const hint of hints) expect(hint.mock.lastCall[2]).toEqual({ expirationTime: 1200 });
});

test("rule 17, an invalidation ends what either tier has, and clears none", async () => {
  const clock = stillClock();
  const { tier, near, far } = tiers();
  const region = createRegion({ backend: tier });
  await region.set("k", "old");
  clock.pass(1);
  await region.invalidate();
  expect(await region.get("k")).toBe(undefined);
  expect([near.size, far.store.size]).toEqual([1, 1]);
  expect(await region.getOrCreate("k", () => "new")).toBe("new");
});
