const LONGEST_DELAY = 2 ** 31 - 1; // a longer one fires at once: HTML, "timer initialisation steps"
const UNANSWERED = Symbol("unanswered");

/** A promise that plain code settles, once, without a value: what was learnt stands elsewhere. */
export class Signal {
  constructor() {
    this.promise = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
}

/** Rings once, after so many milliseconds or when it is cancelled. */
export class Alarm {
  #timer;
  #ring;

  constructor(milliseconds) {
    this.promise = new Promise((resolve) => {
      this.#ring = resolve;
      this.#timer = startTimer(resolve, milliseconds);
    });
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#ring();
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

/** Settles as `promise` does, or rejects with a mark of its own when that has not happened in time. */
export function within(promise, milliseconds) {
  if (milliseconds === Infinity) return promise;
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => reject(UNANSWERED), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export function isUnanswered(error) {
  return error === UNANSWERED;
}

/** For a promise that nobody will look at any more. */
export function ignoreRejection(promise) {
  promise.catch(() => {});
}

export function race(promises) {
  return Promise.race(promises);
}

/** Every element's outcome, for elements that may be promises: `[value]`, or `{ error }` for a rejection. */
export function settleEach(elements) {
  return Promise.all(
    Array.from(elements, (element) => Promise.resolve(element).then((value) => [value], (error) => ({ error }))),
  );
}

/** One element of what `settleEach` gives: returned or thrown. */
export function unwrap(outcome) {
  if (Array.isArray(outcome)) return outcome[0];
  throw outcome.error;
}

/** Milliseconds on a clock that nobody sets back. */
export function monotonic() {
  return globalThis.performance?.now() ?? Date.now();
}

function startTimer(callback, milliseconds) {
  const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_DELAY));
  timer.unref?.();
  return timer;
}
