const LONGEST_DELAY = 2 ** 31 - 1; // a longer one fires at once: HTML, "timer initialisation steps"

let resolve;
let reject;
const keepBoth = (first, second) => {
  resolve = first;
  reject = second;
};

/** A promise with its resolve. One function serves all of them: a closure for each would cost as much as the promise. */
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

/** Settles as `promise` does, or rejects with what `late()` gives when that has not happened in so many seconds. */
export function within(promise, seconds, late) {
  if (seconds === Infinity) return promise;
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => reject(late()), seconds * 1000);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * How long promises may take. Those that are waited for from one turn of the event loop on share a timer: one for each would cost more than all the
 * rest of a read.
 */
export class TimeLimit {
  #seconds;
  #late;
  #turn;

  /** `late` makes the error of what takes longer. */
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

  /** What a promise comes to, in time. */
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

/** On Workers a timer ends with the request that made it: each has its own there. */
let sharesTimers = true;

export function useOwnTimers() {
  sharesTimers = false;
}

class Turn {
  /** What is called with an error when the time is over. */
  waiting = new Set();
  /** Whether others may still come. */
  isOpen = false;
  #timer;

  constructor(seconds, late) {
    this.#timer = startTimer(() => this.#end(late), seconds * 1000);
  }

  /** Whether one is still waited for, which it is not any more. */
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

/** For what may be a promise that nobody will look at any more: a rejection would end a Node process. Of anything else, no code is run. */
export function ignoreRejection(value) {
  try {
    if (typeof value === "object") Promise.prototype.then.call(value, undefined, () => {});
  } catch {
    // It is none.
  }
}

/** Milliseconds on a clock that nobody sets back. */
export const monotonic = () => globalThis.performance?.now() ?? Date.now();
