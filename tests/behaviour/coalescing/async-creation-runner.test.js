import { backgroundRunner, createRegion, MemoryBackend } from "dogpile";
import { describe, expect, test, vi } from "vitest";
import { checkAfterEach, deferred, elapsed, outcome, turns, until } from "../helpers.js";

checkAfterEach();

/** A region with a runner that notes its calls and does nothing, over a value that has expired. */
async function staleRegion(options) {
  let now = 1_700_000_000;
  const jobs = [];
  const asyncCreationRunner = (region, key, creator, mutex, job) => jobs.push({ region, key, creator, mutex, job });
  const region = createRegion({ backend: new MemoryBackend(), expirationTime: 10, clock: () => now, asyncCreationRunner, ...options });
  await region.set("k", "old");
  const pass = (seconds) => (now += seconds);
  pass(20);
  return { jobs, pass, region };
}

describe("a runner", () => {
  test("is handed the creation of a stale value, once, and everyone is served the stale one", async () => {
    const { jobs, region } = await staleRegion({ keyMangler: (key) => `m:${key}` });
    const create = vi.fn(async () => "new");
    expect(await Promise.all([1, 2, 3].map(() => region.getOrCreate("k", create)))).toEqual(["old", "old", "old"]);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ region, key: "k" });
    expect(create).not.toHaveBeenCalled();
    expect([await region.keyIsLocked("k"), jobs[0].mutex.locked(), jobs[0].mutex.acquire(false)]).toEqual([true, true, false]);

    expect(await jobs[0].job.store(await jobs[0].creator())).toBe(true);
    jobs[0].mutex.release();
    jobs[0].mutex.release();
    expect([await region.keyIsLocked("k"), jobs[0].mutex.locked()]).toEqual([false, false]);
    expect(await region.get("k")).toBe("new");
    expect(create).toHaveBeenCalledOnce();
  });

  test("is not asked for what is missing, forced, or one of many", async () => {
    const { jobs, pass, region } = await staleRegion();
    expect(await region.getOrCreate("other", () => 1)).toBe(1);
    expect(await region.getOrCreate("k", () => 2, { forceRefresh: true })).toBe(2);
    pass(1);
    await region.invalidate();
    expect(await region.getOrCreate("k", () => 3)).toBe(3);
    pass(1);
    await region.invalidate(false);
    expect(await region.getOrCreateMulti(["k"], () => [4])).toEqual([4]);
    expect(jobs).toEqual([]);
  });

  test("gives a creator that has its arguments", async () => {
    const { jobs, region } = await staleRegion();
    await region.getOrCreate("k", (a, b) => a + b, { creatorArgs: [1, 2] });
    expect(await jobs[0].creator()).toBe(3);
    jobs[0].mutex.release();
  });

  test("releases those who wait with what the creator gave or threw", async () => {
    for (const [create, expected] of [
      [() => "new", ["resolved", "new"]],
      [() => Promise.reject(undefined), ["rejected", undefined]],
    ]) {
      const { jobs, region } = await staleRegion();
      await region.getOrCreate("k", create);
      const waiter = outcome(region.getOrCreate("k", () => "not called", { forceRefresh: true }));
      await outcome(jobs[0].creator());
      jobs[0].mutex.release();
      expect(await waiter).toEqual(expected);
    }
  });

  test("that never called the creator lets those who wait begin again", async () => {
    const { jobs, region } = await staleRegion();
    await region.getOrCreate("k", () => "never called");
    const waiter = region.getOrCreate("k", () => "own", { forceRefresh: true });
    await turns();
    jobs[0].mutex.release();
    expect(await waiter).toBe("own");
  });

  test("that throws gives back the lock, and its caller gets what it threw", async () => {
    const error = new Error("no runner");
    const { region } = await staleRegion({
      asyncCreationRunner: (_region, _key, _creator, mutex) => {
        mutex.release();
        throw error;
      },
    });
    expect(await outcome(region.getOrCreate("k", () => "new"))).toEqual(["rejected", error]);
    expect(await region.keyIsLocked("k")).toBe(false);
  });

  test("that rejects later gives back the lock, and the observer is told", async () => {
    const onError = vi.fn();
    const error = new Error("queue down");
    const { region } = await staleRegion({ observer: { onError }, asyncCreationRunner: async () => Promise.reject(error) });
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, "background");
  });

  test("stores nothing that was fenced off, refused or released before", async () => {
    const { jobs, region } = await staleRegion();
    await region.getOrCreate("k", () => "new", { shouldCacheFn: (value) => value !== "refused" });
    const { job, mutex } = jobs[0];
    expect(await job.store("refused")).toBe(false);
    await region.set("k", "set");
    expect(await job.store("late")).toBe(false);
    mutex.release();
    expect(await region.get("k")).toBe("set");

    const { jobs: others, region: other } = await staleRegion();
    await other.getOrCreate("k", () => "new");
    others[0].mutex.release();
    expect(await others[0].job.store("late")).toBe(false);
    expect(await other.get("k", { ignoreExpiration: true })).toBe("old");
  });

  test("keeps its key until it releases, whatever was set or invalidated meanwhile", async () => {
    const { jobs, pass, region } = await staleRegion();
    await region.getOrCreate("k", () => "too late");
    await region.set("k", "set");
    expect(await region.getOrCreate("k", () => "not called")).toBe("set");
    pass(20);
    await region.invalidate(false);
    const calls = [1, 2].map(() => region.getOrCreate("k", () => "not called"));
    expect(await Promise.all(calls)).toEqual(["set", "set"]);
    expect(await region.getOrCreateMulti(["k", "other"], (keys) => keys)).toEqual(["set", "other"]);
    expect([await region.keyIsLocked("k"), jobs.length]).toEqual([true, 1]);
    expect(await jobs[0].job.store("too late")).toBe(false);
    jobs[0].mutex.release();
    expect(await region.keyIsLocked("k")).toBe(false);
    expect(await region.getOrCreate("k", () => "new")).toBe("set");
    expect(jobs).toHaveLength(2);
    jobs[1].mutex.release();
  });

  test("keeps no key from those who have nothing to be served, nor for longer than lockTimeout", async () => {
    const { jobs, pass, region } = await staleRegion({ lockTimeout: "30ms" });
    await region.getOrCreate("k", () => "too late");
    pass(1);
    await region.invalidate();
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(await region.getOrCreate("k", () => "forced", { forceRefresh: true })).toBe("forced");
    pass(20);
    await elapsed(40);
    expect(await region.keyIsLocked("k")).toBe(false);
    expect(await region.getOrCreate("k", () => "new")).toBe("forced");
    expect(jobs).toHaveLength(2);
    jobs[0].mutex.release();
    expect(await region.keyIsLocked("k")).toBe(true);
    jobs[1].mutex.release();
    expect(await region.keyIsLocked("k")).toBe(false);
  });

  test("keeps no key once the backend is replaced, be it by the same one", async () => {
    const { jobs, pass, region } = await staleRegion();
    await region.getOrCreate("k", () => "never called");
    expect(jobs).toHaveLength(1);
    region.configure({ backend: region.backend, replaceExistingBackend: true, expirationTime: 60 });
    expect(await region.keyIsLocked("k")).toBe(false);
    pass(100);
    await region.getOrCreate("k", () => "never called");
    expect(jobs).toHaveLength(2);
    jobs.forEach(({ mutex }) => mutex.release());
  });

  test("that does not release is taken over from after lockTimeout", async () => {
    const { jobs, region } = await staleRegion({ lockTimeout: "30ms" });
    await region.getOrCreate("k", () => "never called");
    const waiter = region.getOrCreate("k", () => "taken over", { forceRefresh: true });
    expect(await waiter).toBe("taken over");
    expect(region.stats.takeovers).toBe(1);
    expect(await jobs[0].job.store("late")).toBe(false);
    jobs[0].mutex.release();
    expect(await region.get("k")).toBe("taken over");
  });
});

describe("backgroundRunner", () => {
  test("creates and stores while the stale value is served", async () => {
    const { region } = await staleRegion({ asyncCreationRunner: backgroundRunner });
    const slow = deferred();
    expect(await region.getOrCreate("k", () => slow.promise)).toBe("old");
    expect(await region.getOrCreate("k", () => "not called")).toBe("old");
    slow.resolve("new");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.get("k")).toBe("new");
  });

  test("reports a failure, and keeps the old value", async () => {
    const onError = vi.fn();
    const { region } = await staleRegion({ asyncCreationRunner: backgroundRunner, observer: { onError } });
    const error = new Error("origin down");
    expect(await region.getOrCreate("k", () => Promise.reject(error))).toBe("old");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, "background");
    expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
    expect(region.stats).toMatchObject({ creations: 1, creationErrors: 1 });
  });
});

test("a runner that releases with nothing after it was taken over leaves the one who took over to wait in peace", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const { jobs, region } = await staleRegion({ lockTimeout: 10 });
  expect(await region.getOrCreate("k", () => "never")).toBe("old");
  const creation = deferred();
  const impatient = region.getOrCreate("k", () => creation.promise, { forceRefresh: true });
  await turns();
  vi.advanceTimersByTime(10_000);
  await turns();
  expect(region.stats.takeovers).toBe(1);
  const looks = vi.spyOn(Promise, "race");
  jobs[0].mutex.release();
  await turns();
  expect(looks.mock.calls.length, "looks without end").toBeLessThan(5);
  creation.resolve("new");
  expect(await impatient).toBe("new");
});

test("a backend whose set releases the runner's mutex: the module goes on", async () => {
  let release = () => {};
  class Releasing extends MemoryBackend {
    async set(...args) {
      release();
      return super.set(...args);
    }
  }
  const { jobs, region } = await staleRegion({ backend: new Releasing() });
  await region.getOrCreate("k", () => "never called");
  release = () => jobs[0].mutex.release();
  await jobs[0].job.store("stored");
  await region.set("other", "value");
  expect(await region.getOrCreate("other", () => "never")).toBe("value");
});
