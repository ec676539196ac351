import { describeError } from "../../errors.js";
import { monotonic } from "../../promises.js";
import { MemoryBackend } from "../memory.js";
import { Connection, Unavailable } from "./connection.js";
import { ALL, BY_TIME, countRecords, hasRecord, readPage, readRecords, reclaimRecords, writeEntries } from "./transactions.js";

/** How many records one transaction writes or reclaims: readers wait for it. */
export const CHUNK = 100;
/** Milliseconds without writes when a sweep has not helped against a full quota: some browsers free the space of what was deleted only later. */
const PAUSE = 60_000;
/** How many records memory holds while there is no database, unless `maxEntries` says so. */
const STANDBY = 1000;
/** How many keys are remembered to be deleted from a database that comes back; with more, all of them are. */
const OUTDATED = 10_000;

/** The records: in the database, or in memory while there is none. */
export class Storage {
  #options;
  #connection;
  #standby;
  /** The keys written in memory alone: what the database has under them is older. */
  #outdated = new Set();
  #pausedUntil = 0;
  #said = new Set();

  constructor(options) {
    const { databaseName, storeName, maxEntries } = options;
    this.#options = options;
    this.#connection = new Connection(databaseName, storeName);
    this.#standby = new MemoryBackend({ maxEntries: maxEntries === Infinity ? STANDBY : maxEntries, clone: true });
  }

  get isDown() {
    return this.#connection.isDown;
  }

  /** One record for each key, or `undefined`. */
  read(keys) {
    const fromMemory = () => keys.map((key) => this.#standby.get(key)?.value);
    return this.#use((...store) => readRecords(...store, keys), fromMemory);
  }

  /** Pairs of a key and a record that come next after a key; from the first without one. */
  readPage(after) {
    const range = () => (after === undefined ? null : IDBKeyRange.lowerBound(after, true));
    const fromMemory = () => (after === undefined ? Array.from(this.#standby.entries(), ([key, { value }]) => [key, value]) : []);
    return this.#use((...store) => readPage(...store, range(), CHUNK), fromMemory);
  }

  /** Entries are `{ key, record }`, without a record to delete; what cannot be stored gets a `refusal`. */
  async write(entries) {
    if (monotonic() < this.#pausedUntil) return this.#send(entries.map(withoutRecord));
    try {
      await this.#send(entries);
    } catch (error) {
      if (!isQuota(error)) throw error;
      await this.#writeInNeed(entries);
    }
  }

  /** Whether an index has a record in the range. */
  has(indexName, range) {
    return this.#use((...store) => hasRecord(...store, indexName, range), () => false);
  }

  /** Deletes the first records of an index, and says how many. */
  reclaim(indexName, range, most) {
    return this.#use((...store) => reclaimRecords(...store, indexName, range, most), () => 0);
  }

  count() {
    return this.#use(countRecords, () => 0);
  }

  close() {
    this.#connection.close();
  }

  /** Says it once. */
  warn(message, cause) {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    console.warn(`dogpile: ${message}${cause === undefined ? "" : ` (${describeError(cause)})`}`);
  }

  #send(entries) {
    const { durability } = this.#options;
    return this.#use((...store) => writeEntries(...store, durability, entries), () => this.#writeToMemory(entries));
  }

  /** One sweep, one try; then nothing is written for a while. What is not written must not leave an older value behind. */
  async #writeInNeed(entries) {
    try {
      await this.#makeRoom();
      await this.#send(entries);
    } catch (error) {
      if (!isQuota(error)) throw error;
      this.#pausedUntil = monotonic() + PAUSE;
      this.warn("the storage quota is exceeded: nothing is stored for a while", error);
      await this.#send(entries.map(withoutRecord));
    }
  }

  /** Deletes the oldest quarter. */
  async #makeRoom() {
    let most = Math.ceil((await this.count()) / 4);
    while (most > 0) {
      const count = await this.reclaim(BY_TIME, null, Math.min(most, CHUNK));
      if (count === 0) return;
      most -= count;
    }
  }

  async #use(work, inMemory) {
    const { storeName } = this.#options;
    try {
      return await this.#connection.use((database) => {
        if (this.#outdated.size > 0) this.#catchUp(database);
        return work(database, storeName);
      });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.warn("IndexedDB cannot be used now, so that records are kept in memory", error.cause);
      return inMemory();
    }
  }

  #writeToMemory(entries) {
    for (const entry of entries) {
      const { key, record } = entry;
      this.#outdate(key);
      try {
        if (key === ALL) this.#standby.clear();
        else if (record === undefined) this.#standby.delete(key);
        else this.#standby.set(key, record);
      } catch (error) {
        entry.refusal = { error };
      }
    }
  }

  #outdate(key) {
    if (this.#outdated.has(ALL)) return;
    if (key === ALL || this.#outdated.size === OUTDATED) this.#outdated = new Set([ALL]);
    else this.#outdated.add(key);
  }

  /** The database is back: what was written without it is deleted there, ahead of whatever comes next. */
  #catchUp(database) {
    const { storeName, durability } = this.#options;
    const keys = [...this.#outdated];
    this.#outdated.clear();
    this.#standby.clear();
    const deleted = writeEntries(database, storeName, durability, keys.map((key) => ({ key })));
    deleted.catch(() => keys.forEach((key) => this.#outdate(key)));
  }
}

const isQuota = (error) => error?.name === "QuotaExceededError";
const withoutRecord = ({ key }) => ({ key });
