import { refused } from "../errors.js";
import { readOptions } from "../members.js";
import { FOR_REGION } from "../region/tag-strategy.js";
import { Tags } from "../region/tags.js";
import { invalidatedBy } from "../wasm/dogpile.js";
import { TagTimes } from "./tag-times.js";

const DEFAULT_MOST = 10_000;

let latestEpoch = 0;

/** For a subclass of this package: the times, and what gives another epoch and tells listeners of these tags. */
export let tagTimesOf;
export let tagsChanged;

export class TagInvalidation {
  #times;
  #epoch = (latestEpoch += 1);
  #listeners = new Set();

  static {
    tagTimesOf = (strategy) => strategy.#times;
    tagsChanged = (strategy, tags) => strategy.#changed(tags);
  }

  constructor(options) {
    const { maxTags } = readOptions(options, ["maxTags"]);
    this.#times = new TagTimes(mostTags(maxTags));
  }

  [FOR_REGION](region) {
    return new Tags(region, this);
  }

  invalidate(tags, hard, now) {
    for (const tag of tags) {
      const known = this.#times.of(tag); // that of the forgotten ones, where it is one of them
      this.#times.raise(tag, hard ? { ...known, hard: now } : { ...known, soft: now }, now);
    }
    this.#changed(tags);
  }

  verdict(tags, born, now) {
    let [hard, soft] = [-Infinity, -Infinity];
    for (const tag of tags) {
      const times = this.#times.of(tag);
      if (times.hard > hard) hard = times.hard;
      if (times.soft > soft) soft = times.soft;
    }
    return /** @type {0 | 1 | 2} */ (invalidatedBy(hard, soft, born, now));
  }

  get epoch() {
    return this.#epoch;
  }

  subscribe(listener) {
    const own = { listener };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  #changed(tags) {
    latestEpoch += 1;
    this.#epoch = latestEpoch;
    if (tags.length === 0) return;
    for (const { listener } of [...this.#listeners]) listener(tags);
  }
}

/** The limit of a map of tags. */
export function mostTags(given) {
  if (given === undefined || given === null) return DEFAULT_MOST;
  if (Number.isInteger(given) && given > 0) return given;
  throw refused("maxTags", "a whole number above 0", given);
}
