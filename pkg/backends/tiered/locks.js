import { isFailure } from "../backend.js";
import { hasMethod } from "../../members.js";

/** The lock of a key: the far tier's, or else one that only makes a creation look there before it begins. `undefined`: none is needed. */
export function lockOf(parts, key) {
  const { far } = parts;
  if (far.isPaused) return undefined;
  const mutex = hasMethod(far.backend, "getMutex") ? (far.backend.getMutex(key) ?? undefined) : undefined;
  if (mutex !== undefined) return new FarMutex(parts, key, mutex);
  return far.wasReadLately(key) ? undefined : new FreeMutex(parts, key);
}

/** What the far tier has, where a near copy would hide it; otherwise the next read asks there anyway. */
async function pastNear({ debts, far, near, reading }, key) {
  if ((await near.get(key)) === undefined || debts.has(key) || far.isPaused) return undefined;
  const [{ value }] = await reading.past([key]);
  return value;
}

/** The far tier's lock. Whoever gets it sees what the last holder has left, not the near copy. */
class FarMutex {
  #parts;
  #key;
  #mutex;

  constructor(parts, key, mutex) {
    this.#parts = parts;
    this.#key = key;
    this.#mutex = mutex;
  }

  /** One that waits may take as long as it wants. */
  async acquire(wait = true, options = {}) {
    let asked;
    const ask = () => {
      asked = this.#acquire(wait, options);
      return asked;
    };
    try {
      const outcome = await this.#parts.far.access.ask(ask, !wait);
      if (!isFailure(outcome)) return outcome.value;
      throw outcome.error;
    } catch (error) {
      asked?.then(({ value }) => value && this.release()).catch(() => {}); // nobody holds what comes too late
      throw error;
    }
  }

  release(stored) {
    return this.#insist((mutex) => mutex.release(this.#toStored(stored)));
  }

  async locked() {
    return Boolean(await this.#insist((mutex) => hasMethod(mutex, "locked") && mutex.locked()));
  }

  async handover() {
    const { far, fences, near } = this.#parts;
    const end = fences.read(this.#key);
    let left;
    let isSame = false;
    try {
      left = await this.#insist((mutex) => (hasMethod(mutex, "handover") ? mutex.handover() : undefined));
    } finally {
      isSame = end();
    }
    const value = far.fromStored(left);
    if (value === undefined) return pastNear(this.#parts, this.#key);
    if (isSame) near.set(this.#key, value);
    return value;
  }

  supersede(stored) {
    return this.#insist((mutex) => (hasMethod(mutex, "supersede") ? mutex.supersede(this.#toStored(stored)) : undefined));
  }

  /** A caller who gives up is no failure of the far tier. */
  async #acquire(wait, options) {
    try {
      return { value: await this.#mutex.acquire(wait, options) };
    } catch (error) {
      if (options?.signal?.aborted) return { error };
      throw error;
    }
  }

  /** In a pause, too: what is held there has to be given back. */
  async #insist(call) {
    return this.#parts.far.access.insist(() => call(this.#mutex));
  }

  #toStored(stored) {
    return stored === undefined ? undefined : this.#parts.far.toStored(stored);
  }
}

/** Of a far tier without locks. A record that is stale here may have been replaced there. */
class FreeMutex {
  #parts;
  #key;

  constructor(parts, key) {
    this.#parts = parts;
    this.#key = key;
  }

  acquire() {
    return true;
  }

  release() {}

  locked() {
    return false;
  }

  handover() {
    return pastNear(this.#parts, this.#key);
  }
}
