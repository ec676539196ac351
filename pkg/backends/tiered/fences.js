import { monotonic } from "../../promises.js";

/** Beyond so many keys those are looked for whose requests have died, as they may on Workers. */
const MANY = 10_000;
/** Milliseconds after which a write of all keys, which may be without a time limit, holds nobody up. */
const LONGEST_OF_ALL = 30_000;

/** Counts what is under way for each key, so that a far read which met a write is not put into the near tier. Other keys have no counter. */
export class Fences {
  #counters = new Map();
  #changesOfAll = 0;
  /** When the writes of all keys that are under way began. */
  #writesOfAll = new Set();
  /** Milliseconds after which whatever was under way has ended. */
  #longest;

  constructor(timeout) {
    this.#longest = timeout * 1000 + 1000;
  }

  get size() {
    return this.#counters.size;
  }

  /** A far read begins; returns a function that ends it, and tells whether nothing has happened to the key. */
  read(key) {
    const counter = this.#begin(key);
    const [changes, changesOfAll] = [counter.changes, this.#changesOfAll];
    return () => {
      const isSame = counter.changes === changes && this.#changesOfAll === changesOfAll && this.#counters.get(key) === counter;
      this.#end(key, counter);
      return isSame && counter.writes === 0 && !this.#isWritingAll;
    };
  }

  /** A write begins; returns a function that ends it. */
  write(key) {
    const counter = this.#begin(key);
    counter.changes += 1;
    counter.writes += 1;
    return () => {
      counter.changes += 1;
      counter.writes -= 1;
      this.#end(key, counter);
    };
  }

  writeAll() {
    const write = { since: monotonic() };
    this.#changesOfAll += 1;
    this.#writesOfAll.add(write);
    return () => {
      this.#changesOfAll += 1;
      this.#writesOfAll.delete(write);
    };
  }

  get #isWritingAll() {
    const now = monotonic();
    for (const write of this.#writesOfAll) if (now - write.since > LONGEST_OF_ALL) this.#writesOfAll.delete(write);
    return this.#writesOfAll.size > 0;
  }

  isWriting(key) {
    const counter = this.#counters.get(key);
    return counter !== undefined && counter.writes > 0 && !this.#isDead(counter, monotonic());
  }

  /** Something has happened to a key elsewhere. */
  change(key) {
    const counter = this.#counters.get(key);
    if (counter !== undefined) counter.changes += 1;
  }

  changeAll() {
    this.#changesOfAll += 1;
  }

  #begin(key) {
    const now = monotonic();
    const known = this.#counters.get(key);
    const counter = known === undefined || this.#isDead(known, now) ? { running: 0, writes: 0, changes: 0, since: now } : known;
    counter.running += 1;
    counter.since = now;
    this.#counters.set(key, counter);
    if (this.#counters.size > MANY) this.#sweep(now);
    return counter;
  }

  #end(key, counter) {
    counter.running -= 1;
    if (counter.running === 0 && this.#counters.get(key) === counter) this.#counters.delete(key);
  }

  #sweep(now) {
    for (const [key, counter] of this.#counters) if (this.#isDead(counter, now)) this.#counters.delete(key);
  }

  #isDead(counter, now) {
    return now - counter.since > this.#longest;
  }
}
