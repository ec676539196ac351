import { atOnce, refused } from "../errors.js";
import { InvalidationTimes } from "../invalidation/times.js";
import { pending } from "../promises.js";
import { readOptions } from "../members.js";

const METHODS = ["invalidate", "isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"];

/** What a region's invalidations say of a record: its own times, or a strategy of the user's. */
export class Invalidations {
  times = new InvalidationTimes();
  #strategy;

  /** Whether nobody else's code has to be asked. */
  get areOwn() {
    return this.#strategy === undefined;
  }

  adopt(strategy) {
    this.#strategy = strategy ?? this.#strategy;
  }

  /** In effect when it returns; a promise if others are told. */
  invalidate(hard, time) {
    return this.areOwn ? this.times.invalidate(hard, time) : pending(this.#strategy.invalidate(hard, time));
  }

  /** For `getOrCreate`: 0 no, 1 soft, 2 hard. */
  verdict(created) {
    if (this.areOwn) return this.times.of(created);
    if (this.#ask("isHardInvalidated", created)) return 2;
    return this.#ask("isSoftInvalidated", created) ? 1 : 0;
  }

  /** For `get`. */
  verdictOnReading(created) {
    if (this.areOwn) return this.times.of(created);
    return this.#ask("isInvalidated", created) ? 2 : 0;
  }

  /** A promise if there is news to wait for. */
  refresh(now) {
    if (!this.areTold) return undefined;
    return pending(this.#strategy.refresh(now()));
  }

  /** Whether the strategy hears of others' invalidations. */
  get areTold() {
    return typeof this.#strategy?.refresh === "function";
  }

  /** Whether somebody has invalidated all since then. */
  isOvertaken(time) {
    return time === time && !this.areOwn && Boolean(this.#ask("isInvalidated", time));
  }

  /** A promise would be true, whatever it comes to. */
  #ask(method, time) {
    return atOnce(this.#strategy[method](time), method);
  }
}

/** What `invalidate` was asked: `true`, `false`, or an object that says whether it is soft. */
export function isHard(asked) {
  if (typeof asked === "boolean") return asked;
  const { soft } = typeof asked === "object" ? readOptions(asked, ["soft"]) : {};
  if (typeof soft !== "boolean") throw refused("hard", "true or false, or { soft: true } (delete takes a key)", asked);
  return !soft;
}

export function requireStrategy(strategy) {
  if (strategy === undefined || strategy === null) return;
  const missing = METHODS.filter((method) => typeof strategy[method] !== "function");
  if (typeof (strategy.refresh ?? strategy.invalidate) !== "function") missing.push("refresh");
  if (missing.length > 0) throw refused("regionInvalidator", `an invalidation strategy (missing: ${missing.join(", ")})`, strategy);
}
