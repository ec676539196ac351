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

  /** Puts a write that was sent, or will be, at the end of its keys' lines; it leaves when it settles, so it must not wait for ever. */
  enter(keys, write) {
    for (const key of keys) this.#last.set(key, write);
    const leave = () => {
      for (const key of keys) if (this.#last.get(key) === write) this.#last.delete(key);
    };
    write.then(leave, leave);
  }
}

const lines = new WeakMap();

/** A backend's lines: they go on when a region is configured anew with the same one. */
export function linesOf(backend) {
  if (!lines.has(backend)) lines.set(backend, new Lines());
  return lines.get(backend);
}
