import { monotonic, startTimer } from "../../promises.js";
import { PART } from "./room.js";
import { BY_EXPIRY, BY_TIME } from "./transactions.js";

/** Milliseconds from a write to the sweep after it. */
const DELAY = 1000;
/** How many records one transaction deletes: readers wait for it, and nobody waits for the sweep. More where more than that are written meanwhile. */
const CHUNK = 20;
const LARGEST_CHUNK = 500;
const DAY = 86_400_000;
/** Milliseconds by which the clock may gain on the steady one. */
const GAIN = 60_000;
/** The part of the origin's quota beyond which the oldest quarter goes, and how often at most: what was deleted may free its space only later. */
const BUDGET = 0.8;
const BUDGET_PAUSE = 60_000;

/** Deletes what nobody will ask for, in the background, in one tab at a time. */
export class Sweeper {
  #storage;
  #options;
  #lockName;
  #timer;
  #isSweeping = false;
  #isClosed = false;
  #nextBudget = 0;
  /** How many records were written since the last transaction. */
  #written = 0;
  /** By how much the clock was ahead of the steady one at first. */
  #lead = Date.now() - monotonic();

  constructor(storage, options, lockName) {
    this.#storage = storage;
    this.#options = options;
    this.#lockName = lockName;
  }

  /** So many were written that there may be something to delete. */
  wake(written = 0) {
    this.#written += written;
    if (!this.#isClosed && !this.#storage.isDown) this.#timer ??= startTimer(() => this.#run(), DELAY);
  }

  /** A transaction that is under way goes on to its end. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run() {
    this.#timer = undefined;
    if (this.#isSweeping) return this.wake();
    this.#isSweeping = true;
    // A sweep that fails is one that did not happen: the next write asks for another.
    await this.#alone(() => this.#sweep()).catch(() => {});
    this.#isSweeping = false;
  }

  #alone(work) {
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) return work();
    return locks.request(this.#lockName, { ifAvailable: true }, (lock) => lock && work());
  }

  async #sweep() {
    const { maxAge } = this.#options;
    // A clock that jumps ahead would make all that is good look expired.
    const now = Math.min(Date.now(), monotonic() + this.#lead + GAIN);
    await this.#reclaimAll(BY_EXPIRY, IDBKeyRange.upperBound(now));
    await this.#reclaimFuture(IDBKeyRange.lowerBound(Date.now() + DAY));
    if (maxAge !== Infinity) await this.#reclaimAll(BY_TIME, IDBKeyRange.upperBound(now - maxAge));
    await this.#reclaim(BY_TIME, null, await this.#excess());
  }

  /** What a wrong clock has written; where that is most of them, it is this clock that is wrong. */
  async #reclaimFuture(range) {
    const isRare = async () => (await this.#storage.count(BY_TIME, range)) * 2 <= (await this.#storage.count());
    if ((await this.#storage.has(BY_TIME, range)) && (await isRare())) await this.#reclaim(BY_TIME, range, Infinity);
  }

  /** Looks first: to write, even nothing, would keep readers waiting. */
  async #reclaimAll(indexName, range) {
    if (await this.#storage.has(indexName, range)) await this.#reclaim(indexName, range, Infinity);
  }

  async #reclaim(indexName, range, most) {
    for (let left = most; left > 0 && !this.#isClosed; ) {
      await idle();
      const asked = Math.min(left, Math.max(CHUNK, Math.min(2 * this.#written, LARGEST_CHUNK)));
      this.#written = 0;
      if ((await this.#storage.reclaim(indexName, range, asked)) < asked) return;
      left -= asked;
    }
  }

  /** How many records are too many. */
  async #excess() {
    const { maxEntries } = this.#options;
    const isOver = await this.#isOverBudget();
    if (!isOver && maxEntries === Infinity) return 0;
    const count = await this.#storage.count();
    return Math.max(isOver ? Math.ceil(count * PART) : 0, count - maxEntries); // whole: a part of one would be 0 to the browser, which is all
  }

  async #isOverBudget() {
    if (monotonic() < this.#nextBudget) return false;
    this.#nextBudget = monotonic() + BUDGET_PAUSE;
    const { usage = 0, quota = Infinity } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
    return usage > quota * BUDGET;
  }
}

/**
 * When the page has nothing better to do; Safari and workers do not tell.
 *
 * @returns {Promise<void>}
 */
const idle = () =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 1000 });
    else startTimer(resolve, 0);
  });
