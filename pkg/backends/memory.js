import { refused } from "../errors.js";
import { hasMethod, member, readOptions } from "../members.js";
import { NO_RECORD, readRecord } from "../records/record.js";
import { Entries } from "./entries.js";

/** Where to `find` what a MemoryBackend holds, when a record in it may be handed out as it is; else `undefined`. */
export let recordsOf;

/** Keeps what lies under these keys, beside `maxEntries`; any other backend knows by itself what it keeps. */
export let pin;

/** For each backend that keeps its records in a MemoryBackend at times: what is called with the keys. */
export const pinners = new WeakMap();

export const MEMORY_OPTIONS = ["maxEntries", "cache", "clone"];

/** In a Map of the user's may lie what is no record of ours, and the Map itself may throw: that is for the full way to say. */
function foundIn(map, key) {
  try {
    const record = map.get(key);
    return record === undefined ? undefined : (readRecord(record) ?? NO_RECORD);
  } catch {
    return NO_RECORD;
  }
}

export class MemoryBackend {
  #records;
  #maxEntries;
  #clone;
  #oldest;
  /** Keys in a user's Map that stay. */
  #pinned = new Set();

  static {
    recordsOf = (backend) => {
      if (!(#records in backend) || backend.#clone) return undefined;
      const records = backend.#records;
      return records instanceof Entries ? records : { find: (key) => foundIn(records, key) };
    };
    pin = (backend, keys) => {
      pinners.get(backend)?.(keys);
      if (!(#records in backend)) return;
      if (backend.#records instanceof Entries) backend.#records.pin(keys);
      else for (const key of keys) backend.#pinned.add(key);
    };
  }

  constructor(options) {
    const { maxEntries = Infinity, cache, clone = false } = readOptions(options, MEMORY_OPTIONS);
    if (maxEntries !== Infinity && !(Number.isInteger(maxEntries) && maxEntries > 0)) {
      throw refused("maxEntries", "a whole number above 0", maxEntries);
    }
    if (cache !== undefined && !(hasMethod(cache, "get") && hasMethod(cache, "set") && typeof member(cache, "size") === "number")) {
      throw refused("cache", "a Map", cache);
    }
    if (typeof clone !== "boolean") throw refused("clone", "true or false", clone);
    this.#records = cache ?? new Entries(maxEntries);
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

  set(key, value, hint) {
    const kept = this.#clone ? structuredClone(value) : value;
    if (this.#records instanceof Entries) return void this.#records.set(key, kept, hint && member(hint, "expirationTime"));
    this.#records.set(key, kept);
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

  /** A user's Map iterates in the order of insertion: the first keys are the oldest. Its iterator is kept, since a new one would pass by all that was deleted. */
  #evict() {
    let isNew = false;
    while (this.#records.size - this.#countPinned() > this.#maxEntries) {
      const oldest = this.#oldest?.next();
      if (oldest?.done === false) {
        if (!this.#pinned.has(oldest.value)) this.#records.delete(oldest.value);
      } else {
        if (isNew) return; // its size is not what it says
        this.#oldest = this.#records.keys();
        isNew = true;
      }
    }
  }

  #countPinned() {
    return [...this.#pinned].filter((key) => this.#records.get(key) !== undefined).length;
  }
}
