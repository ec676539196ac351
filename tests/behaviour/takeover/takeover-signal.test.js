import { beforeEach, expect, test, vi } from "vitest";
import { checkAfterEach, deferred, isSettled, makeRegion, outcome, turns } from "../helpers.js";

checkAfterEach();
beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));

async function lockTimeoutPasses() {
  await turns();
  vi.advanceTimersByTime(10_000);
  await turns();
}

test("who took over and is detached leaves the creation to those who waited before", async () => {
  const region = makeRegion({ lockTimeout: 10 });
  const next = deferred();
  const controller = new AbortController();
  const first = region.getOrCreate("k", () => deferred().promise);
  const creator = ({ signal }) => {
    signal.addEventListener("abort", () => next.reject(signal.reason));
    return next.promise;
  };
  const second = outcome(region.getOrCreate("k", creator, { signal: controller.signal }));
  await lockTimeoutPasses();
  expect(region.stats.creations).toBe(2);
  const reason = new Error("enough");
  controller.abort(reason);
  expect(await second).toEqual(["rejected", reason]);
  expect(await isSettled(first)).toBe(false);
  next.resolve("new");
  expect(await first).toBe("new");
});

test("when those who waited before are detached too, the creation is told so", async () => {
  const region = makeRegion({ lockTimeout: 10 });
  const controllers = [new AbortController(), new AbortController()];
  const signals = [];
  const creator = ({ signal }) => {
    signals.push(signal);
    return deferred().promise;
  };
  const callers = controllers.map(({ signal }) => outcome(region.getOrCreate("k", creator, { signal })));
  await lockTimeoutPasses();
  expect(signals).toHaveLength(2);
  const reason = new Error("enough");
  controllers[1].abort(reason);
  expect(await isSettled(callers[0])).toBe(false);
  expect(signals[1].aborted).toBe(false);
  controllers[0].abort(reason);
  expect(await Promise.all(callers)).toEqual([
    ["rejected", reason],
    ["rejected", reason],
  ]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});
