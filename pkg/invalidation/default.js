import { InvalidationTimes } from "./times.js";

/** The times of a strategy, for those that extend it. */
export let timesOf;

export class DefaultInvalidationStrategy {
  #times = new InvalidationTimes();

  static {
    timesOf = (strategy) => strategy.#times;
  }

  invalidate(hard, now) {
    this.#times.invalidate(Boolean(hard), now);
  }

  isInvalidated(timestamp) {
    return this.#times.of(timestamp) !== 0;
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
