/** What a creator of one key is called with. Its signal is made when it is asked for: most creators never do. */
export class Context {
  #creation;

  constructor(creation, key, stale, expiresIn) {
    this.#creation = creation;
    this.key = key;
    this.stale = stale;
    this.expiresIn = expiresIn;
  }

  get signal() {
    return this.#creation.signal;
  }
}

/** The same for a creator of many keys. */
export class MultiContext {
  #creation;

  constructor(creation, expiresIn) {
    this.#creation = creation;
    this.expiresIn = expiresIn;
  }

  get signal() {
    return this.#creation.signal;
  }
}
