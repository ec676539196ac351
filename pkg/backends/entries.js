import { NO_RECORD, readRecord } from "../records/record.js";

/** How many entries the sweep checks for each write: all of them during half as many writes. */
const LOOKS = 2;

/** Deadlines are whole seconds since 2026: engines store small integers inline, other numbers in objects of their own. */
const BEGINNING = Date.UTC(2026) / 1000;
const NEVER = 2 ** 30 - 1;

/** In a microtask: an observer may write, and an eviction is in the middle of a write. */
export function tellEvicted(reporters, key, why) {
  if (reporters.size > 0) Promise.resolve().then(() => reporters.forEach((reporter) => reporter.tell("onEvict", key, why)));
}

/**
 * A Map with a limit: beyond `maxEntries` it removes an entry that was not read lately, by SIEVE (Zhang et al., NSDI 2024); a sweep removes
 * expired entries gradually. The nodes form a ring, with the head between the newest and the oldest.
 */
export class Entries {
  #nodes = new Map();
  #maxEntries;
  /** Who is told of what is removed here. */
  #hearers;
  /** Keys of nodes outside of the ring, which are never removed, and their number. */
  #pinned = new Set();
  #outside = 0;
  #head = {};
  /** The positions of SIEVE's hand and of the sweep; both move from the oldest to the newest. */
  #sieve;
  #sweep;

  constructor(maxEntries, hearers) {
    this.#maxEntries = maxEntries;
    this.#hearers = hearers;
    this.clear();
  }

  get size() {
    return this.#nodes.size;
  }

  get(key) {
    return this.find(key)?.value;
  }

  /** The metadata of a record, for the warm path; see `readRecord`. */
  find(key) {
    const node = this.#nodes.get(key);
    if (node !== undefined) node.isVisited = true;
    return node;
  }

  /** `retention`: seconds after which the entry may be removed. */
  set(key, value, retention = Infinity) {
    const now = Date.now() / 1000 - BEGINNING;
    const deadline = Math.min(Math.ceil(now + retention), NEVER);
    const { payload, ct, v, et, extra } = readRecord(value) ?? NO_RECORD;
    const known = this.#nodes.get(key);
    if (known === undefined)
      this.#add({ key, value, payload, ct, v, et, extra, promise: undefined, deadline, isVisited: false, older: this.#head, newer: this.#head });
    else Object.assign(known, { value, payload, ct, v, et, extra, promise: undefined, deadline });
    this.#sweepOn(now);
  }

  delete(key) {
    const node = this.#nodes.get(key);
    if (node !== undefined) this.#remove(node);
  }

  pin(keys) {
    for (const key of keys) {
      const node = this.#nodes.get(key);
      if (node !== undefined) this.#remove(node);
      this.#pinned.add(key);
      if (node !== undefined) this.#add(node);
    }
  }

  clear() {
    this.#nodes.clear();
    this.#outside = 0;
    this.#head.older = this.#head.newer = this.#sieve = this.#sweep = this.#head;
  }

  *[Symbol.iterator]() {
    for (const [key, { value }] of this.#nodes) yield [key, value];
  }

  #add(node) {
    if (this.#pinned.has(node.key)) {
      node.older = node.newer = node;
      this.#outside += 1;
    } else {
      if (this.#nodes.size - this.#outside >= this.#maxEntries) this.#evict();
      node.older = this.#head.older;
      node.newer = this.#head;
      this.#head.older.newer = node;
      this.#head.older = node;
    }
    this.#nodes.set(node.key, node);
  }

  #remove(node, why) {
    if (why) tellEvicted(this.#hearers, node.key, why);
    this.#nodes.delete(node.key);
    if (node.newer === node) this.#outside -= 1;
    node.older.newer = node.newer;
    node.newer.older = node.older;
    if (this.#sieve === node) this.#sieve = node.newer;
    if (this.#sweep === node) this.#sweep = node.newer;
  }

  /** SIEVE: an entry that was read since the hand's last visit is kept once more. */
  #evict() {
    let node = this.#sieve;
    while (node === this.#head || node.isVisited) {
      node.isVisited = false;
      node = node.newer;
    }
    this.#sieve = node;
    this.#remove(node, "size");
  }

  #sweepOn(now) {
    for (let looks = 0; looks < LOOKS && this.#nodes.size > this.#outside; looks += 1) {
      const node = this.#sweep === this.#head ? this.#head.newer : this.#sweep;
      this.#sweep = node.newer;
      if (node.deadline < now && node.deadline !== NEVER) this.#remove(node, "expired");
    }
  }
}
