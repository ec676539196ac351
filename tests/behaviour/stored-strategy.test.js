import { describe, expect, test, vi } from "vitest";
import { DefaultInvalidationStrategy, MemoryBackend, StoredInvalidationStrategy } from "dogpile";
import { SlowBackend, checkAfterEach, counted, deferred, makeRegion, outcome, plainBackend, record, throws, turns, until, virtualClock } from "./helpers.js";

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
  test("the invalidation is a record like any other, with a time for each kind", async () => {
    const clock = virtualClock();
    const store = makeStore();
    const { region } = visit(store, { clock });
    const stored = async () => {
      const held = await store.get("inv");
      if (typeof held !== "string") return held;
      const [metadata, payload] = held.split("|");
      return { payload: JSON.parse(payload), metadata: JSON.parse(metadata) };
    };
    await region.invalidate();
    expect(await stored()).toMatchObject({ payload: { hard: clock.now, soft: null }, metadata: { ct: expect.any(Number), v: 2 } });
    expect(Object.keys((await stored()).payload).sort()).toEqual(["hard", "soft"]);
    clock.advance(5);
    await region.invalidate(false);
    expect((await stored()).payload).toEqual({ hard: clock.now - 5, soft: clock.now });
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
    const older = { hard: clock.now - 10, soft: null };
    const { serializer } = store;
    await store.set("inv", serializer ? `{"ct": ${clock.now - 10}.0, "v": 2}|${JSON.stringify(older)}` : record(older, clock.now - 10));
    clock.advance(60);
    expect(await region.get("k")).toBeUndefined();
    await store.delete("inv");
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
    clock.advance(1);
    await other.invalidate(false);
    const third = visit(store, { clock });
    expect(await third.region.get("k")).toBeUndefined();
    expect([third.strategy.isHardInvalidated(clock.now - 2), third.strategy.isHardInvalidated(clock.now - 0.5)]).toEqual([true, false]);
    expect([third.strategy.isSoftInvalidated(clock.now - 0.5), third.strategy.isInvalidated(clock.now + 0.5)]).toEqual([true, false]);
  });
});

describe("the store is read", () => {
  /** A region over MemoryBackend, and its invalidation in a slow store. */
  function make(options) {
    const clock = virtualClock();
    const store = new SlowBackend();
    const reads = () => store.count("get inv");
    return { clock, store, reads, ...visit(store, { clock, values: new MemoryBackend(), ...options }) };
  }

  test("once for however many calls, before the first decides", async () => {
    const { clock, reads, region, store } = make();
    await region.set("k", "old");
    clock.advance(1);
    store.store.set("inv", record({ hard: clock.now, soft: null }, clock.now));
    const read = store.hold("get");
    const calls = [region.get("k"), region.getMulti(["k"]), ...Array.from({ length: 50 }, () => region.getOrCreate("k", () => "new"))];
    await read.reached;
    await turns();
    read.release();
    expect(await Promise.all(calls)).toEqual([undefined, [undefined], ...Array(50).fill("new")]);
    for (let call = 0; call < 50; call++) await region.getOrCreate("k", () => "never");
    expect(reads()).toBe(1);
  });

  test.each([["10 s where nothing else is said", undefined, 10], ["as often as is said", "1m", 60]])("again at most every %s", async (_name, refresh, seconds) => {
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

  test.each([["a text", "garbage"], ["another payload", record("garbage", 1_700_000_000)], ["times that are none", record({ hard: "yesterday", soft: {} }, 1_700_000_000)], ["another version", record({ hard: 2_000_000_000, soft: null }, 1, { v: 1 })]])(
    "and what is no invalidation there invalidates nothing: %s",
    async (_name, held) => {
      const { clock, region, store } = make();
      store.store.set("inv", held);
      await region.set("k", "value");
      expect(await region.get("k")).toBe("value");
      clock.advance(1);
      await region.invalidate();
      expect(await region.get("k")).toBeUndefined();
    },
  );
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

const store = new MemoryBackend();
const bad = [
  ["no backend", [undefined]], ["a name for a backend", ["dogpile.cache.memory"]], ["an object without get", [{ set() {}, delete() {} }]], ["a number for options", [store, 5]],
  ["a key that is none", [store, { key: 5 }], "key"], ["a refresh that is no duration", [store, { refresh: "soon" }], "refresh"], ["NaN for refresh", [store, { refresh: NaN }], "refresh"],
  ["a channel that is no text", [store, { channel: 5 }], "channel"],
];

test.each(bad)("%s is refused", (_name, args, ...texts) => {
  throws(() => new StoredInvalidationStrategy(...args), "VALIDATION", ...texts);
});
