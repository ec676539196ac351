// DogpileLock's protocol: one object, several Workers and, for what needs no Worker, this process.
import { CloudflareKVBackend } from "dogpile";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { bundleApp, Runtime } from "./stage.js";

const hour = 3600;
let runtime;
let kv;
let lock;
beforeAll(async () => {
  runtime = await new Runtime(await bundleApp(), { isolates: 3 }).ready();
  kv = await runtime.miniflare.getKVNamespace("KV", "one");
  lock = await runtime.miniflare.getDurableObjectNamespace("DOGPILE", "one");
});
afterAll(() => runtime?.dispose());

let count = 0;
/** Mutexes of one key that nobody else has. `make.waiting(n)`: waits until so many wait. */
function mutexes(namespace = lock) {
  const prefix = `lock${++count}:`;
  const backend = new CloudflareKVBackend(kv, { prefix, lock: namespace });
  const make = () => backend.getMutex("k");
  return Object.assign(make, { waiting: (number) => untilWaiting(asked(`${prefix}k`), number) });
}

/** What the object itself is asked: as a holder asks that does nothing else, so that its lease ends. */
function asked(name = `asked${++count}`) {
  const stub = lock.get(lock.idFromName(name));
  return async (question) => (await stub.fetch("https://dogpile.lock/", { method: "POST", body: JSON.stringify(question) })).json();
}

const eventually = (look, expected) => vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout: 15_000, interval: 5 });
const untilWaiting = (ask, number) => eventually(async () => (await ask({ operation: "locked" })).waiting, number);

/** Notes what each promise comes to, as it comes. */
function inOrder(promises) {
  const order = [];
  promises.forEach((promise, index) => promise.then((value) => order.push([index, value])));
  return order;
}

describe("who asks", () => {
  test("gets a lock that nobody holds", async () => {
    const mutex = mutexes()();
    expect(await mutex.locked()).toBe(false);
    expect(await mutex.acquire(true)).toBe(true);
    expect(await mutex.locked()).toBe(true);
    await mutex.release();
    expect(await mutex.locked()).toBe(false);
  });

  test("is refused at once, where it does not want to wait", async () => {
    const make = mutexes();
    const [holder, other] = [make(), make()];
    expect(await holder.acquire()).toBe(true);
    expect(await other.acquire()).toBe(false);
    expect(await other.acquire(false)).toBe(false);
    await other.release();
    expect(await holder.locked()).toBe(true);
    await holder.release();
    expect(await other.acquire()).toBe(true);
    await other.release();
  });

  test("waits its turn, first come, first served", async () => {
    const make = mutexes();
    const holder = make();
    await holder.acquire(true);
    const waiting = [];
    for (let index = 0; index < 5; index += 1) {
      const mutex = make();
      waiting.push(mutex.acquire(true).then((granted) => mutex.release().then(() => granted)));
      await make.waiting(index + 1);
    }
    const order = inOrder(waiting);
    await holder.release();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3, 4].map((index) => [index, true]));
  });

  test("does not wait for another key's", async () => {
    const [one, other] = [mutexes()(), mutexes()()];
    await one.acquire(true);
    expect(await other.acquire(true)).toBe(true);
    await Promise.all([one.release(), other.release()]);
  });

  test("leaves the queue when its signal aborts, with the signal's reason", async () => {
    const make = mutexes();
    const [holder, leaving, next] = [make(), make(), make()];
    await holder.acquire(true);
    const controller = new AbortController();
    const left = leaving.acquire(true, { signal: controller.signal }).catch((reason) => reason);
    await make.waiting(1);
    const turn = next.acquire(true);
    await make.waiting(2);
    controller.abort("enough");
    expect(await left).toBe("enough");
    expect(await leaving.acquire(true, { signal: controller.signal }).catch((reason) => reason)).toBe("enough");
    await holder.release();
    expect(await turn).toBe(true);
    await next.release();
    expect(await holder.locked()).toBe(false);
  });

  test("leaves the queue when it is released while it waits", async () => {
    const make = mutexes();
    const [holder, leaving] = [make(), make()];
    await holder.acquire(true);
    const left = leaving.acquire(true);
    await make.waiting(1);
    await leaving.release();
    expect(await left).toBe(false);
    await holder.release();
    expect(await holder.locked()).toBe(false);
  });

  test("may give it back as often as it likes", async () => {
    const make = mutexes();
    const [first, second] = [make(), make()];
    await first.release();
    await first.acquire(true);
    await Promise.all([first.release(), first.release()]);
    await second.acquire(true);
    await first.release();
    expect(await second.locked()).toBe(true);
    await second.release();
  });
});

describe("what was stored under the lock", () => {
  test("is handed over to everyone who gets it afterwards", async () => {
    const make = mutexes();
    const [holder, waiter, late] = [make(), make(), make()];
    await holder.acquire(true);
    expect(await holder.handover()).toBeUndefined();
    const turn = waiter.acquire(true);
    await make.waiting(1);
    await holder.release("one");
    await turn;
    expect(await waiter.handover()).toBe("one");
    await waiter.release();
    await late.acquire(false);
    expect(await late.handover()).toBe("one");
    await late.release("two");
    await holder.acquire(true);
    expect(await holder.handover()).toBe("two");
    await holder.release();
  });

  test("comes whole, whatever is in it", async () => {
    const make = mutexes();
    for (const text of ["", '{"ct": 1.0, "v": 2}|"ü\u{1f436}\\ud800"', "x".repeat(2 ** 20)]) {
      const mutex = make();
      await mutex.acquire(true);
      await mutex.release(text);
      const next = make();
      await next.acquire(true);
      expect((await next.handover()) === text).toBe(true);
      await next.release();
    }
  });

  test("is not handed over where it is too long, nor is what was there before", async () => {
    const make = mutexes();
    for (const [stored, found] of [["short", "short"], ["x".repeat(2 ** 20 + 1), undefined]]) {
      const mutex = make();
      await mutex.acquire(true);
      await mutex.release(stored);
      const next = make();
      await next.acquire(true);
      expect(await next.handover()).toBe(found);
      await next.release();
    }
  });

  test("gives way to what was set, and to nothing where it was deleted", async () => {
    const make = mutexes();
    const found = async () => {
      const mutex = make();
      await mutex.acquire(true);
      await mutex.release();
      return mutex.handover();
    };
    await make().supersede("set");
    expect(await found()).toBe("set");
    await make().supersede();
    expect(await found()).toBeUndefined();
  });

  test.each([["set", "set"], ["deleted", undefined]])("is ignored where the key was %s meanwhile", async (_how, stored) => {
    const make = mutexes();
    const [holder, waiter] = [make(), make()];
    await holder.acquire(true);
    const turn = waiter.acquire(true);
    await make.waiting(1);
    await make().supersede(stored);
    await holder.release("from before");
    await turn;
    expect(await waiter.handover()).toBe(stored);
    await waiter.release("from after");
    await holder.acquire(true);
    expect(await holder.handover()).toBe("from after");
    await holder.release();
  });

  test("is forgotten after a while", async () => {
    const ask = asked();
    await ask({ operation: "acquire", token: "a" });
    await ask({ operation: "release", token: "a", stored: "short-lived", keep: 0.3 });
    await ask({ operation: "acquire", token: "b" });
    await ask({ operation: "release", token: "b" });
    await eventually(() => ask({ operation: "acquire", token: "b" }), { granted: true });
  });
});

describe.concurrent("in time", () => {
  test.each([["the next who waits", true], ["whoever comes", false]])("a holder that does not renew its lease loses it to %s", async (_who, wait) => {
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
    const ask = asked(`lock${count}:k`);
    const holder = make();
    await holder.acquire(true);
    const first = ask({ operation: "acquire", token: "first", wait: true, round: 20_000 });
    await make.waiting(1);
    const later = make();
    const last = later.acquire(true);
    await make.waiting(2);
    expect(await first).toEqual({ granted: false, again: true });
    await holder.release();
    expect(await ask({ operation: "acquire", token: "first", wait: true, round: 20_000 })).toEqual({ granted: true });
    await ask({ operation: "release", token: "first" });
    expect(await last).toBe(true);
    await later.release();
  });
});

test("an object that the platform starts anew has forgotten its holder and what it would hand over", async () => {
  const make = mutexes();
  const name = `lock${count}:k`;
  const [holder, next] = [make(), make()];
  await holder.acquire(true);
  await make().supersede("set");
  await runtime.miniflare.unsafeEvictDurableObject("one", "DogpileLock", { name });
  expect(await next.acquire(false)).toBe(true);
  expect(await next.handover()).toBeUndefined();
  await holder.release("by a holder that it does not know");
  expect(await next.locked()).toBe(true);
  await next.release();
  expect(await make().acquire(false)).toBe(true);
});

describe.concurrent("a lock that cannot be reached", () => {
  const broken = ["BROKEN", "broken"];
  const silent = ["SILENT", "The lock has not answered in time."];
  test.each([broken, silent])("%s: every call rejects, soon", async (binding, message) => {
    const make = mutexes(await runtime.miniflare.getDurableObjectNamespace(binding, "one"));
    const calls = [(mutex) => mutex.acquire(false), (mutex) => mutex.acquire(true), (mutex) => mutex.locked(), (mutex) => mutex.supersede("set")];
    await Promise.all(calls.map((call) => expect(call(make())).rejects.toThrow(message)));
  });

  test("leaves nothing behind: the mutex may be tried again", async () => {
    const mutex = mutexes({ idFromName: () => { throw new Error("no binding"); }, get() {} })();
    await expect(mutex.acquire(true)).rejects.toThrow("no binding");
    await expect(mutex.acquire(true)).rejects.toThrow("no binding");
    await mutex.release("stored");
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
