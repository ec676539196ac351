import { describe, expect, test } from "vitest";
import { MemoryBackend, NullBackend, ProxyBackend } from "dogpile";
import { SlowBackend, checkAfterEach, counted, deferred, isSettled, makeRegion, now, record, turns, until, virtualClock } from "../helpers.js";
import { Mutexes, locked, lockedRegion } from "./mutexes.js";

checkAfterEach();

const answering = [
  ["at once", { answers: "at once" }],
  ["by promise", { answers: "by promise" }],
];

function held() {
  const creation = deferred();
  return Object.assign(
    counted(() => creation.promise),
    creation,
  );
}

describe.each(answering)("a lock that answers %s", (_name, mutexOptions) => {
  test("is taken for a missing value, which is read again under it, and released after the write with what was written", async () => {
    const { backend, log, mutexes, region } = lockedRegion({}, mutexOptions);
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(log).toEqual(["get k", "acquire k", "got k", "get k", "set k", "release k"]);
    expect(mutexes.released).toEqual([["k", backend.store.get("k")]]);
  });

  test("is not released while the write is under way", async () => {
    const { backend, mutexes, region } = lockedRegion({}, mutexOptions);
    const write = backend.hold("set");
    const caller = region.getOrCreate("k", () => "created");
    await write.reached;
    expect(mutexes.isHeld("k")).toBe(true);
    write.release();
    expect(await caller).toBe("created");
    expect(mutexes.isHeld("k")).toBe(false);
  });

  test("is taken once for all who wait", async () => {
    const { log, region } = lockedRegion({}, mutexOptions);
    const creator = counted(async () => "created");
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => region.getOrCreate("k", creator))))).toEqual(new Set(["created"]));
    expect(creator.times).toBe(1);
    expect(log).toEqual(["get k", "acquire k", "got k", "get k", "set k", "release k"]);
  });

  test("is not asked for a fresh value, and not by get, set or delete", async () => {
    const { log, region } = lockedRegion({}, mutexOptions);
    await region.set("k", "value");
    expect(await region.getOrCreate("k", () => "never")).toBe("value");
    await region.get("k");
    await region.delete("k");
    expect(log).toEqual(["set k", "get k", "get k", "delete k"]);
  });

  test("that is busy makes a missing value's callers wait, and what the other stored is theirs", async () => {
    const { backend, mutexes, region } = lockedRegion({}, mutexOptions);
    const release = mutexes.hold("k");
    const never = counted();
    const callers = [1, 2].map(() => region.getOrCreate("k", never));
    await until(() => mutexes.isWaitedFor("k"));
    expect(await isSettled(Promise.race(callers))).toBe(false);
    backend.store.set("k", record("the other's", now()));
    release();
    expect(await Promise.all(callers)).toEqual(["the other's", "the other's"]);
    expect(never.times).toBe(0);
    expect(backend.count("get")).toBe(2);
    expect(mutexes.isHeld("k")).toBe(false);
  });

  test("that comes free with nothing stored makes the waiting caller create", async () => {
    const { mutexes, region } = lockedRegion({}, mutexOptions);
    const release = mutexes.hold("k");
    const caller = region.getOrCreate("k", () => "mine");
    await until(() => mutexes.isWaitedFor("k"));
    release();
    expect(await caller).toBe("mine");
  });

  test("is only tried for a stale value: busy means stale, free means to regenerate", async () => {
    const clock = virtualClock();
    const { backend, log, mutexes, region } = lockedRegion({ clock, expirationTime: 60 }, mutexOptions);
    await region.set("k", "old");
    clock.advance(61);
    const release = mutexes.hold("k");
    const never = counted();
    expect(await region.getOrCreateEntry("k", never)).toMatchObject({ payload: "old", state: "stale" });
    expect(await region.getOrCreate("k", never)).toBe("old");
    expect([never.times, mutexes.count("acquire k"), mutexes.count("try k")]).toEqual([0, 0, 2]);
    release();
    log.length = 0;
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
    expect(log).toEqual(["get k", "try k", "got k", "get k", "set k", "release k"]);
    expect(backend.payload("k")).toBe("new");
  });

  test("reaches from one region to another over the same store: they share one creation", async () => {
    const { backend, region } = lockedRegion({}, mutexOptions);
    const other = makeRegion({ backend });
    const creator = counted(async () => (await turns(20), "created"));
    const callers = [region, other, region, other].map((each) => each.getOrCreate("k", creator));
    expect(new Set(await Promise.all(callers))).toEqual(new Set(["created"]));
    expect(creator.times).toBe(1);
  });

  test("is heard by keyIsLocked, whoever holds it", async () => {
    const { mutexes, region } = lockedRegion({}, mutexOptions);
    expect(await region.keyIsLocked("k")).toBe(false);
    const release = mutexes.hold("k");
    expect(await region.keyIsLocked("k")).toBe(true);
    release();
    expect(await region.keyIsLocked("k")).toBe(false);
  });

  test("whose last holder left something is preferred to reading again", async () => {
    const { log, mutexes, region } = lockedRegion({}, { ...mutexOptions, handover: true });
    const release = mutexes.hold("k");
    const caller = region.getOrCreate("k", () => "never");
    await until(() => mutexes.isWaitedFor("k"));
    release(record("handed over", now() - 1));
    expect(await caller).toBe("handed over");
    expect(log).toEqual(["get k", "acquire k", "got k", "release k"]);
  });

  test("whose last holder left nothing makes the caller read again", async () => {
    const { log, region } = lockedRegion({}, { ...mutexOptions, handover: true });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(log).toEqual(["get k", "acquire k", "got k", "get k", "set k", "release k"]);
  });
});

describe("another record that is found under the lock", () => {
  /** A region whose caller waits for a lock that another holds; `store` leaves a record there and frees it. */
  async function waiting(options, regionOptions) {
    const clock = virtualClock();
    const { backend, mutexes, region } = lockedRegion({ clock, ...regionOptions });
    await region.set("k", "old");
    clock.advance(100);
    const release = mutexes.hold("k");
    const creator = counted(() => "created");
    const caller = region.getOrCreate("k", creator, options);
    await until(() => mutexes.isWaitedFor("k"));
    const store = (found) => {
      if (found !== undefined) backend.store.set("k", found);
      release();
    };
    return { backend, caller, clock, creator, mutexes, region, store };
  }

  test("is used, forceRefresh or not", async () => {
    const { caller, clock, creator, store } = await waiting({ forceRefresh: true });
    store(record("the other's", clock.now));
    expect(await caller).toBe("the other's");
    expect(creator.times).toBe(0);
  });

  test("is judged by the caller's expiration", async () => {
    const { caller, clock, creator, store } = await waiting({ forceRefresh: true, expirationTime: 10 });
    store(record("the other's", clock.now - 20));
    expect(await caller).toBe("created");
    expect(creator.times).toBe(1);
  });

  test("where there was none is judged by the caller's expiration", async () => {
    for (const [expirationTime, expected] of [
      [10, "created"],
      [30, "the other's"],
    ]) {
      const clock = virtualClock();
      const { backend, mutexes, region } = lockedRegion({ clock });
      const release = mutexes.hold("k");
      const caller = region.getOrCreate("k", () => "created", { expirationTime });
      await until(() => mutexes.isWaitedFor("k"));
      backend.store.set("k", record("the other's", clock.now - 20));
      release();
      expect(await caller).toBe(expected);
      expect(backend.payload("k")).toBe(expected);
    }
  });

  test("is judged by the invalidation", async () => {
    const { caller, clock, creator, region, store } = await waiting({ forceRefresh: true });
    await region.invalidate();
    store(record("the other's", clock.now - 1));
    expect(await caller).toBe("created");
    expect(creator.times).toBe(1);
  });

  test("is none when it is the one that was there: forceRefresh creates", async () => {
    const { backend, caller, creator, store } = await waiting({ forceRefresh: true });
    store(undefined);
    expect(await caller).toBe("created");
    expect(creator.times).toBe(1);
    expect(backend.payload("k")).toBe("created");
  });

  test("in place of a stale one is served as fresh", async () => {
    const clock = virtualClock();
    const { backend, mutexes, region } = lockedRegion({ clock, expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(61);
    const grant = mutexes.late();
    const never = counted();
    const caller = region.getOrCreateEntry("k", never);
    await grant.reached;
    backend.store.set("k", record("the other's", clock.now));
    grant.release();
    expect(await caller).toMatchObject({ payload: "the other's", state: "fresh" });
    expect(never.times).toBe(0);
    expect(mutexes.isHeld("k")).toBe(false);
  });
});

describe("a backend without a lock for the key", () => {
  test.each([
    ["undefined", undefined],
    ["null", null],
  ])("getMutex answers %s: one read, and the value is created", async (_name, answer) => {
    const backend = Object.assign(new SlowBackend(), { getMutex: counted(() => answer) });
    const region = makeRegion({ backend });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(backend.sent).toEqual(["get k", "set k"]);
    expect(backend.getMutex.calls[0]).toEqual(["k"]);
    expect(await region.keyIsLocked("k")).toBe(false);
  });

  test("NullBackend locks nothing", async () => {
    const region = makeRegion({ backend: new NullBackend() });
    const creators = [held(), held()];
    const callers = creators.map((creator) => region.getOrCreate("k", creator));
    await until(() => creators.every((creator) => creator.times === 1));
    creators.forEach((creator, index) => creator.resolve(index));
    expect(await Promise.all(callers)).toEqual([0, 1]);
  });
});

test("proxies pass getMutex on, and may do without", async () => {
  class Lockless extends ProxyBackend {
    getMutex() {
      return undefined;
    }
  }
  for (const [wrap, times] of [
    [[ProxyBackend, ProxyBackend], 1],
    [[Lockless], 0],
  ]) {
    const mutexes = new Mutexes();
    const region = makeRegion({ backend: locked(new MemoryBackend(), mutexes), wrap, keyMangler: (key) => `m:${key}` });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(mutexes.count("got m:k")).toBe(times);
  }
  expect(new ProxyBackend().wrap(new MemoryBackend()).getMutex("k") ?? undefined).toBeUndefined();
});

test("with a serializer the lock is released with the text that was written, and what is handed over may be text", async () => {
  const { backend, mutexes, region } = lockedRegion({ serializer: JSON }, { handover: true });
  expect(await region.getOrCreate("k", () => "created")).toBe("created");
  expect(mutexes.released).toEqual([["k", backend.store.get("k")]]);
  expect(mutexes.released[0][1]).toBeTypeOf("string");
  backend.store.delete("k");
  expect(await makeRegion({ backend, serializer: JSON }, []).getOrCreate("k", () => "never")).toBe("created");
});
