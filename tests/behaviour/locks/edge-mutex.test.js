import { describe, expect, test, vi } from "vitest";
import { CloudflareKVBackend, DogpileLock } from "dogpile";
import { checkAfterEach, makeRegion, refuses, turns, until } from "../helpers.js";

checkAfterEach();

/** KV that holds nothing, with a lock that answers as told, and what it was asked. */
function backendWith(answer, options) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push(JSON.parse(init.body));
    return answer(new Request(url, init), asked.at(-1));
  };
  const lock = { idFromName: (name) => name, get: () => ({ fetch }) };
  const kv = {
    get: async (names) => (Array.isArray(names) ? new Map() : null),
    put: async () => {},
    delete: async () => {},
    list: async () => ({ keys: [], list_complete: true }),
  };
  return { asked, backend: new CloudflareKVBackend(kv, { lock, ...options }) };
}

function overLock(options) {
  const lock = new DogpileLock();
  return backendWith((request) => lock.fetch(request), options);
}

const text = (body) => () => new Response(body);
const json = (answer) => text(JSON.stringify(answer));
const none = [
  ["null", json(null)],
  ["a string", json("granted")],
  ["a number", json(1)],
  ["no JSON", text("<html>")],
  ["nothing", text("")],
];
const noAcquire = [
  {},
  [],
  { granted: 1 },
  { granted: "true" },
  { granted: null },
  { granted: true, stored: 5 },
  { granted: true, stored: {} },
  { granted: true, stored: null },
  { granted: false, again: 1 },
];
const named = (answers) => answers.map((answer) => [JSON.stringify(answer), json(answer)]);

describe("an answer that no DogpileLock gives is an error of the backend", () => {
  test.each([...none, ...named(noAcquire)])("acquire: %s", async (_what, answer) => {
    const { asked, backend } = backendWith(answer);
    const mutex = backend.getMutex("k");
    for (const wait of [true, false])
      await refuses(() => mutex.acquire(wait), "BACKEND", 'The lock responded to "acquire" with ', "is it bound to a DogpileLock?");
    await until(() => asked.filter(({ operation }) => operation === "release").length === 2);
  });

  test.each([...none, ...named([{}, { locked: 1 }, { locked: "no" }, { waiting: 1 }])])("locked: %s", async (_what, answer) => {
    await refuses(() => backendWith(answer).backend.getMutex("k").locked(), "BACKEND", 'The lock responded to "locked" with ');
  });

  test.each(none)("release and supersede: %s", async (_what, answer) => {
    const { backend } = backendWith((request, { operation }) => (operation === "acquire" ? json({ granted: true }) : answer)());
    const mutex = backend.getMutex("k");
    await mutex.acquire();
    await refuses(() => mutex.release("text"), "BACKEND", 'The lock responded to "release" with ');
    await refuses(() => mutex.supersede("text"), "BACKEND", 'The lock responded to "supersede" with ');
  });

  test("says what it was by its kind alone", async () => {
    const { backend } = backendWith(json("s3cret-pw"));
    const error = await refuses(() => backend.getMutex("k").locked(), "BACKEND");
    expect(error.message).toBe('The lock responded to "locked" with a string of 9 characters: is it bound to a DogpileLock?');
  });

  test("whatever somebody has put on every object", async () => {
    const { backend } = backendWith(json({}));
    Object.prototype.locked = true;
    const outcome = backend
      .getMutex("k")
      .locked()
      .then(
        () => "resolved",
        ({ code }) => code,
      );
    try {
      expect(await outcome).toBe("BACKEND");
    } finally {
      delete Object.prototype.locked;
    }
  });

  test.each([...none, ...named([{}, { held: 1 }])])("renew: %s leaves no rejection unhandled, and is asked again", async (_what, answer) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
    const { asked, backend } = backendWith((request, { operation }) => (operation === "renew" ? answer : json({ granted: true }))());
    const mutex = backend.getMutex("k");
    expect(await mutex.acquire()).toBe(true);
    for (let renewals = 1; renewals <= 3; renewals += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      await turns();
      expect(asked.filter(({ operation }) => operation === "renew").length).toBe(renewals);
    }
    await mutex.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([...none, ...named(noAcquire)])("a region creates all the same, and reports it: %s", async (_what, answer) => {
    const errors = [];
    const region = makeRegion({ backend: backendWith(answer).backend, observer: { onError: ({ code }, operation) => errors.push([code, operation]) } });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors.map(([code]) => code))).toEqual(new Set(["BACKEND"]));
  });
});

describe("what a mutex sends is what a DogpileLock takes", () => {
  test.each([
    ["a week", "7d"],
    ["for ever", Infinity],
  ])("where a cacheTtl is %s, what was stored is kept for a day", async (_what, cacheTtl) => {
    const { asked, backend } = overLock({ cacheTtl });
    const [holder, next] = [backend.getMutex("k"), backend.getMutex("k")];
    await holder.acquire();
    await holder.release("text");
    expect(asked.at(-1)).toMatchObject({ stored: "text", keep: 86_400 });
    expect([await next.acquire(), await next.handover()]).toEqual([true, "text"]);
    await next.release();
  });

  test.each([
    ["bytes", new Uint8Array(2)],
    ["a number", 5],
    ["null", null],
    ["a text that is too long", "x".repeat(2 ** 20 + 1)],
  ])("%s: nothing is handed over, and the lock is free", async (_what, stored) => {
    const { backend } = overLock();
    const [holder, next] = [backend.getMutex("k"), backend.getMutex("k")];
    await holder.acquire();
    await holder.release(stored);
    await next.supersede(stored);
    expect([await next.acquire(), await next.handover()]).toEqual([true, undefined]);
    await next.release();
  });
});
