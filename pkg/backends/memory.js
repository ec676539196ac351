import { refused } from "../errors.js";
import { hasMethod, member, readOptions } from "../members.js";
import { NO_RECORD, readRecord } from "../records/record.js";
import { Entries, tellEvicted } from "./entries.js";

/** The entries of a MemoryBackend whose records may be returned without a copy; otherwise `undefined`. */
export let recordsOf;

/** Makes a MemoryBackend never remove these keys. Other backends manage their own records. */
export let pin;

/** The reporters that a MemoryBackend, or a near tier, tells which keys it removes by itself; `undefined` for other backends. */
export let hearersOf;

/** For each backend that temporarily uses a MemoryBackend: the function that gets the keys. */
export const pinners = new WeakMap();

/** For each backend whose near tier is a MemoryBackend: what the warm path may use of that. */
export const views = new WeakMap();

export const MEMORY_OPTIONS = ["maxEntries", "cache", "clone"];

/** A user's Map may hold foreign values and may throw: the full path reports that. */
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
  /** Keys of a user's Map that are never removed. */
  #pinned = new Set();
  #hearers = new Set();

  static {
    hearersOf = (backend) => (#records in backend ? backend.#hearers : views.get(backend)?.hearers);
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
    this.#records = cache ?? new Entries(maxEntries, this.#hearers);
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

  /** Removes the oldest key of a user's Map, which iterates in insertion order. The iterator is kept: a new one would skip all deleted entries again. */
  #evict() {
    let isNew = false;
    while (this.#records.size - this.#countPinned() > this.#maxEntries) {
      const oldest = this.#oldest?.next();
      if (oldest?.done === false) {
        if (this.#pinned.has(oldest.value)) continue;
        this.#records.delete(oldest.value);
        tellEvicted(this.#hearers, oldest.value, "size");
      } else {
        if (isNew) return; // its `size` is wrong
        this.#oldest = this.#records.keys();
        isNew = true;
      }
    }
  }

  #countPinned() {
    return [...this.#pinned].filter((key) => this.#records.get(key) !== undefined).length;
  }
}
