import { refused } from "../errors.js";
import { readClock } from "../wasm/dogpile.js";

/** A region's clock, in seconds: the user's own, or the realm's. */
export class Clock {
  #own;

  constructor(own) {
    this.#own = own;
  }

  /** Whether it is the user's. */
  get isOwn() {
    return this.#own !== undefined;
  }

  /** The time; throws what the user's clock throws. */
  now = () => (this.#own === undefined ? readClock(Date.now()) : this.#ask());

  /** What the user's clock says, NaN where the realm's is asked later. */
  read() {
    return this.#own === undefined ? NaN : this.#ask();
  }

  /** The same where nobody would hear of its errors: then time stands at the beginning. */
  readOrBegin() {
    try {
      return this.read();
    } catch {
      return -Infinity;
    }
  }

  #ask() {
    const now = this.#own();
    if (!Number.isFinite(now)) throw refused("the result of clock", "a finite number of seconds", now);
    return now;
  }
}
