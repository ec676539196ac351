import { describe, expect, test } from "vitest";
import { BackendError, CantDeserialize, createRegion, MemoryBackend, TieredBackend, TimeoutError } from "dogpile";
import { checkAfterEach, counted, outcome, SlowBackend, SlowMultiBackend, turns, until } from "../helpers.js";
import { Hub, record, stillClock, tiers, UnsureBackend } from "./helpers.js";

checkAfterEach();

describe("rule 1, a read", () => {
  test("far is asked once, and then near answers for nearFor", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ nearFor: "1m" });
    far.store.set("k", record("value"));
    for (const _ of [1, 2, 3]) expect(await tier.get("k")).toEqual(record("value"));
    expect(far.sent).toEqual(["get k"]);
    clock.pass(60);
    expect(await tier.get("k")).toEqual(record("value"));
    expect(far.count("get")).toBe(1);
    clock.pass(0.002);
    far.store.set("k", record("newer"));
    expect(await tier.get("k")).toEqual(record("newer"));
    expect(await tier.get("k")).toEqual(record("newer"));
    expect(far.count("get")).toBe(2);
    expect(tier.stats).toMatchObject({ near: { hits: 4, misses: 2 }, far: { hits: 2, misses: 0 } });
  });

  test("a near copy says when it came; what is read, and the far record, do not", async () => {
    const clock = stillClock();
    const { tier, far, near } = tiers();
    await tier.set("k", record("value", { et: 5 }));
    expect(near.get("k")).toEqual(record("value", { et: 5, nt: clock.seconds }));
    expect(far.store.get("k")).toEqual(record("value", { et: 5 }));
    expect(tier.get("k")).toEqual(record("value", { et: 5 }));
    await tier.set("k", near.get("k"));
    expect(far.store.get("k"), "a copy that is given to set").toEqual(record("value", { et: 5 }));
  });

  test("a clock that was set back: far is asked", async () => {
    const clock = stillClock();
    const { tier, far } = tiers();
    await tier.set("k", record("value"));
    clock.set(-3600);
    far.store.set("k", record("newer"));
    expect(await tier.get("k")).toEqual(record("newer"));
  });

  test("nearFor is 10 s; with a bus that is up 5 min, until it is down", async () => {
    const clock = stillClock();
    const bus = new Hub().bus({ isUp: false });
    const { tier, far } = tiers({ bus });
    const isAskedAfter = async (seconds) => {
      await tier.set("k", record("value"));
      const before = far.count("get");
      clock.pass(seconds);
      await tier.get("k");
      return far.count("get") > before;
    };
    expect([await isAskedAfter(9.9), await isAskedAfter(10.1)]).toEqual([false, true]);
    bus.tell("up");
    expect([await isAskedAfter(299), await isAskedAfter(301)]).toEqual([false, true]);
    bus.tell("down");
    expect([await isAskedAfter(9.9), await isAskedAfter(10.1)]).toEqual([false, true]);
    expect(tier.stats.bus.downs).toBe(1);
  });

  test.each([
    [{ nearFor: 3 }, 3],
    [{ nearFor: "2m" }, 120],
  ])("a nearFor that was given, %j, is used whatever the bus does", async (options, seconds) => {
    const clock = stillClock();
    const { tier, far } = tiers({ ...options, bus: new Hub().bus() });
    await tier.set("k", record("value"));
    clock.pass(seconds - 0.1);
    await tier.get("k");
    expect(far.count("get")).toBe(0);
    clock.pass(0.2);
    await tier.get("k");
    expect(far.count("get")).toBe(1);
  });

  test("nearFor: -1 is for ever", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ nearFor: -1 });
    await tier.set("k", record("value"));
    clock.pass(1e9);
    expect(tier.get("k")).toEqual(record("value"));
    expect(far.count("get")).toBe(0);
  });

  test("what is gone from far is gone from near as well, when far is asked", async () => {
    const clock = stillClock();
    const { tier, far, near } = tiers();
    await tier.set("k", record("value"));
    far.store.delete("k");
    clock.pass(11);
    expect(await tier.get("k")).toBe(undefined);
    expect(near.get("k")).toBe(undefined);
  });

  test("what somebody else has put into near is no copy", async () => {
    const { tier, far, near } = tiers();
    near.set("k", record("foreign"));
    far.store.set("k", record("value"));
    expect(await tier.get("k")).toEqual(record("value"));
    const region = createRegion({ backend: tier });
    near.set("k", record("foreign"));
    expect(await region.get("k")).toBe("value");
    near.set("k", record("foreign"));
    expect(await region.getOrCreate("k", () => "created")).toBe("value");
    near.set("k", record("foreign"));
    expect(await region.getMulti(["k"])).toEqual(["value"]);
  });
});

describe("rule 2, the backfill fence", () => {
  const meanwhile = {
    "a set": ({ tier }) => tier.set("k", record("newer")),
    "a delete": ({ tier }) => tier.delete("k"),
    "a setMulti": ({ tier }) => tier.setMulti(new Map([["k", record("newer")]])),
    "a deleteMulti": ({ tier }) => tier.deleteMulti(["k"]),
    "a clear": ({ tier }) => tier.clear(),
    "a message": ({ other }) => other.publish(JSON.stringify({ d: 1, from: "other", keys: ["k"] })),
    "a message of a clear": ({ other }) => other.publish(JSON.stringify({ d: 1, from: "other", clear: true })),
    "an up": ({ bus }) => bus.tell("up"),
  };

  test.each(Object.keys(meanwhile))("a far read that met %s is returned and not kept", async (name) => {
    const hub = new Hub();
    const [bus, other] = [hub.bus(), hub.bus()];
    const { tier, far, near } = tiers({ bus }, new UnsureBackend());
    far.store.set("k", record("old"));
    const gate = far.hold("get");
    const read = tier.get("k");
    await gate.reached;
    await meanwhile[name]({ tier, bus, other });
    gate.release();
    expect(await read).toEqual(record("old"));
    expect(near.get("k")?.payload).toBe(name.startsWith("a set") ? "newer" : undefined);
  });

  test("nor is one that ends while a write is under way", async () => {
    const { tier, far, near } = tiers();
    far.store.set("k", record("old"));
    const gate = far.hold("delete");
    const deletion = tier.delete("k");
    await gate.reached;
    expect(await tier.get("k")).toEqual(record("old"));
    expect(near.get("k")).toBe(undefined);
    gate.release();
    await deletion;
    expect(await tier.get("k")).toBe(undefined);
  });

  test("another key's write is of no concern", async () => {
    const { tier, far, near } = tiers();
    far.store.set("k", record("value"));
    const gate = far.hold("get");
    const read = tier.get("k");
    await gate.reached;
    await tier.set("other", record("other"));
    gate.release();
    await read;
    expect(near.get("k").payload).toBe("value");
  });
});

describe("rule 6, far fails or is late in a read", () => {
  test("get rejects with its error, and a region creates", async () => {
    const { tier, far } = tiers();
    const error = new Error("away");
    far.rejectNext("get", error);
    expect(await outcome(tier.get("k"))).toEqual(["rejected", error]);
    const region = createRegion({ backend: tiers({}, Object.assign(new UnsureBackend(), { isAway: true })).tier });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
  });

  test("late is after farTimeout", async () => {
    const { tier } = tiers({ farTimeout: "20ms" }, Object.assign(new UnsureBackend(), { isHung: true }));
    const [, error] = await outcome(tier.get("k"));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toContain("farTimeout");
    expect(tier.stats.far.errors).toBe(1);
  });

  test("in the pause far is left alone: reads of what near lacks and writes reject at once, near serves past nearFor", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ pause: "5s" });
    await tier.set("k", record("value"));
    clock.pass(11);
    far.rejectNext("get", new Error("away"));
    await outcome(tier.get("lacking"));
    const before = far.sent.length;
    expect(tier.get("k")).toEqual(record("value"));
    const refused = [await outcome(tier.get("lacking")), await outcome(tier.set("k", record("newer"))), await outcome(tier.delete("j"))];
    for (const [how, error] of refused) expect([how, error]).toEqual(["rejected", expect.any(BackendError)]);
    expect(tier.getMutex("k")).toBe(undefined);
    expect(far.sent.length).toBe(before);
    expect(tier.stats).toMatchObject({ far: { skipped: 2, errors: 1 }, owed: 2 });
    expect(await tier.get("k"), "owed, but here").toEqual(record("newer"));
  });

  test("after the pause the first operation tries; the others stay in the pause until it has succeeded", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ pause: "5s" });
    far.rejectNext("get", new Error("away"));
    await outcome(tier.get("k"));
    clock.pass(5.1);
    const gate = far.hold("get");
    const probe = tier.get("k");
    await gate.reached;
    expect(await outcome(tier.get("other"))).toEqual(["rejected", expect.any(BackendError)]);
    gate.release();
    expect(await probe).toBe(undefined);
    expect(await tier.get("other")).toBe(undefined);
    expect(far.sent).toEqual(["get k", "get k", "get other"]);
  });

  test("a try that fails begins another pause", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ pause: "5s" }, new UnsureBackend());
    far.isAway = true;
    await outcome(tier.get("k"));
    for (const count of [1, 1, 2, 2, 3]) {
      expect(far.count("get")).toBe(count);
      clock.pass(2.6);
      await outcome(tier.get("k"));
    }
  });

  test("a try whose request has died is not the last one", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ pause: "5s", farTimeout: -1 }, new UnsureBackend());
    far.isAway = true;
    await outcome(tier.get("k"));
    Object.assign(far, { isAway: false, isHung: true });
    clock.pass(6);
    tier.get("k");
    far.isHung = false;
    await outcome(tier.get("k"));
    expect(far.count("get")).toBe(2);
    clock.pass(31);
    expect(await tier.get("k")).toBe(undefined);
  });

  test("an operation from before the pause does not end it", async () => {
    stillClock();
    const { tier, far } = tiers();
    const gate = far.hold("get");
    const early = tier.get("early");
    await gate.reached;
    far.rejectNext("get", new Error("away"));
    await outcome(tier.get("k"));
    gate.release();
    await early;
    expect(await outcome(tier.get("k"))).toEqual(["rejected", expect.any(BackendError)]);
  });

  test("a value that far refuses is no outage", async () => {
    const { tier, far } = tiers();
    far.rejectNext("set", Object.assign(new Error("too large"), { code: "VALIDATION" }));
    await outcome(tier.set("k", record("large")));
    expect(await tier.get("other")).toBe(undefined);
  });

  test("a copy that is old serves where the read for a newer one fails", async () => {
    const clock = stillClock();
    const { tier, far, told } = tiers();
    await tier.set("k", record("value"));
    clock.pass(11);
    const error = new Error("away");
    far.rejectNext("get", error);
    expect(await tier.get("k")).toEqual(record("value"));
    expect(told).toEqual([["far", error]]);
  });

  test("a hung far costs one farTimeout a pause, however many ask", async () => {
    const far = Object.assign(new UnsureBackend(), { isHung: true });
    const { tier } = tiers({ farTimeout: "30ms", pause: "1h" }, far);
    const region = createRegion({ backend: tier });
    const start = performance.now();
    for (const key of ["a", "b", "c", "d", "e", "f", "g", "h"]) expect(await region.getOrCreate(key, () => key)).toBe(key);
    expect(performance.now() - start).toBeLessThan(8 * 30);
    expect(far.sent).toEqual(["get a"]);
    expect(await region.getOrCreate("a", () => "again")).toBe("a");
  });

  test("in getMulti the failure is of the keys that near lacks", async () => {
    const { tier, far, told } = tiers();
    await tier.set("k", record("value"));
    const error = new Error("away");
    far.rejectNext("getMulti", error);
    expect(await tier.getMulti(["a", "k", "b"])).toEqual([undefined, record("value"), undefined]);
    expect(told).toEqual([["far", error]]);
    expect(await tier.getMulti(["a", "k"]), "in the pause").toEqual([undefined, record("value")]);
    expect(await outcome(tier.getMulti(["a", "b"]))).toEqual(["rejected", expect.any(BackendError)]);
  });
});

describe("rule 7, near fails", () => {
  const failing = (isHung) => Object.assign(new UnsureBackend(), isHung ? { isHung } : { isAway: true });

  test.each([false, true])("it costs no caller anything, and is told (hung: %j)", async (isHung) => {
    const { tier, far, told } = tiers({ farTimeout: "20ms" }, new SlowMultiBackend(), failing(isHung));
    await tier.set("k", record("value"));
    expect(await tier.get("k")).toEqual(record("value"));
    await tier.delete("k");
    expect(far.store.size).toBe(0);
    expect(await tier.getMulti(["k", "j"])).toEqual([undefined, undefined]);
    await until(() => told.length > 0);
    expect(told[0][0]).toBe("near");
    expect(tier.stats.near.errors).toBeGreaterThan(0);
  });

  test("what it could not replace is not served afterwards", async () => {
    const clock = stillClock();
    const near = new UnsureBackend();
    const { tier } = tiers({ nearFor: "1h" }, new SlowMultiBackend(), near);
    await tier.set("k", record("old"));
    await until(() => near.payload("k") === "old");
    near.isAway = true;
    await tier.set("k", record("new"));
    await turns();
    near.isAway = false;
    clock.pass(2);
    expect(near.payload("k")).toBe("old");
    expect(await tier.get("k")).toEqual(record("new"));
  });

  test("what it was told while it was left alone is not served afterwards", async () => {
    const clock = stillClock();
    const near = new UnsureBackend();
    const { tier } = tiers({ nearFor: "1h", pause: "5s" }, new SlowMultiBackend(), near);
    await tier.set("k", record("old"));
    await until(() => near.payload("k") === "old");
    near.isAway = true;
    await tier.get("other");
    near.isAway = false;
    await tier.delete("k");
    clock.pass(6);
    expect(near.payload("k")).toBe("old");
    expect(await tier.get("k")).toBe(undefined);
  });

  test("a slow one is not read while it writes", async () => {
    const near = new SlowMultiBackend();
    const { tier } = tiers({}, new SlowMultiBackend(), near);
    await tier.set("k", record("old"));
    const gate = near.hold("delete");
    await tier.delete("k");
    expect(await tier.get("k")).toBe(undefined);
    expect(await tier.getMulti(["k"])).toEqual([undefined]);
    gate.release();
    await turns();
    expect(near.store.size).toBe(0);
  });

  test("one that cannot be cleared is not read from before", async () => {
    const near = new SlowBackend(); // it has no clear
    const { tier, far } = tiers({ nearFor: "1h" }, new UnsureBackend(), near);
    await tier.set("k", record("old"));
    await tier.clear();
    expect(near.payload("k")).toBe("old");
    expect(await tier.get("k")).toBe(undefined);
    far.store.set("k", record("new"));
    await tier.delete("k");
    expect(await tier.get("k")).toBe(undefined);
  });

  test("a record there that is none is a miss", async () => {
    const { tier, far, near, told } = tiers();
    near.set("k", "no record");
    far.store.set("k", record("value"));
    expect(await tier.get("k")).toEqual(record("value"));
    expect(told).toEqual([["near", expect.any(Error)]]);
  });
});

describe("rule 8, what cannot be read", () => {
  const picky = {
    stringify: JSON.stringify,
    parse: (text) => {
      if (text === '"foreign"') throw new CantDeserialize();
      return JSON.parse(text);
    },
  };
  const head = '{"ct": 1700000000.0, "v": 2}|';

  test("is a miss and told, alone among many; CantDeserialize is told to nobody", async () => {
    const { tier, far, told } = tiers({ serializer: picky });
    const texts = { good: `${head}"value"`, broken: `${head}{`, foreign: `${head}"foreign"`, headless: "text" };
    for (const [key, text] of Object.entries(texts)) far.store.set(key, text);
    expect(await tier.getMulti(Object.keys(texts))).toEqual([record("value"), undefined, undefined, undefined]);
    expect(told.map(([where]) => where)).toEqual(["far", "far"]);
    expect(await tier.get("foreign")).toBe(undefined);
    expect(told.length).toBe(2);
    expect(tier.stats.far).toEqual({ hits: 1, misses: 4, errors: 0, skipped: 0 });
  });

  test("an object that is no record as well", async () => {
    const { tier, far, told } = tiers();
    far.store.set("k", { payload: 1 });
    expect(await tier.get("k")).toBe(undefined);
    expect(told).toEqual([["far", expect.any(Error)]]);
  });
});

describe("rule 11, many keys", () => {
  test("near for all, then one far read for the rest, unique; order and duplicates are kept", async () => {
    const { tier, far } = tiers();
    far.store.set("a", record("A"));
    await tier.set("b", record("B"));
    far.sent.length = 0;
    expect(await tier.getMulti(["c", "a", "b", "a", "c"])).toEqual([undefined, record("A"), record("B"), record("A"), undefined]);
    expect(far.sent).toEqual(["getMulti c,a"]);
    expect(tier.getMulti(["a", "b", "a"]), "near has all: at once").toEqual([record("A"), record("B"), record("A")]);
    expect(tier.getMulti([])).toEqual([]);
    expect(far.sent.length).toBe(1);
  });

  test("of 100 with 10 missing one far call, of 10 keys", async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `${index}`);
    const { tier, far } = tiers();
    await tier.setMulti(new Map(keys.slice(10).map((key) => [key, record(key)])));
    for (const key of keys.slice(0, 10)) far.store.set(key, record(key));
    far.sent.length = 0;
    const region = createRegion({ backend: tier });
    expect(await region.getMulti(keys)).toEqual(keys);
    expect(far.sent).toEqual([`getMulti ${keys.slice(0, 10)}`]);
    expect(tier.stats.near).toEqual({ hits: 90, misses: 10, errors: 0 });
  });

  test("a far tier without multi operations is asked key by key, and the failure of one is its own", async () => {
    const { tier, far, told } = tiers({}, new SlowBackend());
    far.store.set("a", record("A"));
    far.store.set("b", record("B"));
    far.rejectNext("get", new Error("away"));
    expect(await tier.getMulti(["a", "b"])).toEqual([undefined, record("B")]);
    expect(told.length).toBe(1);
    await tier.setMulti(new Map([["c", record("C")]]));
    await tier.deleteMulti(["a", "c", "a"]);
    expect(far.sent).toEqual(["get a", "get b", "set c", "delete a", "delete c"]);
  });
});

describe("rule 16, falsy payloads", () => {
  test.each([[null], [0], [""], [false], [undefined]])("%j is a record in both tiers", async (payload) => {
    const clock = stillClock();
    const { tier } = tiers();
    const region = createRegion({ backend: tier });
    const creator = counted(() => payload);
    for (const _ of [1, 2]) expect(await region.getOrCreate("k", creator)).toBe(payload);
    clock.pass(11);
    for (const _ of [1, 2]) expect(await region.getOrCreate("k", creator)).toBe(payload);
    expect(creator.times).toBe(1);
    expect(tier.stats.far.hits).toBe(1);
  });
});

test("tiers nest: memory in front of two tiers", async () => {
  const clock = stillClock();
  const far = new SlowMultiBackend();
  const tier = new TieredBackend(new MemoryBackend(), new TieredBackend(new MemoryBackend(), far, { nearFor: "1m" }), { nearFor: "1s" });
  far.store.set("k", record("value"));
  expect(await tier.get("k")).toEqual(record("value"));
  clock.pass(2);
  expect(await tier.get("k")).toEqual(record("value"));
  expect(far.count("get")).toBe(1);
  await tier.delete("k");
  expect(far.store.size).toBe(0);
});
