import { addTags, expire } from "./chosen.js";

/** The context of a creator of one key. */
export class Context {
  #creation;

  /** An own property, so that a copy, `{ ...context }`, has it. Created on access, because most creators do not use it. All share one getter: one each would cost a tenth of a load. */
  static #signal = {
    enumerable: true,
    configurable: true,
    get() {
      return this.#creation.signal;
    },
  };

  constructor(creation, key, stale) {
    const { attempt } = creation;
    this.#creation = creation;
    this.key = key;
    this.stale = stale;
    this.expiresIn = (duration) => expire(creation, attempt, key, duration);
    this.tags = (...tags) => addTags(creation, attempt, key, tags);
    Object.defineProperty(this, "signal", Context.#signal);
  }
}

/** The context of a creator of many keys. */
export function multiContextOf(creation) {
  const { attempt } = creation;
  return {
    expiresIn: (key, duration) => expire(creation, attempt, key, duration),
    tags: (key, ...tags) => addTags(creation, attempt, key, tags),
    get signal() {
      return creation.signal;
    },
  };
}
