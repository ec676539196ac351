import * as backends from "../backend.js";
import { describePart, refusedAs } from "../../errors.js";
import { monotonic } from "../../promises.js";
import { readRecord } from "../../records/record.js";
import { isSerialized } from "../../records/serializer.js";
import { readAll } from "./access.js";

/** For so many milliseconds a far read of a key need not be repeated for a creation, and of so many keys that is kept. */
const LATELY = 1000;
const MOST_READS = 1000;

/** The far tier: its records, as its serializer has them. */
export class Far {
  #setup;
  #reports;
  #stats;
  /** When keys were read, the oldest first. */
  #reads = new Map();

  constructor(setup, access, reports, stats) {
    this.#setup = setup;
    this.access = access;
    this.#reports = reports;
    this.#stats = stats;
  }

  get backend() {
    return this.#setup.backend;
  }

  get isPaused() {
    return this.access.isPaused;
  }

  /** One `{ value }` or `{ error }` for each key; rejects if there is nothing but errors. */
  async read(keys) {
    const outcomes = await readAll(this.access, this.#setup, keys);
    keys.forEach((key) => this.#note(key));
    return outcomes.map((outcome) => (backends.isFailure(outcome) ? outcome : { value: this.#found(outcome.value) }));
  }

  /** What a record becomes here. The far tier's never says when a near tier got a copy. */
  toStored(value) {
    if (isSerialized(value)) return value;
    if (value?.metadata?.nt === undefined) return this.#setup.toStored(value);
    const { nt: _, ...metadata } = value.metadata;
    return this.#setup.toStored({ ...value, metadata });
  }

  /** What cannot be read is a miss. */
  fromStored(stored) {
    if (stored === undefined || stored === null) return undefined;
    try {
      const value = this.#setup.fromStored(stored);
      if (isSerialized(value) || readRecord(value) !== undefined) return value;
      throw refusedAs("the stored value", "a record of dogpile", describePart(stored));
    } catch (error) {
      if (error?.code !== "CANT_DESERIALIZE") this.#reports.tell(error, "far");
      return undefined;
    }
  }

  set(keys, stored, hint, multi) {
    return this.access.ask(() => backends.write(this.#setup, keys, stored, multi, hint));
  }

  delete(keys, multi) {
    return this.access.ask(() => backends.remove(this.#setup, keys, multi));
  }

  /** Deletes what is owed. */
  pay(keys) {
    return this.access.attempt(() => backends.remove(this.#setup, keys, keys.length > 1));
  }

  wasReadLately(key) {
    return monotonic() - this.#reads.get(key) < LATELY;
  }

  #found(stored) {
    const value = this.fromStored(stored);
    this.#stats[value === undefined ? "misses" : "hits"] += 1;
    return value;
  }

  #note(key) {
    this.#reads.delete(key);
    this.#reads.set(key, monotonic());
    if (this.#reads.size > MOST_READS) this.#reads.delete(this.#reads.keys().next().value);
  }
}
