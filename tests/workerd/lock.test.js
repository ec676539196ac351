// DogpileLock's protocol, as a mutex speaks it.
import { describe, expect, test } from "vitest";
import { asked, backendOf, eventually, mutexes, objectOf, runtime, startLocks } from "./locks.js";

startLocks();

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
    for (const [stored, found] of [
      ["short", "short"],
      ["x".repeat(2 ** 20 + 1), undefined],
    ]) {
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

  test.each([
    ["set", "set"],
    ["deleted", undefined],
  ])("is ignored where the key was %s meanwhile", async (_how, stored) => {
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

  test("is handed to nobody under another prefix", async () => {
    const [user, users] = [backendOf("user").getMutex("s:1"), backendOf("users").getMutex("1")];
    expect([await user.acquire(), await users.acquire()]).toEqual([true, true]);
    await user.release("of user");
    await users.release();
    expect([await users.acquire(), await users.handover()]).toEqual([true, undefined]);
    await users.release();
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

test("an object that the platform starts anew has forgotten its holder and what it would hand over", async () => {
  const make = mutexes();
  const [holder, next] = [make(), make()];
  await holder.acquire(true);
  await make().supersede("set");
  await runtime.miniflare.unsafeEvictDurableObject("one", "DogpileLock", { name: make.object });
  expect(await next.acquire(false)).toBe(true);
  expect(await next.handover()).toBeUndefined();
  await holder.release("by a holder that it does not know");
  expect(await next.locked()).toBe(true);
  await next.release();
  expect(await make().acquire(false)).toBe(true);
});

test("a malformed request is answered with status 400 and a reason, and changes nothing", async () => {
  const stub = objectOf("malformed");
  const body = (given) => ({ method: "POST", body: typeof given === "string" ? given : JSON.stringify(given) });
  const malformed = [
    { method: "GET" },
    { method: "DELETE" },
    { method: "POST" },
    body("{"),
    body("null"),
    body([]),
    body({}),
    body({ operation: "steal" }),
    body({ operation: ["acquire"] }),
    body({ operation: { toString: 1 } }),
    body({ operation: "acquire" }),
    body({ operation: "acquire", token: "" }),
    body({ operation: "acquire", token: "x".repeat(101) }),
    body({ operation: "acquire", token: "t", wait: 1 }),
    body('{"operation": "acquire", "token": "t", "wait": true, "round": 1e999}'),
    body({ operation: "supersede", stored: "x".repeat(2 ** 20 + 1), keep: 1 }),
    body({ operation: "supersede", stored: "text", keep: 1e9 }),
  ];
  for (const init of malformed) {
    const response = await stub.fetch("https://dogpile.lock/", init);
    expect([response.status, await response.text()], JSON.stringify(init).slice(0, 80)).toEqual([
      400,
      expect.stringMatching(/^(no JSON object|no operation|\w+ must be )/),
    ]);
  }
  expect(await asked("malformed")({ operation: "locked" })).toEqual({ locked: false, waiting: 0 });
  expect(await asked("malformed")({ operation: "acquire", token: "t" })).toEqual({ granted: true });
});

describe.concurrent("a lock that cannot be reached", () => {
  const broken = ["BROKEN", "broken"];
  const silent = ["SILENT", "The lock did not respond in time."];
  test.each([broken, silent])("%s: every call rejects, soon", async (binding, message) => {
    const make = mutexes(await runtime.miniflare.getDurableObjectNamespace(binding, "one"));
    const calls = [(mutex) => mutex.acquire(false), (mutex) => mutex.acquire(true), (mutex) => mutex.locked(), (mutex) => mutex.supersede("set")];
    await Promise.all(calls.map((call) => expect(call(make())).rejects.toThrow(message)));
  });

  test("leaves nothing behind: the mutex may be tried again", async () => {
    const mutex = mutexes({
      idFromName: () => {
        throw new Error("no binding");
      },
      get() {},
    })();
    await expect(mutex.acquire(true)).rejects.toThrow("no binding");
    await expect(mutex.acquire(true)).rejects.toThrow("no binding");
    await mutex.release("stored");
  });
});
