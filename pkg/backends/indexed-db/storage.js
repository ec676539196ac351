import { describeError } from "../../errors.js";
import { monotonic, startTimer } from "../../promises.js";
import { Connection, isBroken, PAUSE as RETRY, Unavailable } from "./connection.js";
import { isWorthRoom, PART } from "./room.js";
import { Standby } from "./standby.js";
import { BY_TIME, countRecords, deletion, hasRecord, isQuota, readPage, readRecords, reclaimRecords, writeEntries } from "./transactions.js";

/** How many records one transaction writes or deletes: readers wait for it. */
export const CHUNK = 100;
/** How many records one transaction reads: it blocks the page. */
const READS = 500;
/** Milliseconds without writes after a sweep did not help against a full quota: some browsers free space only later. */
const PAUSE = 60_000;

/** The records: in the database, or in memory while there is none. */
export class Storage {
  #options;
  #connection;
  #standby;
  #retry;
  #pausedUntil = 0;
  #said = new Set();

  constructor(backend, options) {
    const { databaseName, storeName, maxEntries } = options;
    this.#options = options;
    this.#connection = new Connection(databaseName, storeName, () => this.#settleUp());
    this.#standby = new Standby(backend, maxEntries);
  }

  get isDown() {
    return this.#connection.isDown;
  }

  /** One record for each key, or `undefined`. */
  async read(keys) {
    if (keys.length <= READS) return this.#readTogether(keys);
    const records = [];
    for (let from = 0; from < keys.length; from += READS) records.push(...(await this.#readTogether(keys.slice(from, from + READS))));
    return records;
  }

  /** The next pairs of key and record after a key, or the first ones. */
  readPage(after) {
    const range = () => (after === undefined ? null : IDBKeyRange.lowerBound(after, true));
    return this.#use(
      (...store) => readPage(...store, range(), CHUNK),
      () => this.#standby.readPage(after),
    );
  }

  /** Entries are `{ key, record }`, without a record to delete. An entry that cannot be stored gets a `refusal`. */
  async write(entries) {
    if (monotonic() < this.#pausedUntil) return this.#sendLeast(entries);
    try {
      await this.#send(entries);
    } catch (error) {
      if (isQuota(error)) await this.#writeInNeed(entries, error);
      else if (isBroken(error)) await this.#writeAlone(entries, error);
      else throw error;
    }
  }

  /** Whether an index has a record in the range. */
  has(indexName, range) {
    return this.#use(
      (...store) => hasRecord(...store, indexName, range),
      () => false,
    );
  }

  /** Deletes the first records of an index and returns their number. */
  reclaim(indexName, range, most) {
    return this.#use(
      (...store) => reclaimRecords(...store, indexName, range, most),
      () => 0,
    );
  }

  /** The number of records, or of those of an index in a range. */
  count(indexName, range) {
    return this.#use(
      (...store) => countRecords(...store, indexName, range),
      () => 0,
    );
  }

  /** Deletes the outdated records before closing. */
  async close() {
    if (this.#standby.owes) {
      this.#connection.hasten();
      await this.count().catch(() => {});
    }
    clearTimeout(this.#retry);
    this.#connection.close();
  }

  /** Warns once per message. */
  warn(message, cause) {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    console.warn(`dogpile: ${message}${cause === undefined ? "" : ` (${describeError(cause)})`}`);
  }

  #readTogether(keys) {
    return this.#use(
      (...store) => readRecords(...store, keys),
      () => this.#standby.read(keys),
    );
  }

  #send(entries) {
    const { durability } = this.#options;
    return this.#use(
      (...store) => writeEntries(...store, durability, entries),
      () => this.#standby.write(entries),
    );
  }

  /** The quota is exceeded: deletes records and tries again; if that fails, writes are paused. */
  async #writeInNeed(entries, error) {
    if (!(await isWorthRoom(entries))) return this.#writeWhatFits(entries, error);
    try {
      await this.#makeRoom();
      await this.#send(entries);
    } catch (again) {
      if (!isQuota(again)) throw again;
      this.#pausedUntil = monotonic() + PAUSE;
      this.warn("the storage quota is exceeded: nothing is stored for a minute", again);
      await this.#sendLeast(entries);
    }
  }

  /** Deletes the older records of entries that are not written. A strategy's times are small and may still fit. */
  async #sendLeast(entries) {
    try {
      await this.#send(entries.map((entry) => (this.#standby.isTime(entry) ? entry : deletion(entry.key))));
    } catch (error) {
      if (!isQuota(error)) throw error;
      await this.#send(entries.map((entry) => this.#standby.instead(entry)));
    }
  }

  async #writeWhatFits(entries, error) {
    if (entries.length > 1) return this.#writeEach(entries);
    this.warn("a value exceeds the remaining storage quota and is not stored", error);
    await this.#sendLeast(entries);
  }

  /** The database responds, but refuses this write: writes the entries one by one, so that only the refused one fails. */
  async #writeAlone(entries, error) {
    const [entry] = entries;
    if (entries.length > 1) return this.#writeEach(entries);
    if (entry.record === undefined) throw error;
    entry.refusal = { error, isOfDatabase: true };
  }

  async #writeEach(entries) {
    for (const entry of entries) await this.write([entry]);
  }

  /** Deletes the oldest of its records. */
  async #makeRoom() {
    let most = Math.ceil((await this.count()) * PART);
    while (most > 0) {
      const count = await this.reclaim(BY_TIME, null, Math.min(most, CHUNK));
      if (count === 0) return;
      most -= count;
    }
  }

  async #use(work, inMemory) {
    try {
      return await this.#connection.use((database) => {
        if (this.#standby.owes) this.#settle(database);
        return work(database, this.#options.storeName);
      });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.warn("IndexedDB is not available, so records are kept in memory", error.cause);
      const answer = inMemory();
      this.#settleLater();
      return answer;
    }
  }

  /** Deletes the outdated records of keys that were written while the database was not available: a later visit would find the older values. */
  #settle(database) {
    const { storeName, durability } = this.#options;
    const keys = this.#standby.handOver();
    this.#connection.watch(writeEntries(database, storeName, durability, keys.map(deletion))).catch(() => {
      for (const key of keys) this.#standby.owe(key);
      this.#settleLater();
    });
  }

  /** Deletes the outdated records: any operation of the database does. */
  #settleUp() {
    if (this.#standby.owes) this.count().catch(() => {});
  }

  #settleLater() {
    if (!this.#standby.owes) return;
    clearTimeout(this.#retry);
    this.#retry = startTimer(() => this.#settleUp(), RETRY);
  }
}
