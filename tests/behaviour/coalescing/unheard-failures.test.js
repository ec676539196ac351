import { expect, test, vi } from "vitest";
import { checkAfterEach, counted, deferred, makeRegion, outcome, refuses, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const reason = new Error("the origin is down");

function watched(options) {
  const onError = vi.fn();
  const region = makeRegion({ observer: { onError }, ...options });
  const creation = deferred();
  const creator = counted(() => creation.promise);
  return { onError, region, creation, creator };
}

test("a creator fails after its caller was served a stale value by timeout: that is reported, once", async () => {
  const clock = virtualClock();
  const { onError, region, creation, creator } = watched({ clock, expirationTime: 60 });
  await region.set("k", "old");
  clock.advance(61);
  expect(await region.getOrCreate("k", creator, { timeout: "20ms" })).toBe("old");
  creation.reject(reason);
  await until(() => onError.mock.calls.length > 0);
  await turns();
  expect(onError.mock.calls).toEqual([[reason, "background"]]);
});

test("a creator fails after its caller had its TimeoutError: that is reported", async () => {
  const { onError, region, creation, creator } = watched();
  await refuses(() => region.getOrCreate("k", creator, { timeout: "20ms" }), "TIMEOUT");
  creation.reject(reason);
  await until(() => onError.mock.calls.length > 0);
  expect(onError.mock.calls).toEqual([[reason, "background"]]);
});

test("a failure that a caller hears is not reported", async () => {
  const { onError, region, creation, creator } = watched();
  const calls = [outcome(region.getOrCreate("k", creator)), outcome(region.getOrCreate("k", creator))];
  await until(() => creator.times === 1);
  creation.reject(reason);
  expect(await Promise.all(calls)).toEqual([
    ["rejected", reason],
    ["rejected", reason],
  ]);
  await turns();
  expect(onError).not.toHaveBeenCalled();
});

test("a creator that nobody waits for was told so by its signal: its failure is nobody's", async () => {
  const { onError, region, creation, creator } = watched();
  const controller = new AbortController();
  const call = outcome(region.getOrCreate("k", creator, { signal: controller.signal }));
  await until(() => creator.times === 1);
  controller.abort(new Error("gone"));
  await call;
  creation.reject(reason);
  await turns();
  expect(onError).not.toHaveBeenCalled();
});

test("the failure of a creator that was taken over from is reported", async () => {
  const { onError, region, creation, creator } = watched({ lockTimeout: 0.02 });
  const first = region.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  expect(await region.getOrCreate("k", () => "taken over")).toBe("taken over");
  expect(await first).toBe("taken over");
  creation.reject(reason);
  await until(() => onError.mock.calls.some(([error]) => error === reason));
  expect(onError.mock.calls.filter(([error]) => error === reason)).toEqual([[reason, "background"]]);
});
