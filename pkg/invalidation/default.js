import { InvalidationTimes } from "./times.js";

/** The times of a strategy; `undefined` for a user's strategy that does not extend this one. */
export let timesOf;

export class DefaultInvalidationStrategy {
  #times = new InvalidationTimes();

  static {
    timesOf = (strategy) => (#times in strategy ? strategy.#times : undefined);
  }

  invalidate(hard, now) {
    this.#times.invalidate(Boolean(hard), now);
  }

  isInvalidated(timestamp) {
    return timestamp < this.#times.latest;
  }

  isHardInvalidated(timestamp) {
    return timestamp < this.#times.hard;
  }

  isSoftInvalidated(timestamp) {
    return timestamp < this.#times.soft;
  }

  wasHardInvalidated() {
    return this.#times.hard !== -Infinity;
  }

  wasSoftInvalidated() {
    return this.#times.soft !== -Infinity;
  }
}
