import { afterEach, describe, expect, test, vi } from "vitest";
import { checkAfterEach, counted, deferred, makeRegion, outcome, turns } from "../helpers.js";

checkAfterEach();
afterEach(() => vi.useRealTimers());

/** Timers and the day's clock are faked, the steady clock is not: node:test's mock timers do so. */
const fakeTimers = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });

describe("a ring of a timer is believed, whatever another clock says", () => {
  test("lockTimeout passes for one who waits: it takes over", async () => {
    fakeTimers();
    const region = makeRegion({ lockTimeout: 5 });
    const first = outcome(region.getOrCreate("k", () => new Promise(() => {})));
    const creator = counted(() => "taken over");
    const second = outcome(region.getOrCreate("k", creator));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await second).toEqual(["resolved", "taken over"]);
    expect(await first).toEqual(["resolved", "taken over"]);
  });

  test("lockTimeout passes twice: a TimeoutError", async () => {
    fakeTimers();
    const region = makeRegion({ lockTimeout: 5 });
    const hung = () => new Promise(() => {});
    const calls = [outcome(region.getOrCreate("k", hung)), outcome(region.getOrCreate("k", hung))];
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    for (const call of calls) expect(await call).toEqual(["rejected", expect.objectContaining({ code: "TIMEOUT" })]);
  });

  test("nobody waits, for all are served what is stale: the next one takes over", async () => {
    fakeTimers();
    const region = makeRegion({ lockTimeout: 5, expirationTime: 60 });
    await region.set("k", "old");
    vi.setSystemTime(Date.now() + 120_000);
    const hung = deferred();
    const first = region.getOrCreate("k", () => hung.promise);
    await turns();
    expect(await region.getOrCreate("k", () => "too early")).toBe("old");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
    hung.resolve("late");
    expect(await first).toBe("new");
  });
});
