import { MemoryBackend, pin, pinners } from "../memory.js";
import { ALL, deletion } from "./transactions.js";

/** The number of records in memory without `maxEntries`. */
const MOST = 1000;
/** How many keys to delete are remembered until the database is back; if there are more, all records are deleted. */
const MOST_OWED = 10_000;

/** The records while the database is not available, and the keys whose records in the database are outdated. */
export class Standby {
  #records;
  #owed = new Set();
  /** The keys of an invalidation strategy's times. */
  #pinned = new Set();

  /** `backend`: the owner of the records. */
  constructor(backend, maxEntries) {
    this.#records = new MemoryBackend({ maxEntries: maxEntries === Infinity ? MOST : maxEntries, clone: true });
    pinners.set(backend, (keys) => this.#pin(keys));
  }

  /** Whether the database has records that must be deleted. */
  get owes() {
    return this.#owed.size > 0;
  }

  read(keys) {
    return keys.map((key) => this.#records.get(key)?.value);
  }

  /** All of them, as the first page. */
  readPage(after) {
    return after === undefined ? Array.from(this.#records.entries(), ([key, { value }]) => [key, value]) : [];
  }

  write(entries) {
    for (const entry of entries) {
      const { key, record } = entry;
      this.owe(this.instead(entry).key);
      try {
        if (key === ALL) this.#records.clear();
        else if (record === undefined) this.#records.delete(key);
        else this.#records.set(key, record);
      } catch (error) {
        entry.refusal = { error, isOfDatabase: false };
      }
    }
  }

  owe(key) {
    if (this.#owed.has(ALL)) return;
    if (key === ALL || this.#owed.size === MOST_OWED) this.#owed = new Set([ALL]);
    else this.#owed.add(key);
  }

  /** The keys to delete if an entry cannot be written: for a strategy's time all keys, because the invalidation would be lost. */
  instead(entry) {
    return deletion(this.isTime(entry) ? ALL : entry.key);
  }

  /** Whether it writes one of a strategy's times. */
  isTime({ key, record }) {
    return record !== undefined && this.#pinned.has(key);
  }

  /** The database is available: returns the keys to delete in it, and empties memory. */
  handOver() {
    const keys = [...this.#owed];
    this.#owed.clear();
    this.#records.clear();
    return keys;
  }

  #pin(keys) {
    pin(this.#records, keys);
    for (const key of keys) this.#pinned.add(key);
  }
}
