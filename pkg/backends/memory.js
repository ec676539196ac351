import { makeError, refused } from "../errors.js";
import { given } from "../region/options.js";

/** The Map behind a MemoryBackend, when a record in it may be handed out as it is; else `undefined`. */
export let recordsOf;

export class MemoryBackend {
  #records;
  #maxEntries;
  #clone;

  static {
    recordsOf = (backend) => (#records in backend && !backend.#clone ? backend.#records : undefined);
  }

  constructor(options) {
    const { maxEntries = Infinity, cache = new Map(), clone = false, ...unknown } = given(options);
    const [name] = Object.keys(unknown);
    if (name !== undefined) throw makeError("VALIDATION", `unknown option ${name}; the known ones are maxEntries, cache, clone`);
    if (maxEntries !== Infinity && !(Number.isInteger(maxEntries) && maxEntries > 0)) {
      throw refused("maxEntries", "a whole number above 0", maxEntries);
    }
    if (typeof cache?.get !== "function" || typeof cache.set !== "function" || typeof cache.size !== "number") {
      throw refused("cache", "a Map", cache);
    }
    if (typeof clone !== "boolean") throw refused("clone", "true or false", clone);
    this.#records = cache;
    this.#maxEntries = maxEntries;
    this.#clone = clone;
  }

  get size() {
    return this.#records.size;
  }

  get(key) {
    const record = this.#records.get(key);
    return this.#clone ? structuredClone(record) : record;
  }

  set(key, value) {
    this.#records.set(key, this.#clone ? structuredClone(value) : value);
    if (this.#records.size > this.#maxEntries) this.#evict();
  }

  delete(key) {
    this.#records.delete(key);
  }

  clear() {
    this.#records.clear();
  }

  *entries() {
    for (const [key, value] of this.#records) yield [key, this.#clone ? structuredClone(value) : value];
  }

  /** A Map iterates in the order of insertion: the first keys are the oldest. */
  #evict() {
    for (const key of this.#records.keys()) {
      if (this.#records.size <= this.#maxEntries) return;
      this.#records.delete(key);
    }
  }
}
