/** The line of writes: writes to one key are sent one after another. A backend that answers at once never has one. */
class Lines {
  /** Per key, the write that is last in line. */
  #last = new Map();

  /** A promise for the moment when all writes to these keys that are in line now have settled; `undefined` if there are none. */
  ahead(keys) {
    if (this.#last.size === 0) return undefined;
    const ahead = keys.map((key) => this.#last.get(key)).filter((write) => write !== undefined);
    return ahead.length === 0 ? undefined : Promise.allSettled(ahead);
  }

  /**
   * Puts a write that was sent, or will be, at the end of its keys' lines; it leaves when it settles, so it must not wait for ever. What another
   * region of the same backend has sent before may settle after it.
   */
  enter(keys, write) {
    for (const key of keys) {
      const ahead = this.#last.get(key);
      const last = ahead === undefined ? write : Promise.allSettled([ahead, write]);
      this.#last.set(key, last);
      const leave = () => this.#last.get(key) === last && this.#last.delete(key);
      last.then(leave, leave);
    }
  }
}

const lines = new WeakMap();

/** A backend's lines: they go on when a region is configured anew with the same one. */
export function linesOf(backend) {
  if (!lines.has(backend)) lines.set(backend, new Lines());
  return lines.get(backend);
}
