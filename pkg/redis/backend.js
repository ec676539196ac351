import { dogpileError, sha1MangleKey } from "dogpile";
import { isObject, member } from "../objects.js";
import { milliseconds, readOptions, refused, requireBoolean, requireText } from "./checks.js";
import { recognize } from "./clients.js";
import { RedisMutex } from "./mutex.js";

const OPTIONS = ["prefix", "expirationTime", "lock", "binary"];
const LOCK_OPTIONS = ["lease", "lockPrefix"];
const LEASE = "10s";
const LEAST_LEASE = 100; // milliseconds: what is shorter ends before it is renewed
const LOCK_PREFIX = "_lock"; // dogpile.cache's
const KEYS_A_COMMAND = 500;
const KEYS_A_PAGE = 1000;
const MANGLED = /^sha1:[0-9a-f]{40}$/;

export class RedisBackend {
  /** @type {import("./clients.js").Client} */
  #client;
  #prefix;
  /** Milliseconds, instead of those of the hint. */
  #expirationTime;
  #lease;
  #lockPrefix;
  #binary;

  constructor(client, options) {
    this.#client = recognize(client, "client");
    const { prefix = "", expirationTime, lock = false, binary = false } = readOptions(options, OPTIONS);
    this.#prefix = requireText(prefix, "prefix");
    this.#expirationTime = expirationTime === undefined ? undefined : milliseconds(expirationTime, "expirationTime");
    const { lease, lockPrefix } = readLock(lock);
    this.#lease = lease;
    this.#lockPrefix = lockPrefix;
    this.#binary = requireBoolean(binary, "binary");
    if (binary && !this.#client.canBeBinary) throw refused("binary", "false with Upstash, which has text only", binary);
  }

  get serializer() {
    return JSON;
  }

  async get(key) {
    return given(await this.#client.get(this.#nameOf(key), this.#binary));
  }

  async getMulti(keys) {
    return this.#readAll(keys.map((key) => this.#nameOf(key)));
  }

  async #readAll(names) {
    const read = (some) => this.#client.mget(some, this.#binary);
    const found = this.#client.isCluster
      ? await Promise.all(names.map((name) => this.#client.get(name, this.#binary)))
      : (await Promise.all(chunks(names).map(read))).flat();
    return found.map(given);
  }

  async set(key, value, hint) {
    await this.#write(this.#nameOf(key), this.#checked(value), hint);
  }

  async setMulti(values, hint) {
    const writes = Array.from(values, ([key, value]) => [this.#nameOf(key), this.#checked(value)]);
    await all(writes, ([name, value]) => this.#write(name, value, hint));
  }

  async delete(key) {
    await this.#client.unlink([this.#nameOf(key)]);
  }

  async deleteMulti(keys) {
    await this.#unlink(keys.map((key) => this.#nameOf(key)));
  }

  async clear() {
    for await (const names of this.#pages("clear")) await this.#unlink(names);
  }

  /** @returns {AsyncGenerator<[string, any]>} */
  async *entries() {
    for await (const names of this.#pages("entries")) {
      const found = await this.#readAll(names); // by their names, which are not to be mangled once more
      for (const [index, name] of names.entries()) {
        if (found[index] !== undefined) yield [name.slice(this.#prefix.length), found[index]];
      }
    }
  }

  getMutex(key) {
    if (this.#lease === undefined) return undefined;
    return new RedisMutex(this.#client, this.#lockPrefix + this.#nameOf(key), this.#lease);
  }

  /**
   * Redis has "\ufffd" for every lone surrogate: two keys would be one. What looks like a mangled key is mangled as well. It is not a `keyMangler`
   * for regions: one of those with memory in front of Redis would have to call it for every hit in memory.
   */
  #nameOf(key) {
    if (typeof key !== "string") throw refused("a key", "a string", key);
    return this.#prefix + (key.isWellFormed() && !MANGLED.test(key) ? key : `sha1:${sha1MangleKey(key)}`);
  }

  #checked(value) {
    if (typeof value === "string" && value.isWellFormed()) return value;
    const isBytes = ArrayBuffer.isView(value) && member(value, "BYTES_PER_ELEMENT") === 1;
    if (isBytes && this.#binary) return value;
    const allowed = `text without lone surrogates${this.#binary ? ", or bytes" : ' (bytes with "binary: true")'}`;
    throw refused("a value for Redis", allowed, value);
  }

  #write(name, value, hint) {
    const retention = Math.max(1, Math.ceil(((hint && member(hint, "expirationTime")) ?? Infinity) * 1000));
    return this.#client.set(name, value, this.#expirationTime ?? retention);
  }

  /** On a cluster names in different slots have no command in common. */
  #unlink(names) {
    const unlink = (some) => this.#client.unlink(some);
    return all(this.#client.isCluster ? names.map((name) => [name]) : chunks(names), unlink);
  }

  /** The names with the prefix, without locks, each once a page. */
  async *#pages(what) {
    if (this.#prefix === "")
      throw dogpileError("VALIDATION", `${what} of a RedisBackend needs a prefix: without one it would reach every key of the database.`);
    if (this.#client.keyPrefix) {
      throw dogpileError("VALIDATION", `${what} of a RedisBackend does not know the keyPrefix of ioredis: use the option prefix instead of it.`);
    }
    const locks = this.#lockPrefix + this.#prefix;
    const pattern = `${this.#prefix.replace(/[*?[\]\\]/g, "\\$&")}*`;
    const scans = await this.#client.scans();
    if (scans.length === 0) throw dogpileError("BACKEND", `${what} of a RedisBackend asks every server, and the cluster's client is not connected to any.`);
    for (const scan of scans) {
      let cursor = "0";
      do {
        const [next, names] = await scan(cursor, pattern, KEYS_A_PAGE);
        yield [...new Set(names.map(String))].filter((name) => !name.startsWith(locks));
        cursor = String(next);
      } while (cursor !== "0");
    }
  }
}

/** The factory of "dogpile.cache.redis", with the names of dogpile.cache. */
export function fromPython(args) {
  const names = { redis_expiration_time: "expirationTime", expiration_time: "expirationTime", distributed_lock: "lock" };
  const known = ["client", ...OPTIONS, ...Object.keys(names), "lock_timeout", "lock_prefix"];
  const { client, lock_timeout: lease, lock_prefix: lockPrefix, ...given } = readOptions(args, known);
  if (given.redis_expiration_time === 0) given.redis_expiration_time = undefined; // Python's default, which is none
  const options = Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[names[name] ?? name, value]])));
  const hasDetails = lease !== undefined || lockPrefix !== undefined;
  return new RedisBackend(client, hasDetails && options.lock === true ? { ...options, lock: { lease, lockPrefix } } : options);
}

function readLock(lock) {
  if (lock === false) return { lease: undefined, lockPrefix: LOCK_PREFIX };
  if (lock !== true && !isObject(lock)) throw refused("lock", "true, false, or an object of lease and lockPrefix", lock);
  const { lease = LEASE, lockPrefix = LOCK_PREFIX } = readOptions(lock === true ? {} : lock, LOCK_OPTIONS);
  const length = milliseconds(lease, "lock.lease");
  if (length < LEAST_LEASE || length === Infinity) throw refused("lock.lease", "at least 0.1 s, and not endless", lease);
  // Without it a lock would have the name of its record.
  if (requireText(lockPrefix, "lock.lockPrefix") === "") throw refused("lock.lockPrefix", "at least one character", lockPrefix);
  return { lease: length, lockPrefix };
}

/** Text, or bytes without those that share the client's buffer. */
function given(value) {
  if (value === null || value === undefined) return undefined;
  return typeof value === "string" ? value : new Uint8Array(value);
}

function chunks(names) {
  return Array.from({ length: Math.ceil(names.length / KEYS_A_COMMAND) }, (_, index) => names.slice(index * KEYS_A_COMMAND, (index + 1) * KEYS_A_COMMAND));
}

/** Calls for every item, even if some fail; then throws the first failure. */
async function all(items, call) {
  const outcomes = await Promise.allSettled(items.map(async (item) => call(item)));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
