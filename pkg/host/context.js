/** What a creator of one key is called with. */
export class Context {
  #creation;

  /** Of its own, so that a copy, `{ ...context }`, has it. Made when it is asked for: most creators never do. One getter serves all: one for each would take a tenth of a creation. */
  static #signal = {
    enumerable: true,
    configurable: true,
    get() {
      return this.#creation.signal;
    },
  };

  constructor(creation, key, stale, expiresIn) {
    this.#creation = creation;
    this.key = key;
    this.stale = stale;
    this.expiresIn = expiresIn;
    Object.defineProperty(this, "signal", Context.#signal);
  }
}

/** The same for a creator of many keys, which asks for a context once for all of them. */
export const multiContextOf = (creation, expiresIn) => ({
  expiresIn,
  get signal() {
    return creation.signal;
  },
});
