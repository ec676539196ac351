import { makeError, quoteKey } from "../../errors.js";
import { monotonic } from "../../promises.js";

const MOST = 10_000;
const AT_A_TIME = 100;
/** Milliseconds after which a payment has died with its request, as it may on Workers. */
const LONGEST_PAYMENT = 30_000;

/** The keys whose far record is older than what was written here, since a write failed: they are to be deleted as soon as that can be done. */
export class Debts {
  /** Each with an object that is another one when it is owed again. */
  #keys = new Map();
  #paysUntil = 0;
  #parts;

  constructor(parts) {
    this.#parts = parts;
  }

  get size() {
    return this.#keys.size;
  }

  has(key) {
    return this.#keys.size > 0 && this.#keys.has(key);
  }

  add(keys) {
    for (const key of keys) {
      this.#keys.delete(key);
      this.#keys.set(key, {});
    }
    while (this.#keys.size > MOST) this.#drop(this.#keys.keys().next().value);
  }

  /** What is owed now of these keys. */
  of(keys) {
    return keys.filter((key) => this.#keys.has(key)).map((key) => [key, this.#keys.get(key)]);
  }

  remove(owed) {
    for (const [key, debt] of owed) if (this.#keys.get(key) === debt) this.#keys.delete(key);
  }

  /** The far tier has answered. */
  settle() {
    if (this.#keys.size === 0 || monotonic() < this.#paysUntil) return;
    this.#paysUntil = monotonic() + LONGEST_PAYMENT;
    const { far, reports } = this.#parts;
    this.#pay().then(
      () => {
        this.#paysUntil = 0;
      },
      (error) => {
        this.#paysUntil = monotonic() + far.access.pause;
        reports.tell(error, "far");
      },
    );
  }

  async #pay() {
    const { far, news, fences } = this.#parts;
    for (;;) {
      const owed = [...this.#keys].filter(([key]) => !fences.isWriting(key)).slice(0, AT_A_TIME); // a write decides for itself
      if (owed.length === 0 || far.isPaused) return;
      const keys = owed.map(([key]) => key);
      try {
        await far.pay(keys);
      } catch (error) {
        this.#postpone(owed);
        throw error;
      }
      news.publish(keys);
      this.remove(owed);
    }
  }

  /** The others come first the next time: one that cannot be deleted would hold them up. */
  #postpone(owed) {
    for (const [key, debt] of owed) {
      if (this.#keys.get(key) !== debt) continue;
      this.#keys.delete(key);
      this.#keys.set(key, debt);
    }
  }

  #drop(key) {
    this.#keys.delete(key);
    this.#parts.reports.tell(makeError("BACKEND", `More than ${MOST} keys are owed; what the far tier has of ${quoteKey(key)} counts again.`), "far");
  }
}
