import { atOnce, refused } from "../errors.js";
import { timesOf } from "../invalidation/default.js";
import { InvalidationTimes, READING } from "../invalidation/times.js";
import { hasMethod, member, readOptions } from "../members.js";
import { pending } from "../promises.js";
import { numberOrNaN } from "../records/record.js";
import { isFarAhead } from "../wasm/dogpile.js";

const METHODS = ["invalidate", "isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"];

/** What a region's invalidations say of a record: its own times, or a strategy of the user's. */
export class Invalidations {
  times = new InvalidationTimes();
  #now;
  #strategy;

  /** `now` tells the time by the region's clock, in seconds. */
  constructor(now) {
    this.#now = now;
  }

  /** Whether nobody else's code has to be asked. */
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

  /** The latest time that a strategy says it knows; NaN where it says nothing. */
  get told() {
    return this.areOwn ? NaN : numberOrNaN(member(this.#strategy, "latest"));
  }

  /** After which everything is stamped that is to count. */
  get latest() {
    const { told } = this;
    return told === told ? told : (this.#timesHere?.latest ?? NaN);
  }

  /** The clock may have been set back: whether times that the region keeps itself were moved. */
  comeBack() {
    const times = this.#timesHere;
    return times !== undefined && times.latest > -Infinity && times.comeBack(this.#now()) && this.areOwn;
  }

  get #timesHere() {
    return this.areOwn ? this.times : timesOf(this.#strategy);
  }

  /** What a strategy says of a record, for `getOrCreate`: 0 nothing, 1 soft, 2 hard. The machine knows the region's own times. */
  verdict(created) {
    if (this.areOwn) return 0;
    const isAhead = isFarAhead(created, this.#now()); // older than every invalidation that was made
    if (isAhead ? this.#ask("wasHardInvalidated") : this.#ask("isHardInvalidated", created)) return 2;
    return (isAhead ? this.#ask("wasSoftInvalidated") : this.#ask("isSoftInvalidated", created)) ? 1 : 0;
  }

  /** The same for `get`. */
  verdictOnReading(created) {
    if (this.areOwn || isFarAhead(created, this.#now())) return this.verdict(created);
    return this.#ask("isInvalidated", created) ? 2 : 0;
  }

  /** A promise if there is news to wait for. */
  refresh(now) {
    if (!this.areTold) return undefined;
    return pending(this.#strategy.refresh(now()));
  }

  /** Whether the strategy hears of others' invalidations. */
  get areTold() {
    return hasMethod(this.#strategy, "refresh");
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
