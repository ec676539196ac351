import { describe, makeError, quoteKey } from "../../errors.js";
import { PendingWrites } from "./pending-writes.js";
import { CHUNK } from "./storage.js";
import { ALL } from "./transactions.js";

/** Collects the operations of one microtask into one transaction: one transaction each would take ten times as long. */
export class Batches {
  #storage;
  #pending = new PendingWrites();
  #reads = [];
  #writes = [];
  #writing;
  /** Operations that are not yet answered. */
  #underWay = new Set();

  constructor(storage) {
    this.#storage = storage;
  }

  /** Returns one record per key. A read sees earlier writes of its keys. */
  read(keys) {
    return this.#untilAnswered(this.#readInTurn(keys));
  }

  /** Settles when the entries are written. If one cannot be written, it rejects with the reason; the others are written. */
  write(entries) {
    const keys = entries.map(({ key }) => key);
    const written = new Promise((resolve, reject) => {
      this.#writes.push({ entries, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
    this.#pending.enter(keys, written);
    return this.#untilAnswered(written);
  }

  /** Settles when all current operations are done. Later ones are not awaited. */
  async idle() {
    await Promise.allSettled(this.#underWay);
  }

  #untilAnswered(answer) {
    const end = () => this.#underWay.delete(answer);
    this.#underWay.add(answer);
    answer.then(end, end);
    return answer;
  }

  async #readInTurn(keys) {
    await this.#pending.ahead([ALL, ...keys]);
    return new Promise((resolve, reject) => {
      if (this.#reads.push({ keys, resolve, reject }) === 1) this.#readAll();
    });
  }

  async #readAll() {
    await undefined;
    const reads = this.#reads.splice(0);
    try {
      const records = await this.#storage.read(reads.flatMap(({ keys }) => keys));
      let next = 0;
      for (const { keys, resolve } of reads) resolve(records.slice(next, (next += keys.length)));
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }

  /** Runs one transaction after another: writes that arrive meanwhile share the next one, and reads run between them. */
  async #writeAll() {
    await undefined;
    while (this.#writes.length > 0) await this.#writeNext(this.#take());
    this.#writing = undefined;
  }

  async #writeNext(writes) {
    try {
      await this.#storage.write(writes.flatMap(({ entries }) => entries));
      for (const { entries, resolve, reject } of writes) {
        const refused = entries.find(({ refusal }) => refusal !== undefined);
        if (refused === undefined) resolve();
        else reject(whyRefused(refused));
      }
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }

  /** Takes the next writes, up to a chunk of entries. */
  #take() {
    let size = 0;
    const end = this.#writes.findIndex(({ entries }, index) => (size += entries.length) > CHUNK && index > 0);
    return this.#writes.splice(0, end === -1 ? this.#writes.length : end);
  }
}

/** Explains a refusal. The database's own error quotes the value, including the code of functions; an error of a value's getter is passed on unchanged. */
function whyRefused({ key, record: { value }, refusal: { error, isOfDatabase } }) {
  if (!isOfDatabase && error?.name !== "DataCloneError") return error;
  const given = describe(value?.metadata === undefined ? value : value.payload);
  const allowed = isOfDatabase ? "something that the database can store" : "something that structured clone can copy";
  return makeError("VALIDATION", `the value under ${quoteKey(key)} must be ${allowed}, not ${given}`, { cause: error });
}
