import { expect, test, vi } from "vitest";
import { checkAfterEach, counted, deferred, makeRegion, turns, until } from "../helpers.js";

checkAfterEach();

/** Timers and dates are faked, `performance` is not: the steady clock stands still while timers ring. */
const fake = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });

async function pass(milliseconds) {
  await vi.advanceTimersByTimeAsync(milliseconds);
  await turns();
}

test("lockTimeout passes for those who wait", async () => {
  fake();
  const region = makeRegion({ lockTimeout: 30 });
  const hung = counted(() => deferred().promise);
  const first = region.getOrCreate("k", hung);
  await turns();
  const second = region.getOrCreate("k", () => "new");
  await pass(29_000);
  expect(region.stats.takeovers).toBe(0);
  await pass(2_000);
  expect(await Promise.all([first, second])).toEqual(["new", "new"]);
  expect(region.stats.takeovers).toBe(1);
});

test("lockTimeout passes for those who are served stale, and the next one takes over", async () => {
  fake();
  const region = makeRegion({ lockTimeout: 30 });
  await region.set("k", "old");
  await region.invalidate(false);
  const hung = counted(() => deferred().promise);
  const first = region.getOrCreate("k", hung);
  await until(() => hung.times === 1);
  expect(await region.getOrCreate("k", () => "never")).toBe("old");
  await pass(29_000);
  expect(await region.getOrCreate("k", () => "never")).toBe("old");
  await pass(2_000);
  expect(await region.getOrCreate("k", () => "new")).toBe("new");
  expect(await first).toBe("new");
});

test("a new backend ends the hold of a runner on a key", async () => {
  const ran = counted(() => {});
  const region = makeRegion({ asyncCreationRunner: ran });
  const { backend } = region;
  for (let round = 1; round <= 2; round += 1) {
    await region.set("k", "old");
    await region.invalidate(false);
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    expect(ran.times).toBe(round);
    region.configure({ backend, replaceExistingBackend: true });
  }
  for (const [, , , mutex] of ran.calls) mutex.release();
});
