// What becomes of locks in time, and over several isolates: leases, rounds, holders and waiters that die.
import { describe, expect, test } from "vitest";
import { asked, eventually, mutexes, runtime, startLocks, untilWaiting } from "./locks.js";

const hour = 3600;
const lease = 3_000; // milliseconds

startLocks();

describe.concurrent("in time", () => {
  test.each([
    ["the next who waits", true],
    ["whoever comes", false],
  ])("a holder that does not renew its lease loses it to %s", async (_who, wait) => {
    const ask = asked();
    expect(await ask({ operation: "acquire", token: "dead" })).toEqual({ granted: true });
    expect(await ask({ operation: "acquire", token: "hasty" })).toEqual({ granted: false });
    await eventually(() => ask({ operation: "acquire", token: "next", wait, round: 20_000 }), { granted: true });
    expect(await ask({ operation: "renew", token: "dead" })).toEqual({ held: false });
    expect(await ask({ operation: "renew", token: "next" })).toEqual({ held: true });
  });

  test("what comes back after its lease leaves nothing, and does not take the lock from the next", async () => {
    const ask = asked();
    await ask({ operation: "acquire", token: "dead" });
    await ask({ operation: "acquire", token: "next", wait: true, round: 20_000 });
    await ask({ operation: "release", token: "dead", stored: "late", keep: hour });
    expect(await ask({ operation: "locked" })).toEqual({ locked: true, waiting: 0 });
    await ask({ operation: "release", token: "next" });
    expect(await ask({ operation: "acquire", token: "third" })).toEqual({ granted: true });
  });

  test("whoever is dead when its turn comes is passed over", async () => {
    const ask = asked();
    await ask({ operation: "acquire", token: "holder" });
    const waiting = [];
    for (const token of ["dead", "dead, too", "alive"]) {
      waiting.push(ask({ operation: "acquire", token, wait: true, round: 20_000 }));
      await untilWaiting(ask, waiting.length);
    }
    await ask({ operation: "release", token: "holder" });
    expect(await Promise.all(waiting)).toEqual([{ granted: true }, { granted: true }, { granted: true }]);
    expect(await ask({ operation: "renew", token: "alive" })).toEqual({ held: true });
  });

  test("who was told to ask again and is dead costs those behind one lease in all", async () => {
    const ask = asked();
    await ask({ operation: "acquire", token: "holder" });
    for (const token of ["1", "2", "3", "4", "5", "6"])
      expect(await ask({ operation: "acquire", token, wait: true, round: 0 })).toEqual({ granted: false, again: true });
    const started = performance.now();
    expect(await ask({ operation: "acquire", token: "alive", wait: true, round: 20_000 })).toEqual({ granted: true });
    expect(performance.now() - started).toBeLessThan(2 * lease);
    await eventually(() => ask({ operation: "locked" }), { locked: true, waiting: 0 });
  });

  test("who holds it for long keeps it", async () => {
    const make = mutexes();
    const [holder, waiter] = [make(), make()];
    await holder.acquire(true);
    const turn = waiter.acquire(true);
    const started = Date.now();
    await eventually(() => Date.now() - started > 5_000, true);
    expect(await make().acquire(false)).toBe(false);
    await holder.release("long");
    expect(await turn).toBe(true);
    expect(await waiter.handover()).toBe("long");
    await waiter.release();
  });

  test("who waits for long is told to ask again, and keeps its place", async () => {
    const make = mutexes();
    const ask = asked(make.object);
    const holder = make();
    await holder.acquire(true);
    const first = ask({ operation: "acquire", token: "first", wait: true, round: 20_000 });
    await make.waiting(1);
    const later = make();
    const last = later.acquire(true);
    await make.waiting(2);
    expect(await first).toEqual({ granted: false, again: true });
    const again = ask({ operation: "acquire", token: "first", wait: true, round: 20_000 });
    await ask({ operation: "locked" }); // what is asked later comes later
    await holder.release();
    expect(await again).toEqual({ granted: true });
    await ask({ operation: "release", token: "first" });
    expect(await last).toBe(true);
    await later.release();
  });
});

describe.concurrent("over several isolates", () => {
  test("one holds it at a time, in the order in which they came", async () => {
    const stage = runtime.stage({ key: "k", wait: "true" });
    const ask = asked(`${stage.name}:k`);
    const clients = [stage.client("holds", {}, 0)];
    await eventually(async () => (await ask({ operation: "locked" })).locked, true);
    for (const isolate of [1, 2, 0, 1]) {
      clients.push(stage.client("holds", {}, isolate));
      await untilWaiting(ask, clients.length - 1);
    }
    const isolateOf = [0, 1, 2, 0, 1];
    for (const [index, client] of clients.entries()) {
      expect(clients.slice(index).some(({ answered }) => answered)).toBe(false);
      await stage.until(({ events }) => events.includes(`${client.name} holds`), isolateOf[index]);
      await stage.open({ [client.name]: `stored by ${index}` }, isolateOf[index]);
      expect((await client.answer).body).toEqual({ granted: true, found: index === 0 ? undefined : `stored by ${index - 1}` });
    }
    expect(await ask({ operation: "locked" })).toEqual({ locked: false, waiting: 0 });
  });

  test("a holder that dies is waited for no longer than its lease", async () => {
    const stage = runtime.stage({ key: "k", wait: "true" });
    const ask = asked(`${stage.name}:k`);
    const dying = stage.client("holds", {}, 0);
    await stage.until(({ events }) => events.includes(`${dying.name} holds`), 0);
    const waiter = stage.client("holds", {}, 1);
    await untilWaiting(ask, 1);
    dying.reset();
    await stage.until(({ events }) => events.includes(`${waiter.name} holds`), 1);
    await stage.open({ [waiter.name]: null }, 1);
    expect((await waiter.answer).body).toEqual({ granted: true });
  });

  test("who dies while it waits keeps nobody from the lock", async () => {
    const stage = runtime.stage({ key: "k", wait: "true" });
    const ask = asked(`${stage.name}:k`);
    const holder = stage.client("holds", {}, 0);
    await stage.until(({ events }) => events.includes(`${holder.name} holds`), 0);
    const dead = stage.client("holds", {}, 1);
    await untilWaiting(ask, 1);
    const waiter = stage.client("holds", {}, 2);
    await untilWaiting(ask, 2);
    dead.reset();
    await dead.answer;
    await stage.open({ [holder.name]: null }, 0);
    await stage.until(({ events }) => events.includes(`${waiter.name} holds`), 2);
    await stage.open({ [waiter.name]: null }, 2);
    expect((await waiter.answer).body).toEqual({ granted: true });
  });
});
