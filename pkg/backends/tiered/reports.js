import { describeError } from "../../errors.js";
import { ignoreRejection } from "../../promises.js";

/** Tells the user what callers were spared; by default the first of each kind on the console. */
export class Reports {
  #onError;
  #told = new Set();

  constructor(onError) {
    this.#onError = onError;
  }

  tell(error, where) {
    try {
      if (this.#onError !== undefined) ignoreRejection(this.#onError(error, where));
      else if (!this.#told.has(where)) this.#warn(error, where);
    } catch {} // it must not reach callers
  }

  #warn(error, where) {
    this.#told.add(where);
    const what = where === "bus" ? "the bus" : `the ${where} tier`;
    globalThis.console?.warn(`dogpile: ${what} of a TieredBackend has failed: ${describeError(error)}`);
  }
}
