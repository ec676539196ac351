import { LOCK_TIMEOUT } from "./world.js";
import { RandomMutex } from "./mutex.js";

/** What the backends of one store share. */
export class Store {
  records = new Map();
  locks = new Map();
  reads = new Map();
  /** For each key, how many reads are under way. */
  reading = new Map();
}

/** A backend whose operations answer at once or late, fail or hang, and take effect when they are sent or when they answer. */
export class RandomBackend {
  #world;
  #promises;

  constructor(world, promises, store, isTogether) {
    this.#world = world;
    this.#promises = promises;
    this.store = store;
    if (isTogether) Object.assign(this, manyAtOnce(this));
    if (world.locks !== "none") this.getMutex = (key) => new RandomMutex(world, store, key);
  }

  get(key) {
    return this.read([key], () => this.store.records.get(key));
  }

  set(key, stored, hint) {
    return this.write(new Map([[key, stored]]), hint);
  }

  delete(key) {
    return this.#operation(`delete ${key}`, () => void this.store.records.delete(key));
  }

  read(keys, look) {
    const { reads, reading } = this.store;
    for (const key of keys) {
      add(reads, key, 1);
      this.#promises.mayRead(key, add(reading, key, 1));
    }
    return this.#world.operation(`read ${keys}`, look, { done: () => keys.forEach((key) => add(reading, key, -1)) });
  }

  write(entries, hint) {
    const values = [...entries.values()].map((stored) => this.#promises.mayBeStored(stored));
    this.#world.expect(hint === undefined || hint.expirationTime > 0, "a hint is a time", JSON.stringify(hint));
    const done = () => values.forEach((value) => (value.isWritten = true));
    return this.#operation(`write ${values}`, () => entries.forEach((stored, key) => this.store.records.set(key, stored)), done);
  }

  deleteAll(keys) {
    return this.#operation(`delete ${keys}`, () => keys.forEach((key) => this.store.records.delete(key)));
  }

  /** An answer that comes after `lockTimeout` has no effect: nobody knows what a backend does that has not answered. */
  #operation(what, act, done) {
    const { isTimed, seconds } = this.#world;
    const isLate = () => isTimed && this.#world.seconds - seconds >= LOCK_TIMEOUT;
    return this.#world.operation(what, () => (isLate() ? undefined : act()), { done });
  }
}

function add(counts, key, more) {
  const count = (counts.get(key) ?? 0) + more;
  counts.set(key, count);
  return count;
}

const manyAtOnce = (backend) => ({
  getMulti: (keys) => backend.read(keys, () => keys.map((key) => backend.store.records.get(key))),
  setMulti: (entries, hint) => backend.write(entries, hint),
  deleteMulti: (keys) => backend.deleteAll(keys),
});
