import { laterInvalidation, movedInvalidation } from "../wasm/dogpile.js";

/** Marks a strategy whose `invalidate` also gets the clock reading. */
export const READING = Symbol("reading");

/** The times of the last hard and soft invalidation, in seconds since the epoch. */
export class InvalidationTimes {
  hard = -Infinity;
  soft = -Infinity;
  /** The regions that have subscriptions. */
  subscribed = new Set();
  /** How often they were told. */
  changes = 0;

  get latest() {
    return Math.max(this.hard, this.soft);
  }

  /** Adds an invalidation. A time before the current one changes nothing. */
  invalidate(hard, time) {
    const kind = hard ? "hard" : "soft";
    const former = this[kind];
    this[kind] = laterInvalidation(former, time);
    if (this[kind] !== former) this.tellSubscribers();
  }

  tellSubscribers() {
    this.changes += 1;
    for (const { subscriptions } of this.subscribed) subscriptions.tell(undefined, "invalidated");
  }

  /** After the clock was set back: moves times that are too far in the future, and returns whether there were any. */
  comeBack(now) {
    const { latest } = this;
    this.hard = movedInvalidation(this.hard, now);
    this.soft = movedInvalidation(this.soft, now);
    return this.latest < latest;
  }
}
