/** A backend that has every method that a backend may have; the broken ones inherit from it. */
export class WholeBackend {
  rows = new Map();
  held = new Map();

  async get(key) {
    return this.rows.get(key);
  }

  async getMulti(keys) {
    return keys.map((key) => this.rows.get(key) ?? null);
  }

  async set(key, record) {
    this.rows.set(key, record);
  }

  async setMulti(records) {
    for (const [key, record] of records) this.rows.set(key, record);
  }

  async delete(key) {
    this.rows.delete(key);
  }

  async deleteMulti(keys) {
    for (const key of keys) this.rows.delete(key);
  }

  async clear() {
    this.rows.clear();
  }

  async *entries() {
    yield* this.rows;
  }

  getMutex(key) {
    return new WholeMutex(this.held, key);
  }
}

/** A lock in a table of promises, each of which settles when its holder releases. */
export class WholeMutex {
  free;

  constructor(held, key) {
    this.held = held;
    this.key = key;
  }

  async acquire(wait = true, { signal } = {}) {
    const aborted = new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
    while (this.held.has(this.key)) {
      if (!wait || signal?.aborted) return false;
      await Promise.race([this.held.get(this.key), aborted]);
    }
    this.held.set(this.key, new Promise((resolve) => (this.free = resolve)));
    return true;
  }

  release() {
    if (this.free === undefined) return;
    this.held.delete(this.key);
    this.free();
    this.free = undefined;
  }

  locked() {
    return this.held.has(this.key);
  }
}
