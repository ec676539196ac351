import { atOnce, refused } from "../errors.js";
import { timesOf } from "../invalidation/default.js";
import { InvalidationTimes, READING } from "../invalidation/times.js";
import { hasMethod, member, readOptions } from "../members.js";
import { pending } from "../promises.js";
import { numberOrNaN } from "../records/record.js";
import { isFarAhead } from "../wasm/dogpile.js";

const METHODS = ["invalidate", "isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"];

/** A region's invalidations: its own times or a user's strategy. */
export class Invalidations {
  times = new InvalidationTimes();
  #now;
  #strategy;

  /** `now` returns the time of the region's clock in seconds. */
  constructor(now) {
    this.#now = now;
  }

  /** Whether no user code has to be called. */
  get areOwn() {
    return this.#strategy === undefined;
  }

  adopt(strategy) {
    this.#strategy = strategy ?? this.#strategy;
  }

  /** The times that tell of every change; `undefined` where a strategy of the user's keeps its own. */
  get known() {
    return this.#timesHere;
  }

  /** In effect when it returns; a promise if others are told. */
  invalidate(hard, time, reading) {
    if (this.areOwn) return this.times.invalidate(hard, time);
    return pending(READING in this.#strategy ? this.#strategy.invalidate(hard, time, reading) : this.#strategy.invalidate(hard, time));
  }

  /** The strategy's `latest` time; NaN if it has none. */
  get told() {
    return this.areOwn ? NaN : numberOrNaN(member(this.#strategy, "latest"));
  }

  /** The time that new creation times must follow. */
  get latest() {
    const { told } = this;
    return told === told ? told : (this.#timesHere?.latest ?? NaN);
  }

  /** After the clock was set back: whether the region's own times were moved. */
  comeBack() {
    const times = this.#timesHere;
    return times !== undefined && times.latest > -Infinity && times.comeBack(this.#now()) && this.areOwn;
  }

  get #timesHere() {
    return this.areOwn ? this.times : timesOf(this.#strategy);
  }

  /** A strategy's answer for a record, for `getOrCreate`: 0 valid, 1 soft, 2 hard. The machine knows the region's own times. */
  verdict(created) {
    if (this.areOwn) return 0;
    const isAhead = isFarAhead(created, this.#now()); // counts as older than every invalidation
    if (isAhead ? this.#ask("wasHardInvalidated") : this.#ask("isHardInvalidated", created)) return 2;
    return (isAhead ? this.#ask("wasSoftInvalidated") : this.#ask("isSoftInvalidated", created)) ? 1 : 0;
  }

  /** The same for `get`. */
  verdictOnReading(created) {
    if (this.areOwn || isFarAhead(created, this.#now())) return this.verdict(created);
    return this.#ask("isInvalidated", created) ? 2 : 0;
  }

  /** Refreshes the strategy; returns a promise if it does. */
  refresh(now) {
    if (!this.areTold) return undefined;
    return pending(this.#strategy.refresh(now()));
  }

  /** Whether the strategy receives invalidations of others. */
  get areTold() {
    return hasMethod(this.#strategy, "refresh");
  }

  /** Whether there was an invalidation since then. */
  isOvertaken(time) {
    return time === time && !this.areOwn && Boolean(this.#ask("isInvalidated", time));
  }

  /** Calls a method of the strategy. A promise is refused, because it would count as true. */
  #ask(method, time) {
    return atOnce(this.#strategy[method](time), method);
  }
}

/** Reads the argument of `invalidate`: `true`, `false` or `{ soft }`. */
export function isHard(asked) {
  if (typeof asked === "boolean") return asked;
  const { soft } = typeof asked === "object" ? readOptions(asked, ["soft"]) : { soft: undefined };
  if (typeof soft !== "boolean") throw refused("hard", "true, false or { soft: true } (delete takes a key)", asked);
  return !soft;
}

export function requireStrategy(strategy) {
  if (strategy === undefined || strategy === null) return;
  const missing = METHODS.filter((method) => !hasMethod(strategy, method));
  if (typeof (member(strategy, "refresh") ?? member(strategy, "invalidate")) !== "function") missing.push("refresh");
  if (missing.length > 0) throw refused("regionInvalidator", `an invalidation strategy (missing: ${missing.join(", ")})`, strategy);
}
