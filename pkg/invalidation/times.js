import { laterInvalidation, movedInvalidation } from "../wasm/dogpile.js";

/** The name under which a strategy says that it wants to be given the reading of the clock, too, when it invalidates. */
export const READING = Symbol("reading");

/** When all was invalidated last, hard and soft, in seconds since the epoch. */
export class InvalidationTimes {
  hard = -Infinity;
  soft = -Infinity;
  /** The regions that have subscriptions. */
  subscribed = new Set();

  get latest() {
    return Math.max(this.hard, this.soft);
  }

  /** One more. An earlier time than what there is changes nothing. */
  invalidate(hard, time) {
    const kind = hard ? "hard" : "soft";
    const former = this[kind];
    this[kind] = laterInvalidation(former, time);
    if (this[kind] !== former) for (const { subscriptions } of this.subscribed) subscriptions.tell(undefined, "invalidated");
  }

  /** The clock may have been set back: whether a time lay too far ahead, and was moved. */
  comeBack(now) {
    const { latest } = this;
    this.hard = movedInvalidation(this.hard, now);
    this.soft = movedInvalidation(this.soft, now);
    return this.latest < latest;
  }
}
