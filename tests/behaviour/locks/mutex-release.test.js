import { describe, expect, test } from "vitest";
import { SlowBackend, checkAfterEach, counted, deferred, isSettled, outcome, refuses, turns, until, virtualClock } from "../helpers.js";
import { lockedRegion } from "./mutexes.js";

checkAfterEach();

const reason = new Error("failed");

/** A creation under the lock, as the call of its caller. */
async function creating(region, options) {
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const caller = region.getOrCreate("k", creator, options);
  await until(() => creator.times === 1);
  return { caller, creation, creator };
}

const NOTHING = [["k", undefined]];

describe("the lock is given back without anything, and can be taken again, when", () => {
  const fail = () => {
    throw reason;
  };
  test.each([
    ["the creator throws", fail],
    ["the creator rejects", () => Promise.reject(reason)],
    ["shouldCacheFn says no", () => "value", { shouldCacheFn: () => false }],
    ["shouldCacheFn throws", async () => "value", { shouldCacheFn: fail }],
    ["the value cannot be serialized", () => 1n, {}, { serializer: JSON }],
  ])("%s", async (_name, creator, options, regionOptions) => {
    const { mutexes, region } = lockedRegion(regionOptions);
    await outcome(region.getOrCreate("k", creator, options));
    await until(() => !mutexes.isHeld("k"));
    expect(mutexes.released).toEqual(NOTHING);
    expect(await region.getOrCreate("k", () => "again")).toBe("again");
  });

  test.each([["degrade"], ["throw"]])('the write fails, with backendErrors: "%s"', async (backendErrors) => {
    const { backend, mutexes, region } = lockedRegion({ backendErrors });
    backend.rejectNext("set", reason);
    await outcome(region.getOrCreate("k", () => "value"));
    await until(() => !mutexes.isHeld("k"));
    expect(mutexes.released).toEqual(NOTHING);
  });

  test("the read under it fails", async () => {
    const { backend, mutexes, region } = lockedRegion({ backendErrors: "throw" });
    const grant = mutexes.late();
    const caller = outcome(region.getOrCreate("k", () => "value"));
    await grant.reached;
    backend.rejectNext("get", reason);
    grant.release();
    expect((await caller)[1]).toMatchObject({ code: "BACKEND", cause: reason });
    await until(() => !mutexes.isHeld("k"));
    expect(mutexes.released).toEqual(NOTHING);
  });

  test.each([
    ["set", (region) => region.set("k", "set")],
    ["delete", (region) => region.delete("k")],
    ["a hard invalidation", (region) => region.invalidate()],
    ["a soft invalidation", (region) => region.invalidate(false)],
    ["replaceExistingBackend", (region) => void region.configure({ backend: new SlowBackend(), replaceExistingBackend: true })],
  ])("%s fences its creation off: at once, while that goes on", async (_name, fence) => {
    const { mutexes, region } = lockedRegion();
    const { caller, creation } = await creating(region);
    await fence(region);
    await until(() => !mutexes.isHeld("k"));
    expect(await isSettled(caller)).toBe(false);
    creation.resolve("too late");
    expect(await caller).toBe("too late");
    expect(mutexes.released).toEqual(NOTHING);
  });

  test("every caller was detached by its own signal", async () => {
    const { mutexes, region } = lockedRegion();
    const controller = new AbortController();
    const { caller } = await creating(region, { signal: controller.signal });
    const aborted = outcome(caller);
    controller.abort(reason);
    expect(await aborted).toEqual(["rejected", reason]);
    await until(() => !mutexes.isHeld("k"));
    expect(mutexes.released).toEqual(NOTHING);
  });

  test("another caller takes over, who takes it in turn", async () => {
    const { mutexes, region } = lockedRegion({ lockTimeout: "60ms" });
    const hung = await creating(region);
    expect(await region.getOrCreate("k", () => "taken over")).toBe("taken over");
    expect(await hung.caller).toBe("taken over");
    expect(mutexes.log.filter((entry) => /^(got|release|set) k$/.test(entry))).toEqual(["got k", "release k", "got k", "set k", "release k"]);
    expect(mutexes.released[0]).toEqual(["k", undefined]);
    expect(region.stats.takeovers).toBe(1);
  });
});

test("a caller's timeout leaves the lock to its creation, which is released with what is written", async () => {
  const { backend, mutexes, region } = lockedRegion();
  const { caller, creation } = await creating(region, { timeout: "20ms" });
  await refuses(() => caller, "TIMEOUT");
  expect(mutexes.isHeld("k")).toBe(true);
  creation.resolve("value");
  await until(() => !mutexes.isHeld("k"));
  expect(mutexes.released).toEqual([["k", backend.store.get("k")]]);
});

describe("a caller that gives up while it waits for the lock", () => {
  test("by its signal takes nobody's turn", async () => {
    const { backend, mutexes, region } = lockedRegion();
    const release = mutexes.hold("k");
    const controller = new AbortController();
    const never = counted();
    const caller = outcome(region.getOrCreate("k", never, { signal: controller.signal }));
    await until(() => mutexes.isWaitedFor("k"));
    controller.abort(reason);
    expect(await caller).toEqual(["rejected", reason]);
    await until(() => !mutexes.isWaitedFor("k"));
    release();
    await turns();
    expect([never.times, mutexes.isHeld("k"), backend.count("set")]).toEqual([0, false, 0]);
  });

  test("by its timeout gets a TimeoutError, and the lock is free in the end", async () => {
    const { mutexes, region } = lockedRegion();
    const release = mutexes.hold("k");
    await refuses(() => region.getOrCreate("k", async () => "value", { timeout: "20ms" }), "TIMEOUT");
    release();
    await until(async () => !mutexes.isHeld("k") && !(await region.keyIsLocked("k")));
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
  });
});

describe("a lock that cannot be had is reported, and the call goes on without it:", () => {
  test.each([
    [
      "acquire throws",
      () => {
        throw reason;
      },
    ],
    ["acquire rejects", () => Promise.reject(reason)],
  ])("%s", async (_name, act) => {
    const { backend, mutexes, onError, region } = lockedRegion();
    mutexes.next("acquire", act);
    const creator = counted(() => "created");
    expect(await Promise.all([1, 2].map(() => region.getOrCreate("k", creator)))).toEqual(["created", "created"]);
    expect(creator.times).toBe(1);
    expect(onError).toHaveBeenCalledWith(reason, "lock");
    expect(backend.payload("k")).toBe("created");
  });

  test("getMutex throws", async () => {
    const { backend, onError, region } = lockedRegion();
    const { getMutex } = backend;
    backend.getMutex = () => {
      throw reason;
    };
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(onError).toHaveBeenCalledWith(reason, "lock");
    backend.getMutex = getMutex;
  });

  test("acquire hangs longer than lockTimeout; a grant that comes later is given back", async () => {
    const { backend, mutexes, onError, region } = lockedRegion({ lockTimeout: "40ms" });
    const grant = mutexes.late();
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "TIMEOUT" }), "lock");
    expect(backend.payload("k")).toBe("created");
    grant.release();
    await until(() => mutexes.count("got k") === 1);
    await until(() => !mutexes.isHeld("k"));
    expect(mutexes.released).toEqual(NOTHING);
  });

  test("a try for a stale value fails or hangs", async () => {
    for (const act of [() => Promise.reject(reason), () => deferred().promise]) {
      const clock = virtualClock();
      const { mutexes, onError, region } = lockedRegion({ clock, expirationTime: 60, lockTimeout: "40ms" });
      await region.set("k", "old");
      clock.advance(61);
      mutexes.next("acquire", act);
      expect(["old", "new"]).toContain(await region.getOrCreate("k", () => "new"));
      expect(onError).toHaveBeenCalledWith(expect.any(Error), "lock");
    }
  });

  test("release throws, rejects or hangs: everyone has the value", async () => {
    for (const act of [
      () => {
        throw reason;
      },
      () => Promise.reject(reason),
      () => deferred().promise,
    ]) {
      const { backend, mutexes, onError, region } = lockedRegion({ lockTimeout: "40ms" });
      mutexes.next("release", (go) => (go(), act()));
      expect(await region.getOrCreate("k", () => "created")).toBe("created");
      await until(() => onError.mock.calls.length > 0);
      expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), "lock");
      expect(backend.payload("k")).toBe("created");
    }
  });
});
