import { describe, expect, test } from "vitest";
import { backgroundRunner } from "dogpile";
import { SlowBackend, SlowMultiBackend, checkAfterEach, counted, until, virtualClock } from "../helpers.js";
import { lockedRegion } from "./mutexes.js";

checkAfterEach();

const reason = new Error("failed");

describe("what will be handed over", () => {
  test.each([
    ["without", () => new SlowBackend()],
    ["with", () => new SlowMultiBackend()],
  ])("is superseded by set and delete before they resolve, over a backend %s operations for many", async (_name, makeBackend) => {
    const { backend, mutexes, region } = lockedRegion({}, { handover: true }, makeBackend());
    await region.set("k", 1);
    expect(mutexes.superseded.at(-1)).toEqual(["k", backend.store.get("k")]);
    await region.delete("k");
    expect(mutexes.superseded.at(-1)).toEqual(["k", undefined]);
    mutexes.superseded.length = 0;
    await region.setMulti({ a: 1, b: 2 });
    expect(Object.fromEntries(mutexes.superseded)).toEqual({ a: backend.store.get("a"), b: backend.store.get("b") });
    mutexes.superseded.length = 0;
    await region.deleteMulti(["a", "b"]);
    expect(mutexes.superseded.sort()).toEqual([
      ["a", undefined],
      ["b", undefined],
    ]);
  });

  test("is superseded by the text that was written, where there is a serializer", async () => {
    const { backend, mutexes, region } = lockedRegion({ serializer: JSON }, { handover: true });
    await region.set("k", 1);
    expect(mutexes.superseded).toEqual([["k", backend.store.get("k")]]);
  });

  test("cannot bring back what was deleted", async () => {
    const { mutexes, region } = lockedRegion({}, { handover: true });
    expect(await region.getOrCreate("k", () => "first")).toBe("first");
    await region.delete("k");
    expect(await region.getOrCreate("k", () => "second")).toBe("second");
    expect(mutexes.released).toHaveLength(2);
  });

  test("and cannot be superseded is reported: what was written is written", async () => {
    const { backend, mutexes, onError, region } = lockedRegion({}, { handover: true });
    mutexes.next("supersede", () => Promise.reject(reason));
    await region.set("k", 1);
    expect(onError).toHaveBeenCalledExactlyOnceWith(reason, "lock");
    expect(backend.payload("k")).toBe(1);
  });
});

describe("a runner's mutex", () => {
  async function staleRegion(asyncCreationRunner) {
    const clock = virtualClock();
    const made = lockedRegion({ clock, expirationTime: 60, asyncCreationRunner });
    await made.region.set("k", "old");
    clock.advance(61);
    return made;
  }

  test("is the backend's lock until it is released, and may be released twice", async () => {
    const jobs = [];
    const { backend, mutexes, region } = await staleRegion((_region, _key, creator, mutex, job) => void jobs.push({ creator, mutex, job }));
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    expect(mutexes.isHeld("k")).toBe(true);
    expect(await jobs[0].job.store(await jobs[0].creator())).toBe(true);
    jobs[0].mutex.release();
    jobs[0].mutex.release();
    await until(() => !mutexes.isHeld("k"));
    expect(mutexes.released).toEqual([["k", backend.store.get("k")]]);
    expect(await region.get("k")).toBe("new");
  });

  test("is not got where another has the lock: the stale value is served and the runner not asked", async () => {
    const runner = counted(backgroundRunner);
    const { mutexes, region } = await staleRegion(runner);
    const release = mutexes.hold("k");
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    expect(runner.times).toBe(0);
    release();
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    await until(async () => (await region.get("k")) === "new" && !mutexes.isHeld("k"));
    expect(runner.times).toBe(1);
  });
});
