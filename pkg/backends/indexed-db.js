import { requireKey, requireKeys } from "../errors.js";
import { member } from "../members.js";
import { entriesOf, listed } from "../region/options.js";
import { Batches } from "./indexed-db/batches.js";
import { closedError } from "./indexed-db/connection.js";
import { TabMutex } from "./indexed-db/mutex.js";
import { checked, INDEXED_DB_OPTIONS } from "./indexed-db/options.js";
import { CHUNK, Storage } from "./indexed-db/storage.js";
import { Sweeper } from "./indexed-db/sweeper.js";
import { ALL, deletion } from "./indexed-db/transactions.js";
import { ours, registerBackend } from "./registry.js";

export class IndexedDBBackend {
  #options;
  #storage;
  #batches;
  #sweeper;
  #isClosed = false;

  constructor(options) {
    this.#options = checked(options);
    this.#storage = new Storage(this, this.#options);
    this.#batches = new Batches(this.#storage);
    this.#sweeper = new Sweeper(this.#storage, this.#options, this.#lockName("sweep"));
  }

  async get(key) {
    requireKey(key);
    const [record] = await this.#read([key]);
    return record;
  }

  async getMulti(keys) {
    const asked = listed(keys);
    requireKeys(asked);
    return asked.length === 0 ? [] : this.#read(asked);
  }

  async set(key, value, hint) {
    return this.#write([[key, value]], hint);
  }

  async setMulti(values, hint) {
    return this.#write(entriesOf(values), hint);
  }

  async delete(key) {
    requireKey(key);
    return this.#send([deletion(key)]);
  }

  async deleteMulti(keys) {
    const asked = listed(keys);
    requireKeys(asked);
    return this.#send(asked.map(deletion));
  }

  async clear() {
    await this.#send([deletion(ALL)]);
  }

  async *entries() {
    this.#requireOpen();
    await this.#batches.idle();
    let after;
    for (;;) {
      const page = await this.#storage.readPage(after);
      yield* page;
      if (page.length < CHUNK) return;
      [after] = page.at(-1);
    }
  }

  getMutex(key) {
    requireKey(key);
    if (!this.#options.lock || this.#isClosed || this.#storage.isDown) return undefined;
    if (globalThis.navigator?.locks !== undefined) return new TabMutex(this.#lockName("create", key));
    this.#storage.warn("Web Locks are not available (they need https), so each tab loads for itself");
    return undefined;
  }

  async close() {
    this.#isClosed = true;
    this.#sweeper.close();
    await this.#batches.idle();
    await this.#storage.close();
  }

  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    await this.close();
  }

  #requireOpen() {
    if (this.#isClosed) throw closedError();
  }

  #read(keys) {
    this.#requireOpen();
    return this.#batches.read(keys);
  }

  async #write(pairs, hint) {
    const time = Date.now();
    const until = time + ((hint && member(hint, "expirationTime")) ?? NaN) * 1000;
    const life = Number.isFinite(until) ? { time, until } : { time };
    requireKeys(pairs.map(([key]) => key));
    await this.#send(pairs.map(([key, value]) => ({ key, record: { value, ...life }, refusal: undefined })));
    this.#sweeper.wake(pairs.length);
  }

  /** Works in chunks of one transaction each; rejects with the first failure when all are done. */
  async #send(entries) {
    this.#requireOpen();
    const pieces = [];
    for (let from = 0; from < entries.length; from += CHUNK) pieces.push(entries.slice(from, from + CHUNK));
    const outcomes = await Promise.allSettled(pieces.map((piece) => this.#batches.write(piece)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** JSON keeps the parts of the name separate, lone surrogates included. */
  #lockName(purpose, key) {
    const { databaseName, storeName } = this.#options;
    return `dogpile ${JSON.stringify([purpose, databaseName, storeName, key])}`;
  }
}

registerBackend("dogpile.cache.indexeddb", (args) => new IndexedDBBackend(ours(args, INDEXED_DB_OPTIONS)));
