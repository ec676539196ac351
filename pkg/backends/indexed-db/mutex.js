import { startTimer } from "../../promises.js";

/** Seconds that a lock is held at most: the load may take longer, but waiters do not. */
const LEASE = 30;
/** Milliseconds between two checks of a queue, and their maximum number. */
const LOOK = 2000;
const LOOKS = 15;
/** Milliseconds between the two checks of a caller that does not wait. */
const GLANCE = 50;
/** WebKit's limit of characters in a name is 1024. */
const LONGEST = 900;
/** A surrogate that was cut off: browsers report such a name differently when queried, so that a live holder would be missed. */
const HALF = /[\ud800-\udbff]$/;

/**
 * A lock across the tabs and workers of an origin, by the Web Locks API.
 *
 * A browser may fail to wake the waiters behind a page in the back/forward cache. So a queue without a
 * holder is taken over by stealing, which wakes it; a lock that is held is never stolen.
 */
export class TabMutex {
  #name;
  /** Releases the lock; `undefined` if it is not held. */
  #end;
  #ended;

  constructor(name) {
    this.#name = name.length > LONGEST ? `${name.slice(0, LONGEST).replace(HALF, "")} ${name.length} ${hash(name)}` : name;
  }

  /**
   * @param {boolean} [wait]
   * @param {{ signal?: AbortSignal }} [options]
   */
  async acquire(wait = true, { signal } = {}) {
    if (signal?.aborted) return false;
    try {
      if (wait) return await this.#wait(signal);
      return (await this.#request({ ifAvailable: true })) || (await this.#takeOrphaned());
    } catch {
      return false; // if storage is blocked, locks are too
    }
  }

  release() {
    this.#end?.();
    if (this.#ended !== undefined) noteRelease(this.#name, this.#ended);
    return this.#ended;
  }

  /** A lock that this realm has released counts as free, although the browser may need a moment. */
  async locked() {
    await releases.get(this.#name);
    return isHeld(this.#name);
  }

  /** Waits for the lock, at most as long as a lock may be held, and no longer than `signal` and this page allow. */
  async #wait(signal) {
    const waiting = new AbortController();
    const stop = () => waiting.abort();
    signal?.addEventListener("abort", stop);
    whenPageGoes(stop);
    const ways = [this.#request({ signal: waiting.signal }), this.#watch(waiting.signal)].map((way) => way.catch(() => false));
    await Promise.race(ways);
    stop();
    const won = (await Promise.all(ways)).includes(true);
    signal?.removeEventListener("abort", stop);
    leavers.delete(stop);
    if (won && signal?.aborted) this.release();
    return won && !signal?.aborted;
  }

  /** Checks the queue periodically; if it has no holder twice in a row, it is orphaned. */
  async #watch(signal) {
    let seenWithout = 0;
    for (let look = 0; look < LOOKS && (await passed(LOOK, signal)); look++) {
      seenWithout = (await isHeld(this.#name)) ? 0 : seenWithout + 1;
      if (seenWithout > 1 && !signal.aborted && (await this.#steal())) return true;
    }
    return false;
  }

  async #takeOrphaned() {
    if (await isHeld(this.#name)) return false;
    await passed(GLANCE);
    return !(await isHeld(this.#name)) && this.#steal();
  }

  /** One at a time, so that none steals from the previous thief. */
  #steal() {
    return navigator.locks.request(`${this.#name} orphaned`, { ifAvailable: true }, async (guard) => {
      if (guard === null || this.#end !== undefined || (await isHeld(this.#name))) return false;
      return this.#request({ steal: true });
    });
  }

  /** Resolves with whether the lock is acquired. */
  #request(options) {
    return new Promise((resolve, reject) => {
      const ended = navigator.locks.request(this.#name, options, (lock) => {
        if (lock === null || this.#end !== undefined) return resolve(false);
        this.#ended = settled;
        resolve(true);
        return this.#hold();
      });
      const settled = ended.then(() => {}, reject);
    });
  }

  /**
   * Holds the lock until it is released, the lease ends, or the page is hidden: a page in the back/forward cache would hold it forever.
   *
   * @returns {Promise<void>}
   */
  #hold() {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(lease);
        leavers.delete(end);
        if (this.#end === end) this.#end = undefined;
        resolve();
      };
      const lease = startTimer(end, LEASE * 1000);
      whenPageGoes(end);
      this.#end = end;
    });
  }
}

/** Called when the page is hidden. A listener per lock would cost a page with thousands of locks seconds: each is compared with all others. */
const leavers = new Set();
let isListening = false;

function whenPageGoes(leave) {
  leavers.add(leave);
  if (isListening) return;
  isListening = true;
  globalThis.addEventListener?.("pagehide", () => {
    for (const leave of leavers) leave();
  });
}

/** The releases that the browser has not confirmed, by the lock's name. */
const releases = new Map();

function noteRelease(name, ended) {
  releases.set(name, ended);
  const forget = () => releases.get(name) === ended && releases.delete(name);
  ended.then(forget, forget);
}

/**
 * The latest query of the lock manager, and the one that has not started yet.
 *
 * @type {Promise<unknown>}
 */
let last = Promise.resolve();
let next;

async function namesHeld() {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name));
}

/**
 * Queries the lock manager once for many names: thousands of queries over thousands of locks would block the page. A running query does not show
 * later changes, so a live holder could be missed.
 */
async function isHeld(name) {
  const look = () => {
    next = undefined;
    return namesHeld();
  };
  next ??= last = last.then(look, look);
  return (await next).has(name);
}

/** Resolves with true after this time, with false when the signal aborts. */
function passed(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const timer = startTimer(() => end(true), milliseconds);
    const abort = () => end(false);
    const end = (answer) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      resolve(answer);
    };
    signal?.addEventListener("abort", abort);
  });
}

/** Two keys with the same hash share a lock: one waits for the other needlessly, but values are not affected. */
function hash(text) {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return `${a} ${b}`;
}
