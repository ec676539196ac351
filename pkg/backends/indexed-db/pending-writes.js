/** The running writes, so that later reads see them. They end in order. */
export class PendingWrites {
  /** The last write of each key. */
  #last = new Map();

  /** `undefined` if there is nothing to wait for. */
  ahead(keys) {
    if (this.#last.size === 0) return undefined;
    const ahead = new Set(keys.map((key) => this.#last.get(key)));
    ahead.delete(undefined);
    return ahead.size === 0 ? undefined : Promise.allSettled(ahead);
  }

  enter(keys, write) {
    for (const key of keys) this.#last.set(key, write);
    const leave = () => {
      for (const key of keys) if (this.#last.get(key) === write) this.#last.delete(key);
    };
    write.then(leave, leave);
  }
}
