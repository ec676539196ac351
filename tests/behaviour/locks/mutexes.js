import { vi } from "vitest";
import { SlowBackend, deferred, makeRegion } from "../helpers.js";

/** Locks that reach beyond a region, in memory: every region over the backend that has them shares them. */
export class Mutexes {
  /** What was asked and done, in order: "try k", "acquire k", "got k", "release k". The backend's `sent` may be this very list. */
  log;
  /** What each lock was released with: `[key, stored]`. */
  released = [];
  /** What was told to `supersede`: `[key, stored]`. */
  superseded = [];
  #holders = new Map();
  #queues = new Map();
  #left = new Map();
  #plans = [];
  #options;

  /** `answers`: "at once" where it can be, or "by promise". `handover`: whether they keep what the last holder left. */
  constructor({ answers = "by promise", handover = false, log = [] } = {}) {
    this.#options = { answers, handover };
    this.log = log;
  }

  count(entry) {
    return this.log.filter((each) => each === entry).length;
  }

  isHeld(key) {
    return this.#holders.has(key);
  }

  isWaitedFor(key) {
    return (this.#queues.get(key)?.length ?? 0) > 0;
  }

  /** Takes a free lock as somebody else would; returns the way to give it back. */
  hold(key) {
    const other = {};
    this.#holders.set(key, other);
    return (stored) => {
      this.#left.set(key, stored);
      this.#free(key, other);
    };
  }

  /** What the next `acquire`, `release` or `locked` does instead: it gets what it would have done. */
  next(operation, act) {
    this.#plans.push({ operation, act });
  }

  /** Keeps the answer to the next `acquire` back until `release()`. */
  late(operation = "acquire") {
    const reached = deferred();
    const open = deferred();
    this.next(operation, (go) => {
      reached.resolve();
      return open.promise.then(go);
    });
    return { reached: reached.promise, release: open.resolve };
  }

  mutex(key) {
    const mutex = {
      acquire: (wait = true, { signal } = {}) => this.#run("acquire", () => this.#acquire(key, mutex, wait, signal), wait ? `acquire ${key}` : `try ${key}`),
      release: (stored) => this.#run("release", () => this.#release(key, mutex, stored)),
      locked: () => this.#run("locked", () => this.#answer(this.#holders.has(key))),
    };
    if (!this.#options.handover) return mutex;
    const handover = () => this.#answer(this.#left.get(key));
    const supersede = (stored) => this.#run("supersede", () => this.#supersede(key, stored));
    return Object.assign(mutex, { handover, supersede });
  }

  #run(operation, act, entry) {
    if (entry !== undefined) this.log.push(entry);
    const found = this.#plans.findIndex((plan) => plan.operation === operation);
    return found < 0 ? act() : this.#plans.splice(found, 1)[0].act(act);
  }

  #answer(value) {
    return this.#options.answers === "at once" ? value : Promise.resolve(value);
  }

  #acquire(key, mutex, wait, signal) {
    if (!this.#holders.has(key)) return this.#answer(this.#grant(key, mutex));
    if (!wait) return this.#answer(false);
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(key) ?? [];
      const waiter = () => resolve(this.#grant(key, mutex));
      this.#queues.set(key, queue);
      queue.push(waiter);
      signal?.addEventListener("abort", () => {
        const index = queue.indexOf(waiter);
        if (index >= 0) queue.splice(index, 1);
        reject(signal.reason);
      });
    });
  }

  #grant(key, mutex) {
    this.#holders.set(key, mutex);
    this.log.push(`got ${key}`);
    return true;
  }

  #release(key, mutex, stored) {
    if (this.#holders.get(key) !== mutex) return this.#answer(undefined);
    this.log.push(`release ${key}`);
    this.released.push([key, stored]);
    if (stored !== undefined) this.#left.set(key, stored);
    this.#free(key, mutex);
    return this.#answer(undefined);
  }

  #free(key, holder) {
    if (this.#holders.get(key) !== holder) return;
    this.#holders.delete(key);
    this.#queues.get(key)?.shift()?.();
  }

  #supersede(key, stored) {
    this.superseded.push([key, stored]);
    this.#left.set(key, stored);
    return this.#answer(undefined);
  }
}

/** A backend that has these locks. */
export const locked = (backend, mutexes) => Object.assign(backend, { getMutex: (key) => mutexes.mutex(key) });

/** A region over a backend with locks; `log` is what both were asked, in order. */
export function lockedRegion(options, mutexOptions, backend = new SlowBackend(), keys = ["k"]) {
  const mutexes = new Mutexes({ log: backend.sent, ...mutexOptions });
  const onError = vi.fn();
  const region = makeRegion({ backend: locked(backend, mutexes), observer: { onError }, ...options }, keys);
  return { backend, log: backend.sent, mutexes, onError, region };
}
