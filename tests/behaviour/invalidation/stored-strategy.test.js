import { describe, expect, test, vi } from "vitest";
import { DefaultInvalidationStrategy, MemoryBackend, StoredInvalidationStrategy } from "dogpile";
import { SlowBackend, checkAfterEach, counted, deferred, makeRegion, outcome, plainBackend, record, throws, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const stores = [
  ["MemoryBackend", () => new MemoryBackend()],
  ["a slow backend", () => new SlowBackend()],
  ["an object that answers at once", plainBackend],
  ["one with a serializer", () => Object.assign(plainBackend(), { serializer: JSON })],
];

/** A region as another tab or a later visit would make it: over the same values and the same invalidation. */
function visit(store, { clock, values = store, refresh, ...options } = {}) {
  const onError = vi.fn();
  const regionInvalidator = new StoredInvalidationStrategy(store, { key: "inv", refresh });
  const region = makeRegion({ backend: values, regionInvalidator, clock, observer: { onError }, ...options }, ["k"]);
  return { onError, region, strategy: regionInvalidator };
}

const stale = async (region) => {
  const creation = deferred();
  const leader = region.getOrCreate("k", () => creation.promise, { shouldCacheFn: () => false });
  const entry = await region.getOrCreateEntry("k", () => "never", { timeout: "2s" });
  creation.resolve("unstored");
  await leader;
  return entry;
};

describe.each(stores)("over %s", (_name, makeStore) => {
  test("each kind of invalidation is a record like any other, its payload the time", async () => {
    const clock = virtualClock();
    const store = makeStore();
    const { region } = visit(store, { clock });
    const stored = async (kind) => {
      const held = await store.get(`inv:${kind}`);
      if (typeof held !== "string") return held;
      const [metadata, payload] = held.split("|");
      return { payload: JSON.parse(payload), metadata: JSON.parse(metadata) };
    };
    await region.invalidate();
    expect(await stored("hard")).toMatchObject({ payload: clock.now + 1, metadata: { ct: expect.any(Number), v: 2 } });
    expect(await stored("soft")).toBeUndefined();
    clock.advance(5);
    await region.invalidate(false);
    expect((await stored("hard")).payload).toBe(clock.now - 4);
    expect((await stored("soft")).payload).toBe(clock.now + 1);
  });

  test("a new region serves nothing that was hard-invalidated before it was made", async () => {
    const store = makeStore();
    const first = visit(store).region;
    await first.set("k", "old");
    await first.invalidate();
    const second = visit(store).region;
    expect(await second.get("k")).toBeUndefined();
    expect(await second.getOrCreate("k", () => "new")).toBe("new");
    expect(await visit(store).region.get("k")).toBe("new");
    expect(await first.get("k")).toBe("new");
  });

  test("a new region serves what was soft-invalidated before it was made as stale", async () => {
    const store = makeStore();
    const first = visit(store).region;
    await first.set("k", "old");
    await first.invalidate(false);
    const second = visit(store).region;
    expect(await second.get("k")).toBeUndefined();
    expect(await stale(second)).toMatchObject({ payload: "old", state: "stale" });
    expect(await second.getOrCreate("k", () => "new")).toBe("new");
  });

  test("another region hears of an invalidation when its time to look again has come", async () => {
    const clock = virtualClock();
    const store = makeStore();
    const [one, other] = [visit(store, { clock }).region, visit(store, { clock }).region];
    await one.set("k", "old");
    expect(await other.get("k")).toBe("old");
    clock.advance(1);
    await one.invalidate();
    expect(await one.get("k")).toBeUndefined();
    clock.advance(10);
    expect(await other.get("k")).toBeUndefined();
  });

  test("an older stored record never takes back what was invalidated here", async () => {
    const clock = virtualClock();
    const store = makeStore();
    const { region } = visit(store, { clock });
    await region.set("k", "old");
    clock.advance(10);
    await region.invalidate();
    const { serializer } = store;
    await store.set("inv:hard", serializer ? `{"ct": ${clock.now - 10}.0, "v": 2}|${clock.now - 10}` : record(clock.now - 10, clock.now - 10));
    clock.advance(60);
    expect(await region.get("k")).toBeUndefined();
    await store.delete("inv:hard");
    clock.advance(60);
    expect(await region.get("k")).toBeUndefined();
  });

  test("an invalidation here does not undo what another stored, which was never heard of here", async () => {
    const clock = virtualClock();
    const store = makeStore();
    const [one, other] = [visit(store, { clock }).region, visit(store, { clock }).region];
    await one.set("k", "old");
    expect(await other.get("k")).toBe("old");
    clock.advance(1);
    await one.invalidate();
    clock.advance(2);
    await other.invalidate(false);
    const third = visit(store, { clock });
    expect(await third.region.get("k")).toBeUndefined();
    expect([third.strategy.isHardInvalidated(clock.now - 2), third.strategy.isHardInvalidated(clock.now)]).toEqual([true, false]);
    expect([third.strategy.isSoftInvalidated(clock.now + 0.5), third.strategy.isInvalidated(clock.now + 1.5)]).toEqual([true, false]);
  });
});

describe("the store is read", () => {
  /** A region over MemoryBackend, and its invalidation in a slow store. */
  function make(options) {
    const clock = virtualClock();
    const store = new SlowBackend();
    const reads = () => store.count("get inv:hard");
    return { clock, store, reads, ...visit(store, { clock, values: new MemoryBackend(), ...options }) };
  }

  test("once for however many calls, before the first decides", async () => {
    const { clock, reads, region, store } = make();
    await region.set("k", "old");
    clock.advance(1);
    store.store.set("inv:hard", record(clock.now, clock.now));
    const read = store.hold("get");
    const calls = [region.get("k"), region.getMulti(["k"]), ...Array.from({ length: 50 }, () => region.getOrCreate("k", () => "new"))];
    await read.reached;
    await turns();
    read.release();
    expect(await Promise.all(calls)).toEqual([undefined, [undefined], ...Array(50).fill("new")]);
    for (let call = 0; call < 50; call++) await region.getOrCreate("k", () => "never");
    expect(reads()).toBe(1);
  });

  test.each([
    ["10 s where nothing else is said", undefined, 10],
    ["as often as is said", "1m", 60],
  ])("again at most every %s", async (_name, refresh, seconds) => {
    const { clock, reads, region } = make({ refresh });
    await region.get("k");
    clock.advance(seconds - 1);
    for (let call = 0; call < 5; call++) await region.get("k");
    expect(reads()).toBe(1);
    clock.advance(2);
    await Promise.all(Array.from({ length: 5 }, () => region.get("k")));
    expect(reads()).toBe(2);
  });

  test("in vain: that is reported, and calls go on", async () => {
    const { clock, onError, region, store } = make();
    const reason = new Error("store down");
    await region.set("k", "value");
    for (const fail of [() => store.rejectNext("get", reason), () => store.throwNext("get", reason)]) {
      fail();
      expect(await region.get("k")).toBe("value");
      expect(onError).toHaveBeenLastCalledWith(reason, "invalidate");
      clock.advance(11);
    }
    expect(await region.getOrCreate("k", () => "never")).toBe("value");
  });

  test("in vain, for it hangs: that is reported after lockTimeout, and calls go on", async () => {
    const { onError, region, store } = make({ lockTimeout: "40ms" });
    await region.set("k", "value");
    store.hold("get");
    expect(await region.get("k")).toBe("value");
    expect(onError).toHaveBeenCalledWith(expect.any(Error), "invalidate");
  });

  test.each([
    ["a text", "garbage"],
    ["another payload", record("garbage", 1_700_000_000)],
    ["times in one record", record({ hard: 1_700_000_001, soft: null }, 1_700_000_000)],
    ["NaN", record(NaN, 1_700_000_000)],
    ["another version", record(1_700_000_001, 1, { v: 1 })],
  ])("and what is no invalidation there invalidates nothing: %s", async (_name, held) => {
    const { clock, region, store } = make();
    for (const kind of ["hard", "soft"]) store.store.set(`inv:${kind}`, held);
    await region.set("k", "value");
    expect(await region.get("k")).toBe("value");
    clock.advance(1);
    await region.invalidate();
    expect(await region.get("k")).toBeUndefined();
  });
});

test("an invalidation that cannot be stored counts here, and somebody hears of it", async () => {
  const store = new SlowBackend();
  const reason = new Error("disk full");
  const { onError, region } = visit(store, { values: new MemoryBackend() });
  await region.set("k", "old");
  store.rejectNext("set", reason);
  const [how, why] = await outcome(region.invalidate());
  if (how === "rejected") expect(why).toBe(reason);
  else expect(onError).toHaveBeenCalledWith(reason, "invalidate");
  expect(await region.get("k")).toBeUndefined();
  expect(await region.getOrCreate("k", () => "new")).toBe("new");
});

test("it is a DefaultInvalidationStrategy, and may be closed more than once", () => {
  const strategy = new StoredInvalidationStrategy(new MemoryBackend());
  expect(strategy).toBeInstanceOf(DefaultInvalidationStrategy);
  expect(strategy.close()).toBeUndefined();
  expect(strategy[Symbol.dispose]()).toBeUndefined();
});

test("a creation that was invalidated elsewhere meanwhile is not stored, once its time to look again has come", async () => {
  const clock = virtualClock();
  const values = new MemoryBackend();
  const store = new SlowBackend();
  const [one, other] = [visit(store, { clock, values }).region, visit(store, { clock, values }).region];
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const caller = one.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  clock.advance(11);
  await other.invalidate();
  creation.resolve("too late");
  expect(await caller).toBe("too late");
  expect(values.get("k")).toBeUndefined();
});

describe("clocks that differ", () => {
  const YEAR = 365 * 86_400;
  const held = (store, kind) => store.get(`inv:${kind}`)?.payload;

  test.each([
    [undefined, 1],
    [0, 0],
    ["2s", 2],
    [30, 30],
  ])("a time is told by clockSkew ahead of the reading, and what is created next counts at once: %s", async (clockSkew, ahead) => {
    const clock = virtualClock();
    const store = new MemoryBackend();
    const strategy = new StoredInvalidationStrategy(store, { key: "inv", clockSkew });
    const region = makeRegion({ regionInvalidator: strategy, clock });
    for (let round = 0; round < 200; round += 1) {
      await region.set("k", round);
      expect(await region.get("k")).toBe(round);
      clock.advance(0.001);
      await region.invalidate();
      expect(await region.get("k")).toBeUndefined();
      expect(await region.getOrCreate("k", () => "created")).toBe("created");
      expect(await region.get("k")).toBe("created");
    }
    expect(held(store, "hard")).toBeCloseTo(clock.now + ahead, 3);
    expect(strategy.latest).toBe(held(store, "hard"));
    clock.advance(ahead);
    await region.set("k", "later");
    clock.advance(1);
    await region.set("k", "later");
    expect((await region.getValueMetadata("k")).cachedTime).toBe(clock.now);
  });

  test("the same by the system's clock, frozen", async () => {
    const frozen = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(frozen);
    const store = new MemoryBackend();
    const { region } = visit(store);
    for (let round = 0; round < 200; round += 1) {
      await region.set("k", round);
      expect(await region.get("k")).toBe(round);
      await region.invalidate(round % 2 === 0);
      expect(await region.get("k")).toBeUndefined();
      expect(await region.getOrCreate("k", () => "created")).toBe("created");
      expect(await region.get("k")).toBe("created");
    }
    expect(held(store, "hard")).toBeCloseTo(frozen / 1000 + 1, 2);
  });

  test("of another machine that is less than clockSkew behind does not save what was created there before an invalidation", async () => {
    const [clock, behind] = [virtualClock(), virtualClock(1_700_000_000.9)];
    const store = new MemoryBackend();
    const [one, other] = [visit(store, { clock }).region, visit(store, { clock: behind, refresh: 0 }).region];
    await other.set("k", "old");
    await one.invalidate();
    behind.advance(0.001);
    expect(await other.get("k")).toBeUndefined();
    expect(await other.getOrCreate("k", () => "new")).toBe("new");
    expect(await other.get("k")).toBe("new");
    expect(await one.get("k")).toBe("new");
  });

  test.each([
    ["hard", true],
    ["soft", false],
  ])("a stored time a year ahead counts as the moment at which it was heard of, and the next invalidation replaces it: %s", async (kind, hard) => {
    const clock = virtualClock();
    const store = new MemoryBackend();
    const times = new MemoryBackend({ cache: new Map([[`inv:${kind}`, record(clock.now + YEAR, clock.now)]]) });
    const { region } = visit(times, { clock, values: store });
    store.set("k", record("old", clock.now - 1));
    const creator = counted(() => "new");
    for (let call = 0; call < 5; call += 1) {
      expect(await region.getOrCreate("k", creator)).toBe("new");
      clock.advance(11);
    }
    expect(creator.times).toBe(1);
    await region.invalidate(hard);
    expect(held(times, kind)).toBe(clock.now + 1);
    const [again, later] = [visit(times, { clock, values: store }).region, visit(times, { clock, values: store }).region];
    expect(await again.get("k")).toBeUndefined();
    expect(await again.getOrCreate("k", () => "newer", { forceRefresh: true })).toBe("newer");
    expect(await later.get("k")).toBe("newer");
    expect(await region.get("k")).toBe("newer");
  });

  test("an invalidation of its own a year ahead is moved when the clock is corrected, in the store, too", async () => {
    const clock = virtualClock();
    const store = new MemoryBackend();
    const { region } = visit(store, { clock });
    await region.set("k", "old");
    clock.advance(YEAR);
    await region.invalidate();
    clock.advance(-YEAR);
    const creator = counted(() => "new");
    for (let call = 0; call < 5; call += 1) {
      expect(await region.getOrCreate("k", creator)).toBe("new");
      clock.advance(12);
    }
    expect(creator.times).toBe(1);
    expect(held(store, "hard")).toBeLessThan(clock.now);
    expect(await visit(store, { clock }).region.get("k")).toBe("new");
  });
});

describe("several who invalidate at once", () => {
  test("hard and soft: neither is lost", async () => {
    const clock = virtualClock();
    const store = new SlowBackend();
    const [one, other] = [visit(store, { clock }).region, visit(store, { clock }).region];
    await one.set("k", "old");
    await other.get("k");
    clock.advance(1);
    const gates = [store.hold("set"), store.hold("set")];
    const both = [one.invalidate(true), other.invalidate(false)];
    await Promise.all(gates.map(({ reached }) => reached));
    for (const { release } of gates.reverse()) release();
    await Promise.all(both);
    clock.advance(5);
    const later = visit(store, { clock });
    expect(await later.region.get("k")).toBeUndefined();
    expect(later.strategy.isHardInvalidated(clock.now - 5)).toBe(true);
    expect(later.strategy.isSoftInvalidated(clock.now - 5)).toBe(true);
    expect(await later.region.getOrCreate("k", () => "new")).toBe("new");
  });

  test("whoever reads an earlier time than the one that he has set writes his own again", async () => {
    const clock = virtualClock();
    const store = new SlowBackend();
    const { region } = visit(store, { clock, values: new MemoryBackend() });
    await region.invalidate();
    const own = store.payload("inv:hard");
    for (const earlier of [record(own - 0.5, clock.now), undefined]) {
      if (earlier === undefined) store.store.delete("inv:hard");
      else store.store.set("inv:hard", earlier);
      clock.advance(11);
      await region.get("k");
      await until(() => store.payload("inv:hard") === own);
    }
    expect(store.payload("inv:soft")).toBeUndefined();
  });

  test("a later time that others have stored is not taken back", async () => {
    const clock = virtualClock();
    const store = new SlowBackend();
    const { region, strategy } = visit(store, { clock, values: new MemoryBackend() });
    store.store.set("inv:hard", record(clock.now + 20, clock.now));
    await region.invalidate();
    expect(store.payload("inv:hard")).toBe(clock.now + 20);
    expect(strategy.latest).toBe(clock.now + 20);
  });

  test("an invalidation is stored though the store could not be read before", async () => {
    const store = new SlowBackend();
    const { region } = visit(store, { values: new MemoryBackend() });
    store.rejectNext("get", new Error("store down"));
    await region.invalidate();
    expect(store.payload("inv:hard")).toBeGreaterThan(0);
  });
});

test("a creation just after an invalidation is fenced off by the next one, of another realm", async () => {
  const clock = virtualClock();
  const store = new SlowBackend();
  const values = new MemoryBackend();
  const [one, other] = [visit(store, { clock, values, refresh: 0 }).region, visit(store, { clock, values, refresh: 0 }).region];
  await one.invalidate();
  clock.advance(0.25);
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const caller = one.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  clock.advance(0.25);
  await other.invalidate();
  creation.resolve("too late");
  expect(await caller).toBe("too late");
  expect(values.get("k")).toBeUndefined();
});

const store = new MemoryBackend();
const bad = [
  ["no backend", [undefined]],
  ["a name for a backend", ["dogpile.cache.memory"]],
  ["an object without get", [{ set() {}, delete() {} }]],
  ["a number for options", [store, 5]],
  ["a key that is none", [store, { key: 5 }], "key"],
  ["a refresh that is no duration", [store, { refresh: "soon" }], "refresh"],
  ["NaN for refresh", [store, { refresh: NaN }], "refresh"],
  ["a clockSkew that is no duration", [store, { clockSkew: "soon" }], "clockSkew"],
  ["one below 0", [store, { clockSkew: -2 }], "clockSkew"],
  ["one above 30 s", [store, { clockSkew: 30.001 }], "clockSkew", "30"],
  ["one without end", [store, { clockSkew: Infinity }], "clockSkew"],
  ["a channel that is no text", [store, { channel: 5 }], "channel"],
];

test.each(bad)("%s is refused", (_name, args, ...texts) => {
  throws(() => new StoredInvalidationStrategy(...args), "VALIDATION", ...texts);
});
