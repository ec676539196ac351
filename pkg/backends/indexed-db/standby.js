import { MemoryBackend, pin, pinners } from "../memory.js";
import { ALL, deletion } from "./transactions.js";

/** How many records memory holds, unless `maxEntries` says so. */
const MOST = 1000;
/** How many keys are remembered to be deleted from a database that comes back; with more, all of them are. */
const MOST_OWED = 10_000;

/** The records while there is no database, and the keys under which the database has something older. */
export class Standby {
  #records;
  #owed = new Set();
  /** The keys of a strategy's times. */
  #pinned = new Set();

  /** `backend`: whose records they are. */
  constructor(backend, maxEntries) {
    this.#records = new MemoryBackend({ maxEntries: maxEntries === Infinity ? MOST : maxEntries, clone: true });
    pinners.set(backend, (keys) => this.#pin(keys));
  }

  /** Whether the database has something that must be deleted. */
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

  /** What must be deleted where an entry cannot be written: with a strategy's time all that it may have ended, since nobody would know of it. */
  instead(entry) {
    return deletion(this.isTime(entry) ? ALL : entry.key);
  }

  /** Whether it writes one of a strategy's times. */
  isTime({ key, record }) {
    return record !== undefined && this.#pinned.has(key);
  }

  /** The database is there: the keys that are to be deleted in it. Memory is empty then. */
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
