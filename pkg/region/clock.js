import { refused } from "../errors.js";
import { readClock } from "../wasm/dogpile.js";

/** A region's clock in seconds: the user's or the realm's. */
export class Clock {
  #own;

  constructor(own) {
    this.#own = own;
  }

  /** Whether it is the user's clock. */
  get isOwn() {
    return this.#own !== undefined;
  }

  /** The current time. Throws what the user's clock throws. */
  now = () => (this.#own === undefined ? readClock(Date.now()) : this.#ask());

  /** The time of the user's clock; NaN if the realm's is read later. */
  read() {
    return this.#own === undefined ? NaN : this.#ask();
  }

  /** The current time, or the beginning of time if the user's clock throws. */
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
