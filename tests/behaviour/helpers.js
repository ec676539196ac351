import { afterEach, beforeEach, expect, vi } from "vitest";
import { DogpileCacheError, IndexedDBBackend, MemoryBackend, createRegion } from "dogpile";

const pending = [];
const watched = [];
const unhandled = [];
const leftover = [];

/** A promise that the test settles. What a test leaves unsettled is settled after it, so that a late answer is part of every test. */
export function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  pending.push(() => it.resolve("late"));
  return it;
}

/** Lets everything that is ready run: microtasks only, so that no timer can fire meanwhile. */
export async function turns(count = 60) {
  for (let turn = 0; turn < count; turn++) await undefined;
}

/** Waits for a condition: first microtasks alone, then polling. */
export async function until(condition) {
  for (let turn = 0; turn < 100; turn++) {
    if (await condition()) return;
    await undefined;
  }
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`waited in vain for ${condition}`);
    },
    { timeout: 3000, interval: 5 },
  );
}

/** Waits for real time to have passed, for what only a timer can do. */
export function elapsed(milliseconds) {
  const end = performance.now() + milliseconds;
  return until(() => performance.now() > end);
}

/** `["resolved", value]` or `["rejected", reason]`: tells a rejection with `undefined` from a value. A trap of the wasm instance is neither. */
export async function outcome(promise) {
  try {
    return ["resolved", await promise];
  } catch (reason) {
    expect(reason, "a trap").not.toBeInstanceOf(WebAssembly.RuntimeError);
    return ["rejected", reason];
  }
}

/** Whether the promise has settled once everything that is ready has run. */
export async function isSettled(promise) {
  let settled = false;
  const mark = () => (settled = true);
  promise.then(mark, mark);
  await turns();
  return settled;
}

/** The call returns a promise, which rejects with an error of this package that has the code and quotes the texts. */
export async function refuses(call, code, ...texts) {
  let promise;
  try {
    promise = call();
  } catch (error) {
    throw new Error(`threw at once where a rejection was due: ${String(error)}`);
  }
  expect(promise).toBeInstanceOf(Promise);
  const [how, error] = await outcome(promise);
  expect(how).toBe("rejected");
  expectError(error, code, texts);
  return error;
}

/** The call throws at once an error of this package that has the code and quotes the texts. */
export function throws(call, code, ...texts) {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = { error };
  }
  expect(thrown, "it did not throw").toBeDefined();
  expectError(thrown.error, code, texts);
  return thrown.error;
}

function expectError(error, code, texts) {
  expect(error).toBeInstanceOf(Error);
  expect(error.code, String(error)).toBe(code);
  expect(error).toBeInstanceOf(DogpileCacheError);
  for (const text of texts) expect(error.message).toContain(text);
}

/** A function that counts its calls and keeps their arguments, and leaves what it returns untouched. */
export function counted(fn = () => "created") {
  const counting = (...args) => {
    counting.times++;
    counting.calls.push(args);
    return fn(...args);
  };
  return Object.assign(counting, { times: 0, calls: [] });
}

/** Seconds since the epoch that only the test moves: pass it as `clock`. */
export function virtualClock(start = 1_700_000_000) {
  const clock = () => clock.now;
  clock.now = start;
  clock.advance = (seconds) => (clock.now += seconds);
  return clock;
}

export const now = () => Date.now() / 1000;

export const record = (payload, ct, extra) => ({ payload, metadata: { ct, v: 2, ...extra } });

/** A Map behind gates. It answers by promise; a read sees the store as it was when it was sent, a write takes effect when it is let through. */
export class SlowBackend {
  store = new Map();
  /** Every operation in the order in which it was sent, as "get k". */
  sent = [];
  #plans = [];

  /** Holds the next `operation` until `release()` or `fail(reason)`; `reached` resolves when it has come. */
  hold(operation) {
    const reached = deferred();
    const open = deferred();
    const gate = { reached: reached.promise, release: open.resolve, fail: open.reject, arrived: false };
    this.#plans.push({
      operation,
      pass: () => {
        gate.arrived = true;
        reached.resolve();
        return open.promise;
      },
    });
    return gate;
  }

  rejectNext(operation, reason) {
    this.#plans.push({ operation, pass: () => Promise.reject(reason) });
  }

  throwNext(operation, reason) {
    this.#plans.push({ operation, throws: { reason } });
  }

  count(operation) {
    return this.sent.filter((entry) => entry === operation || entry.startsWith(`${operation} `)).length;
  }

  payload(key) {
    return this.store.get(key)?.payload;
  }

  get(key) {
    const seen = this.store.get(key);
    return this.run("get", key, () => seen);
  }

  set(key, value) {
    return this.run("set", key, () => void this.store.set(key, value));
  }

  delete(key) {
    return this.run("delete", key, () => void this.store.delete(key));
  }

  run(operation, keys, act) {
    this.sent.push(`${operation} ${keys}`);
    const found = this.#plans.findIndex((plan) => plan.operation === operation);
    const plan = found < 0 ? undefined : this.#plans.splice(found, 1)[0];
    if (plan?.throws) throw plan.throws.reason;
    if (!plan) return Promise.resolve(act());
    return plan.pass().then(act);
  }
}

/** The same with the operations for many keys. */
export class SlowMultiBackend extends SlowBackend {
  getMulti(keys) {
    const seen = keys.map((key) => this.store.get(key));
    return this.run("getMulti", keys, () => seen);
  }

  setMulti(values) {
    return this.run("setMulti", [...values.keys()], () => values.forEach((value, key) => this.store.set(key, value)));
  }

  deleteMulti(keys) {
    return this.run("deleteMulti", keys, () => keys.forEach((key) => this.store.delete(key)));
  }
}

/** The least that a backend can be: an object of the user's that answers at once. */
export function plainBackend() {
  const store = new Map();
  const sent = [];
  const run = (operation, key, act) => {
    sent.push(`${operation} ${key}`);
    return act();
  };
  return {
    store,
    sent,
    count: (operation) => sent.filter((entry) => entry.startsWith(`${operation} `)).length,
    payload: (key) => store.get(key)?.payload,
    get: (key) => run("get", key, () => store.get(key)),
    set: (key, value) => run("set", key, () => void store.set(key, value)),
    delete: (key) => run("delete", key, () => void store.delete(key)),
  };
}

let databases = 0;
const emptied = [];

const newDatabase = () => new IndexedDBBackend({ databaseName: `behaviour ${++databases}` });

/** A database of its own, which is gone after the test. */
function freshDatabase() {
  const backend = newDatabase();
  const name = `behaviour ${databases}`;
  leftover.push(() => backend.close().then(() => deleteDatabase(name)));
  return backend;
}

/** For many short tests that leave nothing under way: to make a database would take longer than to use it. */
export function emptiedDatabase() {
  const backend = emptied.pop() ?? newDatabase();
  leftover.push(() => backend.clear().then(() => emptied.push(backend)));
  return backend;
}

const deleteDatabase = (name) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });

/** Those that answer without a disk, and so within any lockTimeout that a test can wait for: `[name, () => backend, brief lockTimeout]`. */
export const promptBackends = [
  ["MemoryBackend", () => new MemoryBackend(), "40ms"],
  ["MemoryBackend in the user's Map", () => new MemoryBackend({ cache: new Map() }), "40ms"],
  ["an object that answers at once", plainBackend, "40ms"],
  ["an object that answers by promise", () => new SlowBackend(), "40ms"],
  ["an object with multi operations by promise", () => new SlowMultiBackend(), "40ms"],
];

/** What every backend must do the same way, for `describe.each`. */
export const backends = [...promptBackends, ...("indexedDB" in globalThis ? [["IndexedDBBackend", freshDatabase, "1s"]] : [])];

/** A region that is looked over when the test has ended: nothing may be left behind under `keys`. */
export function makeRegion(options = {}, keys = ["k"]) {
  const region = createRegion({ backend: new MemoryBackend(), ...options });
  watched.push({ region, keys });
  return region;
}

/** A region over a SlowBackend. */
export function slowRegion(options = {}, keys = ["k"]) {
  const backend = new SlowBackend();
  return { backend, region: makeRegion({ backend, ...options }, keys) };
}

async function expectNothingLeft({ region, keys }) {
  for (const key of keys) {
    const name = JSON.stringify(key.slice(0, 40));
    await until(async () => !(await region.keyIsLocked(key)));
    const creator = counted(() => "afterwards");
    expect(await region.getOrCreate(key, creator, { forceRefresh: true }), `${name} after the test`).toBe("afterwards");
    expect(creator.times, `creations of ${name} after the test`).toBe(1);
    expect(await region.keyIsLocked(key), `${name} is locked`).toBe(false);
  }
}

const onUnhandled = (event) => unhandled.push(event && typeof event === "object" && "promise" in event ? event.reason : event);
const task = () => new Promise((resolve) => setTimeout(resolve, 0));

/** After each test of the file that calls this: no rejection went unhandled, no key is locked, a new creation behaves. */
export function checkAfterEach() {
  const silence = () => vi.spyOn(console, "warn").mockImplementation(() => {});
  beforeEach(() => {
    silence();
    globalThis.process?.on?.("unhandledRejection", onUnhandled);
    globalThis.addEventListener?.("unhandledrejection", onUnhandled);
  });
  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    silence();
    try {
      while (pending.length > 0) {
        pending.splice(0).forEach((settle) => settle());
        await turns();
      }
      for (const entry of watched.splice(0)) await expectNothingLeft(entry);
      await Promise.all(leftover.splice(0).map((remove) => remove()));
      await task();
      await task();
      expect(unhandled.splice(0), "unhandled rejections").toEqual([]);
    } finally {
      vi.restoreAllMocks();
      watched.length = pending.length = unhandled.length = 0;
      globalThis.process?.off?.("unhandledRejection", onUnhandled);
      globalThis.removeEventListener?.("unhandledrejection", onUnhandled);
    }
  });
}
