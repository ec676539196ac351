import { onWorkers, Pulse, Vigil } from "./pulse.js";

const MANY = 100;

/** The line of writes: writes to one key are sent one after another. A backend that answers at once never has one. */
class Lines {
  /** Per key, the write that is last in line. */
  #last = new Map();

  /** A promise for the moment when all writes to these keys that are in line now have settled; `undefined` if there are none. */
  ahead(keys) {
    if (this.#last.size === 0) return undefined;
    const ahead = keys.map((key) => this.#last.get(key)).filter((entry) => entry !== undefined);
    if (ahead.length === 0) return undefined;
    return Promise.all(ahead.map((entry) => (onWorkers() ? this.#outlive(entry) : entry.settled)));
  }

  /**
   * Puts a write that was sent, or will be, at the end of its keys' lines; it leaves when it settles, so it must not wait for ever. What another
   * region of the same backend has sent before may settle after it.
   */
  enter(keys, write) {
    const pulse = onWorkers() ? new Pulse() : undefined;
    pulse?.start();
    write.catch(() => {}).then(() => pulse?.stop());
    if (this.#last.size > MANY) this.#sweep();
    for (const key of keys) this.#enterOne(key, write, pulse);
  }

  #enterOne(key, write, pulse) {
    const entry = { key, pulse, hasSettled: false };
    const leave = () => {
      entry.hasSettled = true;
      this.#remove(entry);
    };
    const ahead = this.ahead([key]);
    entry.settled = (ahead === undefined ? write : Promise.allSettled([ahead, write])).then(leave, leave);
    this.#last.set(key, entry);
  }

  /** Waits for another's write, unless that dies with its request. */
  async #outlive(entry) {
    const vigil = new Vigil();
    while (!entry.hasSettled && !vigil.hasSeenDie(entry.pulse)) await vigil.wait(entry.settled, entry.pulse);
    this.#remove(entry);
  }

  #remove(entry) {
    if (this.#last.get(entry.key) === entry) this.#last.delete(entry.key);
  }

  /** On Workers requests that died leave their writes behind. */
  #sweep() {
    for (const entry of this.#last.values()) if (entry.pulse?.isLongSilent) this.#remove(entry);
  }
}

const lines = new WeakMap();

/** A backend's lines: they go on when a region is configured anew with the same one. */
export function linesOf(backend) {
  if (!lines.has(backend)) lines.set(backend, new Lines());
  return lines.get(backend);
}
