import { neededDraw } from "../wasm/dogpile.js";

/** The number of keys whose renewal has failed that are remembered. */
const MOST = 1000;

/** Who renews a fresh value before it expires: a draw for each request, by the rule of src/early.rs. */
export class EarlyRefresh {
  #random;
  /** The creation times of the records whose renewal has failed, by key. */
  #failed = new Map();

  constructor(beta, random) {
    this.beta = beta;
    this.#random = random;
  }

  /** Whether a call renews a record that is fresh for it. `call`: its own expiration, NaN if it has none; `now`: in seconds. */
  elects({ expiration, jitter }, key, { ct, et, extra }, call, now) {
    if (extra === undefined) return false;
    const needed = neededDraw(ct, et, call, expiration, jitter, this.beta * extra.dt, now);
    return needed < Infinity && this.wins(key, ct, needed);
  }

  /** Whether a draw, exponentially distributed, is large enough for a record. */
  wins(key, ct, needed) {
    const random = this.#random();
    if (random < needed * (1 - random)) return false; // -log(1 - x) <= x / (1 - x): most draws need no logarithm
    return -Math.log(1 - random) >= needed && this.#failed.get(key) !== ct;
  }

  /** When a creation begins: NaN if the clock throws, which the stamp of its record reports. */
  birth(clock) {
    try {
      return clock.now();
    } catch {
      return NaN;
    }
  }

  /** A record was not renewed: it is left until it expires. */
  giveUp(key, ct) {
    this.#failed.delete(key); // the latest are the last
    this.#failed.set(key, ct);
    if (this.#failed.size > MOST) this.#failed.delete(this.#failed.keys().next().value);
  }
}
