/** What a creator is called with. Its signal is made when it is asked for: most creators never do. */
export class Context {
  #signalOf;

  constructor(members, signalOf) {
    Object.assign(this, members);
    this.#signalOf = signalOf;
  }

  get signal() {
    return this.#signalOf();
  }
}
