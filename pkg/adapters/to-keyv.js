import { clear, list, readLive, readMany, remove, requireBackend, writeFor } from "./records.js";

export function toKeyv(backend, options) {
  requireBackend(backend, "toKeyv");
  const { version = 6, ...others } = { ...options };
  if (![5, 6].includes(version) || Object.keys(others).length > 0) throw new TypeError("toKeyv takes one option, version: 5 or 6");
  return new KeyvStore(backend, version === 6);
}

/** Keyv 6 takes a method for asynchronous only if it is declared `async`. */
class KeyvStore {
  /** Keyv 5 looks for the kind of a database in there. */
  opts = { url: "" };
  namespace;
  #backend;
  #isSix;

  constructor(backend, isSix) {
    this.#backend = backend;
    this.#isSix = isSix;
    if (isSix) this.capabilities = { expires: true };
  }

  async get(key) {
    return (await readLive(this.#backend, this.#name(key)))?.payload;
  }

  async getMany(keys) {
    return (await this.#many(keys)).map((record) => record?.payload);
  }

  /** `end`: a time to live in Keyv 5, a time in Keyv 6; both in milliseconds. */
  async set(key, value, end) {
    const now = Date.now();
    const left = this.#isSix ? end - now : end;
    if (left <= 0) await remove(this.#backend, this.#name(key));
    else await writeFor(this.#backend, this.#name(key), value, Number.isFinite(left) ? left / 1000 : undefined, now);
    return true;
  }

  async setMany(entries) {
    return Promise.all(entries.map(({ key, value, ttl, expires }) => this.set(key, value, this.#isSix ? expires : ttl)));
  }

  async delete(key) {
    return (await this.#removed([key]))[0];
  }

  async deleteMany(keys) {
    const were = await this.#removed(keys);
    return this.#isSix ? were : were.every(Boolean);
  }

  async has(key) {
    return (await this.hasMany([key]))[0];
  }

  async hasMany(keys) {
    return (await this.#many(keys)).map(Boolean);
  }

  async clear() {
    await clear(this.#backend, this.#start);
  }

  async *iterator() {
    const start = this.#start;
    for await (const [name, payload] of list(this.#backend, start)) yield [this.#isSix ? name.slice(start.length) : name, payload];
  }

  /** A backend has no events: it rejects. */
  on() {
    return this;
  }

  #many(keys) {
    return readMany(
      this.#backend,
      keys.map((key) => this.#name(key)),
    );
  }

  async #removed(keys) {
    const were = await this.hasMany(keys);
    await Promise.all(keys.map((key) => remove(this.#backend, this.#name(key))));
    return were;
  }

  get #start() {
    return this.namespace ? `${this.namespace}:` : "";
  }

  /** Keyv 5 adds its namespace itself. */
  #name(key) {
    return this.#isSix ? this.#start + key : key;
  }
}
