import { describe, expect, test, vi } from "vitest";
import { MemoryBackend } from "dogpile";
import { SlowBackend, checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, turns, until, virtualClock } from "../helpers.js";
import { QUESTIONS, ownStrategy } from "./strategy.js";

checkAfterEach();

const reason = new Error("the strategy's");
const kinds = [
  ["MemoryBackend", () => new MemoryBackend()],
  ["a slow backend", () => new SlowBackend()],
];

/** A region over a strategy of the user's, with a value that is one second old. */
async function withOld(makeBackend, strategy = ownStrategy(), options = {}) {
  const clock = virtualClock();
  const onError = vi.fn();
  strategy.refresh = (now) => strategy.onRefresh?.(now);
  const backend = makeBackend();
  const region = makeRegion({ backend, clock, regionInvalidator: strategy, observer: { onError }, ...options }, ["k", "other"]);
  await region.set("k", "old");
  clock.advance(1);
  return { backend, clock, onError, region, strategy };
}

/** Every call that decides something: `[name, call]`. */
const decisions = [
  ["get", (region) => region.get("k")],
  ["getMulti", async (region) => (await region.getMulti(["k"]))[0]],
  ["getValueMetadata", async (region) => (await region.getValueMetadata("k"))?.payload],
  ["getOrCreate", (region) => region.getOrCreate("k", () => "new")],
  ["getOrCreateEntry", async (region) => (await region.getOrCreateEntry("k", () => "new")).payload],
  ["getOrCreateMulti", async (region) => (await region.getOrCreateMulti(["k"], () => ["new"]))[0]],
];

describe.each(kinds)("over %s", (_name, makeBackend) => {
  describe("what a strategy throws", () => {
    test.each(decisions)("rejects %s, and nothing is created or changed", async (_call, call) => {
      const { region, strategy } = await withOld(makeBackend);
      const sound = { ...strategy };
      for (const question of QUESTIONS)
        strategy[question] = () => {
          throw reason;
        };
      expect(await outcome(call(region))).toEqual(["rejected", reason]);
      Object.assign(strategy, sound);
      expect(await region.keyIsLocked("k")).toBe(false);
      expect(await region.get("k")).toBe("old");
      expect(await call(region)).toBe("old");
    });

    test("when a creation is about to be stored rejects everyone who waits, and nothing is stored", async () => {
      const { region, strategy } = await withOld(makeBackend);
      const sound = { ...strategy };
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const callers = [1, 2].map(() => outcome(region.getOrCreate("k", creator, { forceRefresh: true })));
      await until(() => creator.times === 1);
      for (const question of QUESTIONS)
        strategy[question] = () => {
          throw reason;
        };
      creation.resolve("new");
      expect(await Promise.all(callers)).toEqual([
        ["rejected", reason],
        ["rejected", reason],
      ]);
      Object.assign(strategy, sound);
      expect(await region.get("k")).toBe("old");
      expect(await region.keyIsLocked("k")).toBe(false);
    });

    test("from invalidate, at once or by promise, rejects the invalidation", async () => {
      for (const invalidate of [
        () => {
          throw reason;
        },
        () => Promise.reject(reason),
      ]) {
        const { region } = await withOld(makeBackend, Object.assign(ownStrategy(), { invalidate }));
        let call;
        expect(() => (call = region.invalidate())).not.toThrow();
        expect(await outcome(call)).toEqual(["rejected", reason]);
      }
    });
  });

  describe("refresh", () => {
    test.each(decisions)("is asked before %s decides, with the time, and what it promises is awaited", async (_call, call) => {
      const { clock, region, strategy } = await withOld(makeBackend);
      const heard = deferred();
      strategy.onRefresh = counted(() => heard.promise);
      const caller = call(region);
      expect(await isSettled(caller)).toBe(false);
      expect(strategy.onRefresh.calls[0]).toEqual([clock.now]);
      strategy.hard = clock.now;
      heard.resolve();
      expect([undefined, "new"]).toContain(await caller);
    });

    test.each(decisions)("that has nothing to promise makes %s go on at once; it is asked every time", async (_call, call) => {
      const { region, strategy } = await withOld(makeBackend);
      strategy.onRefresh = counted(() => undefined);
      for (let times = 1; times <= 3; times++) {
        expect(await call(region)).toBe("old");
        expect(strategy.onRefresh.times).toBeGreaterThanOrEqual(times);
      }
    });

    test.each(decisions)("that rejects is reported, and %s goes on", async (_call, call) => {
      const { onError, region, strategy } = await withOld(makeBackend);
      strategy.onRefresh = counted(() => Promise.reject(reason));
      expect(await call(region)).toBe("old");
      expect(onError).toHaveBeenCalledWith(reason, "invalidate");
    });

    test.each(decisions)("that hangs is reported after lockTimeout, and %s goes on", async (_call, call) => {
      const { onError, region, strategy } = await withOld(makeBackend, ownStrategy(), { lockTimeout: "40ms" });
      const hung = deferred();
      strategy.onRefresh = () => hung.promise;
      expect(await call(region)).toBe("old");
      expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "TIMEOUT" }), "invalidate");
      strategy.onRefresh = undefined;
      hung.reject(new Error("too late to matter"));
    });

    test("that is due is awaited before a creation is stored, and fences it off", async () => {
      const { clock, region, strategy } = await withOld(makeBackend);
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const caller = region.getOrCreate("k", creator, { forceRefresh: true });
      await until(() => creator.times === 1);
      const heard = deferred();
      strategy.onRefresh = counted(() => heard.promise);
      creation.resolve("too late");
      await until(() => strategy.onRefresh.times > 0);
      expect(await isSettled(caller)).toBe(false);
      clock.advance(1);
      strategy.hard = clock.now;
      strategy.onRefresh = undefined;
      heard.resolve();
      expect(await caller).toBe("too late");
      expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
    });

    test("that is due is awaited before a runner stores, and fences its creation off", async () => {
      const jobs = [];
      const asyncCreationRunner = (_region, _key, creator, mutex, job) => void jobs.push({ creator, mutex, job });
      const { clock, region, strategy } = await withOld(makeBackend, ownStrategy(), { asyncCreationRunner, expirationTime: 60 });
      clock.advance(60);
      expect(await region.getOrCreate("k", () => "new")).toBe("old");
      const [{ creator, mutex, job }] = jobs;
      const value = await creator();
      const heard = deferred();
      strategy.onRefresh = counted(() => heard.promise);
      const stored = job.store(value);
      await until(() => strategy.onRefresh.times > 0);
      expect(await isSettled(stored)).toBe(false);
      clock.advance(1);
      strategy.soft = clock.now;
      heard.resolve();
      expect(await stored).toBe(false);
      mutex.release();
      expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
    });

    test("that rejects or hangs before a creation is stored is reported, and the value is stored", async () => {
      for (const refresh of [() => Promise.reject(reason), () => deferred().promise]) {
        const { onError, region, strategy } = await withOld(makeBackend, ownStrategy(), { lockTimeout: "40ms" });
        const value = await region.getOrCreate(
          "k",
          () => {
            strategy.onRefresh = refresh;
            return "new";
          },
          { forceRefresh: true },
        );
        strategy.onRefresh = undefined;
        expect(value).toBe("new");
        expect(onError).toHaveBeenCalledWith(expect.any(Error), "invalidate");
        expect(await region.get("k")).toBe("new");
      }
    });

    test("that is slow does not make callers create more than once", async () => {
      const { region, strategy } = await withOld(makeBackend);
      strategy.onRefresh = () => turns(5);
      const creator = counted(async () => "created");
      const callers = Array.from({ length: 20 }, () => region.getOrCreate("other", creator));
      expect(new Set(await Promise.all(callers))).toEqual(new Set(["created"]));
      expect(creator.times).toBe(1);
    });
  });

  describe("invalidate", () => {
    test("waits until the strategy has told everyone, and counts before that", async () => {
      const { clock, region, strategy } = await withOld(makeBackend);
      const told = deferred();
      strategy.invalidate = counted((hard, now) => {
        strategy.hard = now;
        return told.promise;
      });
      const invalidated = region.invalidate();
      expect(strategy.invalidate.calls).toEqual([[true, clock.now]]);
      expect(await region.get("k")).toBeUndefined();
      expect(await isSettled(invalidated)).toBe(false);
      told.resolve("whatever");
      expect(await invalidated).toBeUndefined();
    });

    test.each([
      ["hard", true],
      ["soft", false],
    ])("fences off what is being created at once, though the strategy takes its time: %s", async (_kind, hard) => {
      const { region, strategy } = await withOld(makeBackend);
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const caller = region.getOrCreate("k", creator, { forceRefresh: true });
      await until(() => creator.times === 1);
      const told = deferred();
      strategy.invalidate = () => told.promise;
      const invalidated = region.invalidate(hard);
      creation.resolve("too late");
      expect(await caller).toBe("too late");
      expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
      told.resolve();
      await invalidated;
    });
  });
});

test("a strategy's methods are called on it", async () => {
  class Own {
    #hard = -Infinity;
    #asked = 0;
    invalidate(_hard, now) {
      this.#hard = now;
    }
    isInvalidated(timestamp) {
      return timestamp < this.#hard;
    }
    isHardInvalidated(timestamp) {
      return timestamp < this.#hard;
    }
    isSoftInvalidated() {
      return this.#asked < 0;
    }
    wasHardInvalidated() {
      return this.#hard > 0;
    }
    wasSoftInvalidated() {
      return this.#asked < 0;
    }
    refresh() {
      this.#asked++;
    }
  }
  const region = makeRegion({ regionInvalidator: new Own() });
  await region.set("k", "old");
  await region.invalidate();
  expect(await region.get("k")).toBeUndefined();
  expect(await region.getOrCreate("k", () => "new")).toBe("new");
  expect(await region.get("k")).toBe("new");
});
