import { refused } from "../errors.js";
import { pending } from "../promises.js";

const OWN = 3; // the core's word for "as the region's own times say"
const METHODS = ["invalidate", "isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"];

/** What a region's invalidations say of a record: the core's own times, or a strategy of the user's. */
export class Invalidations {
  #core;
  #strategy;

  constructor(core) {
    this.#core = core;
  }

  /** Whether nobody else's code has to be asked. */
  get areOwn() {
    return this.#strategy === undefined;
  }

  adopt(strategy) {
    this.#strategy = strategy ?? this.#strategy;
  }

  /** In effect when it returns; a promise if others are told. */
  invalidate(hard, time) {
    return this.areOwn ? this.#core.invalidate(hard, time) : pending(this.#strategy.invalidate(hard, time));
  }

  /** For `getOrCreate`: 0 no, 1 soft, 2 hard. */
  verdict(created) {
    if (this.areOwn) return OWN;
    if (this.#strategy.isHardInvalidated(created)) return 2;
    return this.#strategy.isSoftInvalidated(created) ? 1 : 0;
  }

  /** For `get`. */
  verdictOnReading(created) {
    if (this.areOwn) return OWN;
    return this.#strategy.isInvalidated(created) ? 2 : 0;
  }

  /** A promise if there is news to wait for. */
  refresh(now) {
    if (typeof this.#strategy?.refresh !== "function") return undefined;
    return pending(this.#strategy.refresh(now()));
  }

  /** Notes when a creator is called, unless that time counts as invalidated already. */
  begin(flight, time) {
    if (!this.areOwn && !this.#strategy.isInvalidated(time)) flight.startedAt = time;
  }

  /** Whether somebody else has invalidated all since a flight's creator was called. */
  overtake(flight) {
    return flight.startedAt !== undefined && flight.isCreation && Boolean(this.#strategy.isInvalidated(flight.startedAt));
  }
}

export function requireStrategy(strategy) {
  if (strategy === undefined || strategy === null) return;
  const missing = METHODS.filter((method) => typeof strategy[method] !== "function");
  if (typeof (strategy.refresh ?? strategy.invalidate) !== "function") missing.push("refresh");
  if (missing.length > 0) throw refused("regionInvalidator", `an invalidation strategy (missing: ${missing.join(", ")})`, strategy);
}
