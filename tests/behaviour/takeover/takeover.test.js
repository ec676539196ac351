import { describe, expect, test } from "vitest";
import { promptBackends, checkAfterEach, counted, deferred, elapsed, isSettled, makeRegion, outcome, refuses, slowRegion, turns, until } from "../helpers.js";

checkAfterEach();

function held() {
  const creation = deferred();
  return Object.assign(
    counted(() => creation.promise),
    creation,
  );
}

/** A creation that hangs, a waiter that has taken over from it, and both their callers. */
async function takenOver(region, options) {
  const [a, b] = [held(), held()];
  const first = region.getOrCreate("k", a, options);
  await until(() => a.times === 1);
  const second = region.getOrCreate("k", b, options);
  await until(() => b.times === 1);
  return { a, b, first, second };
}

describe.each(promptBackends)("when a creation has not settled after lockTimeout, over %s", (_name, makeBackend) => {
  test("one waiter takes over, and everyone gets what it creates", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "40ms" });
    const hung = held();
    const first = region.getOrCreate("k", hung);
    await until(() => hung.times === 1);
    const creator = counted(() => "taken over");
    const waiters = Array.from({ length: 20 }, () => region.getOrCreate("k", creator));
    expect(new Set(await Promise.all([first, ...waiters]))).toEqual(new Set(["taken over"]));
    expect(creator.times).toBe(1);
    expect(region.stats.takeovers).toBe(1);
    hung.resolve("late");
    await turns();
    expect(await region.get("k")).toBe("taken over");
  });

  test("the old creation's value goes to those who waited for it, if it comes first, and is not stored", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "150ms" });
    const { a, b, first, second } = await takenOver(region);
    const third = region.getOrCreate("k", () => "never");
    a.resolve("old");
    expect(await first).toBe("old");
    expect(await second).toBe("old");
    expect(await isSettled(third)).toBe(false);
    expect(await region.getValueMetadata("k")).toBeUndefined();
    b.resolve("new");
    expect(await third).toBe("new");
    expect(await region.get("k")).toBe("new");
  });

  test("the old creation's rejection counts for nothing", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "150ms" });
    const { a, b, first, second } = await takenOver(region);
    a.reject(new Error("too late to matter"));
    await turns();
    b.resolve("new");
    expect(await Promise.all([first, second])).toEqual(["new", "new"]);
  });

  test("the new creation's rejection is everyone's", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "150ms" });
    const { b, first, second } = await takenOver(region);
    const callers = [first, second, region.getOrCreate("k", () => "never")].map(outcome);
    const reason = new Error("failed");
    b.reject(reason);
    for (const it of await Promise.all(callers)) expect(it).toEqual(["rejected", reason]);
    expect(await region.getOrCreate("k", () => "anew")).toBe("anew");
  });

  test("a creation born of a takeover is not taken over: all get a TimeoutError, and the next caller starts afresh", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "40ms" });
    const { a, b, first, second } = await takenOver(region);
    const never = counted();
    const callers = [first, second, region.getOrCreate("k", never), region.getOrCreate("k", never)];
    const errors = await Promise.all(callers.map((caller) => refuses(() => caller, "TIMEOUT")));
    expect(errors.map((error) => error.name)).toEqual(Array(4).fill("TimeoutError"));
    expect(never.times).toBe(0);
    expect(await region.getOrCreate("k", () => "afresh")).toBe("afresh");
    b.resolve("late");
    a.resolve("later");
    await turns();
    expect(await region.get("k")).toBe("afresh");
  });

  test("the next caller takes over, though it was served the stale value before", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "150ms" });
    await region.set("k", "old");
    await region.invalidate(false);
    const hung = held();
    const first = region.getOrCreate("k", hung);
    await until(() => hung.times === 1);
    expect(await region.getOrCreate("k", () => "never")).toBe("old");
    await elapsed(180);
    const creator = held();
    const second = region.getOrCreate("k", creator);
    await until(() => creator.times === 1);
    expect(await region.getOrCreate("k", () => "never")).toBe("old");
    creator.resolve("new");
    expect(await Promise.all([first, second])).toEqual(["new", "new"]);
    hung.resolve("late");
    await turns();
    expect(await region.get("k")).toBe("new");
  });

  test("a lone caller does not take over from itself: its value counts and is stored", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: "20ms" });
    const slow = held();
    const caller = region.getOrCreate("k", slow);
    await elapsed(60);
    slow.resolve("at last");
    expect(await caller).toBe("at last");
    expect(slow.times).toBe(1);
    expect(await region.get("k")).toBe("at last");
    expect(region.stats.takeovers).toBe(0);
  });
});

test("nobody takes over before lockTimeout has passed", async () => {
  const region = makeRegion({ lockTimeout: 10 });
  const slow = held();
  const first = region.getOrCreate("k", slow);
  const waiter = counted();
  const second = region.getOrCreate("k", waiter);
  await elapsed(60);
  expect(waiter.times).toBe(0);
  slow.resolve("value");
  expect(await Promise.all([first, second])).toEqual(["value", "value"]);
});

test("a caller's own lockTimeout counts for that caller, from the start of the creation", async () => {
  const region = makeRegion();
  const hung = held();
  const first = region.getOrCreate("k", hung);
  const patient = counted();
  const waiting = region.getOrCreate("k", patient);
  expect(await region.getOrCreate("k", () => "impatient", { lockTimeout: "40ms" })).toBe("impatient");
  expect(await Promise.all([first, waiting])).toEqual(["impatient", "impatient"]);
  expect(patient.times).toBe(0);
});

test("a caller that comes after its lockTimeout has passed takes over at once", async () => {
  const region = makeRegion();
  const hung = held();
  const first = region.getOrCreate("k", hung);
  await elapsed(60);
  const started = performance.now();
  expect(await region.getOrCreate("k", () => "value", { lockTimeout: "50ms" })).toBe("value");
  expect(performance.now() - started).toBeLessThan(5000);
  expect(await first).toBe("value");
});

test("forceRefresh takes over like any other waiter", async () => {
  const region = makeRegion({ lockTimeout: "150ms" });
  await region.set("k", "fresh");
  const { b, first, second } = await takenOver(region, { forceRefresh: true });
  expect(await region.getOrCreate("k", () => "never")).toBe("fresh");
  b.resolve("new");
  expect(await Promise.all([first, second])).toEqual(["new", "new"]);
});

test("a delete after a takeover fences the new creation too", async () => {
  const region = makeRegion({ lockTimeout: "150ms" });
  const { a, b, first, second } = await takenOver(region);
  await region.delete("k");
  expect(await region.getOrCreate("k", () => "third")).toBe("third");
  b.resolve("new");
  expect(await Promise.all([first, second])).toEqual(["new", "new"]);
  a.resolve("late");
  await turns();
  expect(await region.get("k")).toBe("third");
});

test("a slow write after a creation in time is no reason for a second creation", async () => {
  const { backend, region } = slowRegion({ lockTimeout: "200ms" });
  const write = backend.hold("set");
  const creator = counted(() => "value");
  const callers = [region.getOrCreate("k", creator), region.getOrCreate("k", creator)];
  await write.reached;
  await elapsed(60);
  write.release();
  expect(await Promise.all(callers)).toEqual(["value", "value"]);
  expect(creator.times).toBe(1);
  expect(region.stats.takeovers).toBe(0);
});
