/** What one creation hands to its creator, and the expirations that the creator asked for. */
export class Creation {
  #expirations = new Map();
  #toSeconds;

  constructor(toSeconds) {
    this.#toSeconds = toSeconds;
  }

  contextFor(key, stale) {
    return { key, stale, expiresIn: (duration) => this.#expire(key, duration) };
  }

  contextForMany() {
    return { expiresIn: (key, duration) => this.#expire(key, duration) };
  }

  expirationOf(key) {
    return this.#expirations.get(key);
  }

  #expire(key, duration) {
    this.#expirations.set(key, this.#toSeconds(duration));
  }
}
