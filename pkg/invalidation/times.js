import { invalidatedBy, laterInvalidation } from "../wasm/dogpile.js";

/** When all was invalidated last, hard and soft, in seconds since the epoch. */
export class InvalidationTimes {
  hard = -Infinity;
  soft = -Infinity;

  /** One more. An earlier time than what there is changes nothing. */
  invalidate(hard, time) {
    if (hard) this.hard = laterInvalidation(this.hard, time);
    else this.soft = laterInvalidation(this.soft, time);
  }

  /** What they say of a record: 0 nothing, 1 soft, 2 hard. */
  of(created) {
    return invalidatedBy(this.hard, this.soft, created);
  }
}
