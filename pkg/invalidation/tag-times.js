import { isFarAhead } from "../wasm/dogpile.js";

const NEVER = Object.freeze({ hard: -Infinity, soft: -Infinity });
const KINDS = ["hard", "soft"];

/** The times of the latest hard and soft invalidation of tags, of a limited number of tags. */
export class TagTimes {
  #byTag = new Map();
  #most;
  /** The times of a tag that is not kept: the latest of those that were forgotten. It may end too much, never too little. */
  #others = NEVER;

  constructor(most) {
    this.#most = most;
  }

  get size() {
    return this.#byTag.size;
  }

  has(tag) {
    return this.#byTag.has(tag);
  }

  of(tag) {
    return this.#byTag.get(tag) ?? this.#others;
  }

  /** Adds times; an earlier one changes nothing. Returns whether there was a later one. */
  raise(tag, times, now) {
    const former = this.#byTag.get(tag) ?? { ...NEVER, far: NEVER };
    const next = { hard: former.hard, soft: former.soft, far: former.far };
    for (const kind of KINDS) {
      const time = counted(times[kind] ?? -Infinity, kind, next, now);
      if (time > next[kind]) next[kind] = time;
    }
    this.#byTag.delete(tag); // which makes it the newest
    this.#byTag.set(tag, next);
    if (this.#byTag.size > this.#most) this.#forgetOlderHalf();
    return next.hard > former.hard || next.soft > former.soft;
  }

  #forgetOlderHalf() {
    const { hard, soft } = this.#others;
    const others = { hard, soft };
    for (const tag of [...this.#byTag.keys()].slice(0, Math.ceil(this.#byTag.size / 2))) {
      for (const kind of KINDS) others[kind] = Math.max(others[kind], this.#byTag.get(tag)[kind]);
      this.#byTag.delete(tag);
    }
    this.#others = others;
  }
}

/**
 * A time too far in the future comes from a wrong clock, and counts as the moment at which it was first seen: otherwise its tag's values would be missing
 * until the clock reaches it.
 */
function counted(time, kind, entry, now) {
  if (!isFarAhead(time, now)) return time;
  if (entry.far[kind] === time) return -Infinity;
  entry.far = { ...entry.far, [kind]: time };
  return now;
}
