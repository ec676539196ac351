import { monotonic, startTimer } from "../../promises.js";
import { PART } from "./room.js";
import { BY_EXPIRY, BY_TIME } from "./transactions.js";

/** Milliseconds from a write to the sweep after it. */
const DELAY = 1000;
/** How many records one transaction deletes: readers wait for it. More if more are written meanwhile. */
const CHUNK = 20;
const LARGEST_CHUNK = 500;
const DAY = 86_400_000;
/** Milliseconds by which the clock may gain on the monotonic one. */
const GAIN = 60_000;
/** The part of the origin's quota beyond which the oldest quarter is deleted, and the interval: deletions may free space only later. */
const BUDGET = 0.8;
const BUDGET_PAUSE = 60_000;

/** Deletes expired records in the background, in one tab at a time. */
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
  /** How far the clock was ahead of the monotonic one at first. */
  #lead = Date.now() - monotonic();

  constructor(storage, options, lockName) {
    this.#storage = storage;
    this.#options = options;
    this.#lockName = lockName;
  }

  /** Records were written: schedules a sweep. */
  wake(written = 0) {
    this.#written += written;
    if (!this.#isClosed && !this.#storage.isDown) this.#timer ??= startTimer(() => this.#run(), DELAY);
  }

  /** Stops the sweeper; a running transaction finishes. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run() {
    this.#timer = undefined;
    if (this.#isSweeping) return this.wake();
    this.#isSweeping = true;
    // A failed sweep is ignored: the next write schedules another.
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
    // If the clock jumped ahead, valid records would look expired.
    const now = Math.min(Date.now(), monotonic() + this.#lead + GAIN);
    await this.#reclaimAll(BY_EXPIRY, IDBKeyRange.upperBound(now));
    await this.#reclaimFuture(IDBKeyRange.lowerBound(Date.now() + DAY));
    if (maxAge !== Infinity) await this.#reclaimAll(BY_TIME, IDBKeyRange.upperBound(now - maxAge));
    await this.#reclaim(BY_TIME, null, await this.#excess());
  }

  /** Deletes records that a wrong clock has written. If most records look like that, this clock is wrong. */
  async #reclaimFuture(range) {
    const isRare = async () => (await this.#storage.count(BY_TIME, range)) * 2 <= (await this.#storage.count());
    if ((await this.#storage.has(BY_TIME, range)) && (await isRare())) await this.#reclaim(BY_TIME, range, Infinity);
  }

  /** Checks first: a write transaction, even an empty one, blocks readers. */
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

  /** The number of records above the limits. */
  async #excess() {
    const { maxEntries } = this.#options;
    const isOver = await this.#isOverBudget();
    if (!isOver && maxEntries === Infinity) return 0;
    const count = await this.#storage.count();
    return Math.max(isOver ? Math.ceil(count * PART) : 0, count - maxEntries); // an integer: a fraction would be 0 to the browser, which means all
  }

  async #isOverBudget() {
    if (monotonic() < this.#nextBudget) return false;
    this.#nextBudget = monotonic() + BUDGET_PAUSE;
    const { usage = 0, quota = Infinity } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
    return usage > quota * BUDGET;
  }
}

/**
 * Waits until the page is idle, if the browser can tell.
 *
 * @returns {Promise<void>}
 */
const idle = () =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 1000 });
    else startTimer(resolve, 0);
  });
