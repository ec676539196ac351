import { describe, expect, test, vi } from "vitest";
import { backends, checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, turns, until } from "../helpers.js";

checkAfterEach();

const reason = new Error("no answer");

describe.each(backends)("shouldCacheFn by promise, over %s", (_name, makeBackend) => {
  test("true stores, false does not; it is asked once, and awaited", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const answer = deferred();
    const shouldCacheFn = counted(() => answer.promise);
    const call = region.getOrCreate("yes", () => "value", { shouldCacheFn });
    await until(() => shouldCacheFn.times === 1);
    expect(await isSettled(call)).toBe(false);
    answer.resolve(true);
    expect(await call).toBe("value");
    expect(await region.getOrCreate("no", () => "value", { shouldCacheFn: async () => false })).toBe("value");
    expect(await region.getMulti(["yes", "no"])).toEqual(["value", undefined]);
    expect(shouldCacheFn.calls).toEqual([["value"]]);
  });

  test("one that rejects rejects those who wait, and nothing is stored", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creator = counted(() => "value");
    const shouldCacheFn = () => Promise.reject(reason);
    const calls = [region.getOrCreate("k", creator, { shouldCacheFn }), region.getOrCreate("k", creator, { shouldCacheFn })];
    expect(await Promise.all(calls.map(outcome))).toEqual([
      ["rejected", reason],
      ["rejected", reason],
    ]);
    expect(await region.get("k")).toBeUndefined();
    expect(await region.keyIsLocked("k")).toBe(false);
  });

  test("of many keys each is asked once, at once or by promise", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const shouldCacheFn = counted((value) => (value === 2 ? false : Promise.resolve(value !== 3)));
    expect(await region.getOrCreateMulti(["a", "b", "c", "d"], () => [1, 2, 3, 4], { shouldCacheFn })).toEqual([1, 2, 3, 4]);
    expect(await region.getMulti(["a", "b", "c", "d"])).toEqual([1, undefined, undefined, 4]);
    expect(shouldCacheFn.calls).toEqual([[1], [2], [3], [4]]);
  });

  test("a set meanwhile counts: what was created before is not stored", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const answer = deferred();
    const shouldCacheFn = counted(() => answer.promise);
    const call = region.getOrCreate("k", () => "created", { shouldCacheFn });
    await until(() => shouldCacheFn.times === 1);
    await region.set("k", "set");
    answer.resolve(true);
    expect(await call).toBe("created");
    expect(await region.get("k")).toBe("set");
  });
});

test("one that does not answer within lockTimeout: the value is given, not stored, and that is reported", async () => {
  const onError = vi.fn();
  const region = makeRegion({ lockTimeout: 0.02, observer: { onError } });
  expect(await region.getOrCreate("k", () => "value", { shouldCacheFn: () => new Promise(() => {}) })).toBe("value");
  await turns();
  expect(await region.get("k")).toBeUndefined();
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: "TIMEOUT" }), "background"]]);
});

test("one that a runner asks and that does not answer: nothing is stored, that is reported, and the next caller creates", async () => {
  const onError = vi.fn();
  const region = makeRegion({ lockTimeout: 0.02, staleWhileRevalidate: true, observer: { onError } });
  await region.set("k", "old");
  await region.invalidate({ soft: true });
  expect(await region.getOrCreate("k", () => "new", { shouldCacheFn: () => new Promise(() => {}) })).toBe("old");
  await until(() => onError.mock.calls.length > 0);
  await until(async () => !(await region.keyIsLocked("k")));
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: "TIMEOUT" }), "background"]]);
  expect(await region.getOrCreate("k", () => "newer")).toBe("old");
  await until(async () => (await region.get("k")) === "newer");
});
