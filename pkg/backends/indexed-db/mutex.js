import { startTimer } from "../../promises.js";

/** Seconds that a lock is held at most: the work may go on longer, but those who wait do not. */
const LEASE = 30;
/** Milliseconds between two looks at a queue, and how many there are at most. */
const LOOK = 2000;
const LOOKS = 15;
/** Milliseconds between the two looks of one who does not wait. */
const GLANCE = 50;
/** WebKit takes names of 1024 characters. */
const LONGEST = 900;
/** The half of a character that was cut: browsers name such a lock otherwise where they tell who holds it, and a live holder would be missed. */
const HALF = /[\ud800-\udbff]$/;

/**
 * A lock across the tabs and workers of an origin, by the Web Locks API.
 *
 * A browser may lose the wake-up of those who wait behind a page that it keeps for the back button. So a queue without a
 * holder is taken over, by stealing, which wakes it; a lock that somebody holds is never stolen.
 */
export class TabMutex {
  #name;
  /** Ends the holding; `undefined` when this lock is not held. */
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
      return false; // where storage is blocked, there are no locks either
    }
  }

  release() {
    this.#end?.();
    if (this.#ended !== undefined) noteRelease(this.#name, this.#ended);
    return this.#ended;
  }

  /** What this realm has released is not held, though the browser may need a moment to let it go. */
  async locked() {
    await releases.get(this.#name);
    return isHeld(this.#name);
  }

  /** Until the lock is there, or `signal` says stop, or this page goes, or it has taken as long as a lock may be held. */
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

  /** Looks at the queue from time to time; twice without a holder, it is an orphaned one. */
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

  /** One at a time, so that none steals from another that has just stolen. */
  #steal() {
    return navigator.locks.request(`${this.#name} orphaned`, { ifAvailable: true }, async (guard) => {
      if (guard === null || this.#end !== undefined || (await isHeld(this.#name))) return false;
      return this.#request({ steal: true });
    });
  }

  /** True when the lock is held, false when it is not available. */
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
   * Until it is released, the lease is over, or the page goes: one that is kept for the back button would hold it for ever.
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

/** What is called when the page goes. A listener for each would cost a page with thousands of locks seconds: each is compared with all others. */
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

/** The releases that the browser has not answered yet, by the lock's name. */
const releases = new Map();

function noteRelease(name, ended) {
  releases.set(name, ended);
  const forget = () => releases.get(name) === ended && releases.delete(name);
  ended.then(forget, forget);
}

/**
 * The look that was taken last, or will be, and the one that has not begun yet.
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
 * Many look together, each for one name: thousands that went through thousands would hold up the page. A look that has begun tells nothing of
 * what came after that, so that a live holder would be missed.
 */
async function isHeld(name) {
  const look = () => {
    next = undefined;
    return namesHeld();
  };
  next ??= last = last.then(look, look);
  return (await next).has(name);
}

/** True when so long has passed, false at once when the signal aborts. */
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

/** Two keys that come out the same share a lock, so that one waits for the other in vain: a matter of time, not of values. */
function hash(text) {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return `${a} ${b}`;
}
