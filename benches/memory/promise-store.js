/** A store in memory that answers by promise, as one does that lies elsewhere: for backends, and for the caches that take such a store. */
export class PromiseStore {
  #values = new Map();

  async get(key) {
    return this.#values.get(key);
  }

  async has(key) {
    return this.#values.has(key);
  }

  async set(key, value) {
    this.#values.set(key, value);
  }

  async delete(key) {
    this.#values.delete(key);
  }
}
