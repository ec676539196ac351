/** When all was invalidated last, in seconds since the epoch, for the strategies that extend this one. */
export let timesOf;

export class DefaultInvalidationStrategy {
  #times = { hard: -Infinity, soft: -Infinity };

  static {
    timesOf = (strategy) => strategy.#times;
  }

  /** An earlier time than what there is changes nothing. */
  invalidate(hard, now) {
    const kind = hard ? "hard" : "soft";
    if (now > this.#times[kind]) this.#times[kind] = now;
  }

  isInvalidated(timestamp) {
    return timestamp < Math.max(this.#times.hard, this.#times.soft);
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
