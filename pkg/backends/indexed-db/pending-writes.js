/** The writes under way, so that a read which comes after one sees it. */
export class PendingWrites {
  /** Per key, a promise of the moment when all writes that were asked for until now have ended. */
  #last = new Map();

  /** `undefined` if there is nothing to wait for. */
  ahead(keys) {
    if (this.#last.size === 0) return undefined;
    const ahead = keys.map((key) => this.#last.get(key)).filter((ended) => ended !== undefined);
    return ahead.length === 0 ? undefined : Promise.all(ahead);
  }

  enter(keys, write) {
    for (const key of keys) {
      const ended = Promise.allSettled([this.#last.get(key), write]).then(() => {
        if (this.#last.get(key) === ended) this.#last.delete(key);
      });
      this.#last.set(key, ended);
    }
  }
}
