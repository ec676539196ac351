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

/** A timer that does not keep a process alive. */
export function startTimer(callback, milliseconds) {
  const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_DELAY));
  timer.unref?.();
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
