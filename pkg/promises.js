/** Milliseconds. */
export const LONGEST_DELAY = 2 ** 31 - 1; // a longer one fires at once: HTML, "timer initialisation steps"

let resolve;
let reject;
const keepBoth = (first, second) => {
  resolve = first;
  reject = second;
};

/** A promise with its resolve function. All share one executor: a closure each would cost as much as the promise. */
export class Deferred {
  constructor() {
    this.promise = new Promise(keepBoth);
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** `value` as a promise when it is a thenable, else `undefined`. */
export function pending(value) {
  try {
    if ((typeof value === "object" || typeof value === "function") && typeof value?.then === "function") {
      return Promise.resolve(value);
    }
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Settles like `promise`, or rejects with `late()` after this many seconds. */
export function within(promise, seconds, late) {
  if (seconds === Infinity) return promise;
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => reject(late()), seconds * 1000);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * A time limit for promises. Promises of one turn of the event loop share a timer: a timer each would cost more than the rest of a
 * read.
 */
export class TimeLimit {
  #seconds;
  #late;
  #turn;

  /** `late` makes the error after the limit. */
  constructor(seconds, late) {
    this.#seconds = seconds;
    this.#late = late;
  }

  /** Calls `fulfilled` or `rejected`, one of them once. */
  watch(promise, fulfilled, rejected) {
    if (this.#seconds === Infinity) return void promise.then(fulfilled, rejected);
    const turn = sharesTimers ? (this.#turn ??= this.#begin()) : new Turn(this.#seconds, this.#late);
    turn.waiting.add(rejected);
    promise.then(
      (value) => turn.ends(rejected) && fulfilled(value),
      (error) => turn.ends(rejected) && rejected(error),
    );
  }

  /** Awaits a promise with the time limit. */
  within(promise) {
    return new Promise((resolve, reject) => this.watch(promise, resolve, reject));
  }

  #begin() {
    const close = () => {
      turn.close();
      this.#turn = undefined;
    };
    const turn = new Turn(this.#seconds, this.#late);
    startTimer(close, 0);
    turn.isOpen = true;
    return turn;
  }
}

/** On Workers a timer ends with its request, so each promise has its own timer. */
let sharesTimers = true;

export function useOwnTimers() {
  sharesTimers = false;
}

class Turn {
  /** The functions to call with an error after the limit. */
  waiting = new Set();
  /** Whether more promises may join. */
  isOpen = false;
  #timer;

  constructor(seconds, late) {
    this.#timer = startTimer(() => this.#end(late), seconds * 1000);
  }

  /** Removes a promise; returns whether it was still awaited. */
  ends(one) {
    const isAwaited = this.waiting.delete(one);
    if (!this.isOpen) this.#stop();
    return isAwaited;
  }

  close() {
    this.isOpen = false;
    this.#stop();
  }

  #stop() {
    if (this.waiting.size === 0) clearTimeout(this.#timer);
  }

  #end(late) {
    for (const reject of this.waiting) {
      this.waiting.delete(reject);
      reject(late());
    }
  }
}

/** A timer that does not keep a process alive. */
export function startTimer(callback, milliseconds) {
  /** @type {any} A number, but in Node. */
  const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_DELAY));
  if (typeof timer === "object") timer.unref?.();
  return timer;
}

/** Ignores the rejection of a promise that is no longer used: it would end a Node process. For other values it runs no code. */
export function ignoreRejection(value) {
  try {
    if (typeof value === "object") Promise.prototype.then.call(value, undefined, () => {});
  } catch {
    // It is none.
  }
}

/** Milliseconds on a monotonic clock. */
export const monotonic = () => globalThis.performance?.now() ?? Date.now();
