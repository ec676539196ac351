import { EdgeMutex } from "../edge/mutex.js";
import { describePart, makeError, quoteKey, refused, refusedAs, requireKey } from "../errors.js";
import { sha1MangleKey } from "../keys/manglers.js";
import { readOptions } from "../members.js";
import { seconds } from "../duration.js";
import { ours, registerBackend } from "./registry.js";

const OPTIONS = ["prefix", "expirationTtl", "cacheTtl", "lock"];
const LEAST_TTL = 60;
const LEAST_CACHE_TTL = 30;
const LONGEST_TTL = 2 ** 31 - 1; // KV accepts only an int32
const LONGEST_NAME = 512; // bytes
const SEPARATOR = ":"; // not in prefixes, so that they never overlap; in every name, so that none is "", "." or "..", which KV refuses
const KEYS_A_READ = 100;
const AT_ONCE = 6; // a Worker's limit of open connections
const MANGLED = /^sha1:[0-9a-f]{40}$/;
const VISIBLE_AFTER = 60; // seconds until a write is visible everywhere, as documented

export class CloudflareKVBackend {
  #namespace;
  /** The first part of all names. */
  #start;
  #expirationTtl;
  #cacheTtl;
  #lock;
  #keyMangler = (key) => (this.#holds(key) ? key : `sha1:${sha1MangleKey(key)}`);

  constructor(namespace, options) {
    this.#namespace = requireMethods(namespace, "namespace", "a KV namespace", ["get", "put", "delete", "list"]);
    const { prefix, expirationTtl, cacheTtl, lock } = readOptions(options, OPTIONS);
    this.#start = requirePrefix(prefix ?? "") + SEPARATOR;
    this.#expirationTtl = atLeast(LEAST_TTL, expirationTtl, "expirationTtl");
    this.#cacheTtl = atLeast(LEAST_CACHE_TTL, cacheTtl, "cacheTtl");
    if (lock !== undefined && lock !== null) this.#lock = requireMethods(lock, "lock", "a namespace bound to DogpileLock", ["idFromName", "get"]);
  }

  get serializer() {
    return JSON;
  }

  get keyMangler() {
    return this.#keyMangler;
  }

  async get(key) {
    return (await this.#readAlone(this.#nameOf(key))) ?? undefined;
  }

  async getMulti(keys) {
    const names = keys.map((key) => this.#nameOf(key));
    const found = await this.#read([...new Set(names)]);
    return names.map((name) => found.get(name) ?? undefined);
  }

  async set(key, value, hint) {
    if (typeof value !== "string") throw refused("a value for Cloudflare KV", "text (from a serializer with stringify)", value);
    if (!value.isWellFormed()) throw refusedAs("a value for Cloudflare KV", "text without lone surrogates", describePart(value));
    const name = this.#nameOf(key);
    const ttl = this.#expirationTtl ?? Math.max(LEAST_TTL, hint?.expirationTime ?? Infinity);
    try {
      await this.#namespace.put(name, value, ttl === Infinity ? {} : { expirationTtl: int32(ttl) });
    } catch (error) {
      throw explained(error, key);
    }
  }

  async setMulti(values, hint) {
    await eachOf(values, ([key, value]) => this.set(key, value, hint));
  }

  async delete(key) {
    await this.#namespace.delete(this.#nameOf(key));
  }

  async deleteMulti(keys) {
    await eachOf(new Set(keys), (key) => this.delete(key));
  }

  async clear() {
    for await (const names of this.#pages()) await eachOf(names, async (name) => this.#namespace.delete(name));
  }

  async *entries() {
    for await (const names of this.#pages()) {
      const found = await this.#read(names);
      for (const name of names) {
        const stored = found.get(name) ?? undefined;
        if (stored !== undefined) yield [name.slice(this.#start.length), stored];
      }
    }
  }

  getMutex(key) {
    const keep = Math.max(VISIBLE_AFTER, this.#cacheTtl ?? 0);
    return this.#lock && new EdgeMutex(this.#lock, this.#nameOf(key), keep);
  }

  get #reading() {
    return this.#cacheTtl === undefined ? { type: "text" } : { type: "text", cacheTtl: int32(this.#cacheTtl) };
  }

  /** Whether KV can store a key unchanged, and it does not look like a mangled one. */
  #holds(key) {
    return key.isWellFormed() && fits(this.#start + key) && !MANGLED.test(key);
  }

  #nameOf(key) {
    requireKey(key);
    if (!key.isWellFormed()) throw refusedAs("a key of Cloudflare KV", "text without lone surrogates", describePart(key));
    return this.#start + key;
  }

  /** Reads separately the names that are missing in a bulk read's result: workerd leaves out names that are array indices. */
  async #read(names) {
    const found = new Map();
    await eachOf(chunks(names), async (some) => {
      for (const [name, stored] of await this.#readTogether(some)) found.set(name, stored);
    });
    const unnamed = names.filter((name) => !found.has(name));
    await eachOf(unnamed, async (name) => found.set(name, await this.#readAlone(name)));
    return found;
  }

  #readAlone(name) {
    return this.#namespace.get(name, this.#reading);
  }

  /** Reads in one operation, or in smaller ones if the response would exceed KV's limit of bytes. A single record that exceeds it is left out. */
  async #readTogether(names) {
    try {
      return await this.#namespace.get(names, this.#reading);
    } catch (error) {
      if (!says(error, 413)) throw error;
      if (names.length === 1) return [];
      const half = Math.ceil(names.length / 2);
      return [...(await this.#readTogether(names.slice(0, half))), ...(await this.#readTogether(names.slice(half)))];
    }
  }

  async *#pages() {
    let page;
    do {
      page = await this.#namespace.list({ prefix: this.#start, cursor: page?.cursor });
      yield page.keys.map(({ name }) => name);
    } while (!page.list_complete);
  }
}

registerBackend("dogpile.cache.cloudflare_kv", (args) => {
  const { namespace, ...options } = ours(args, ["namespace", ...OPTIONS]);
  return new CloudflareKVBackend(namespace, options);
});

function requireMethods(object, what, allowed, methods) {
  const missing = methods.filter((method) => typeof object?.[method] !== "function");
  if (missing.length === 0) return object;
  throw refused(what, `${allowed}, with ${methods.join(", ")} (missing: ${missing.join(", ")})`, object);
}

function requirePrefix(prefix) {
  if (typeof prefix !== "string" || !prefix.isWellFormed()) throw refused("prefix", "a string without lone surrogates", prefix);
  if (prefix.includes(SEPARATOR)) throw refused("prefix", `a string without "${SEPARATOR}" (the backend adds it)`, prefix);
  if (fits(`${prefix}${SEPARATOR}sha1:${"0".repeat(40)}`)) return prefix;
  throw refused("prefix", `a string of at most ${LONGEST_NAME - 46} bytes`, prefix);
}

/** Raises a duration to KV's minimum, with a warning. */
function atLeast(least, duration, what) {
  const length = seconds(duration, what);
  if (Number.isNaN(length)) return undefined;
  if (length >= least) return length;
  console.warn(`dogpile: ${what} is ${least} s instead of ${length} s, the minimum of Cloudflare KV.`);
  return least;
}

const int32 = (length) => Math.min(Math.ceil(length), LONGEST_TTL);

const fits = (name) => name.length * 3 <= LONGEST_NAME || (name.length <= LONGEST_NAME && new TextEncoder().encode(name).length <= LONGEST_NAME);

function* chunks(names) {
  for (let at = 0; at < names.length; at += KEYS_A_READ) yield names.slice(at, at + KEYS_A_READ);
}

/** Calls for every item, a few at a time, even if some fail; then throws the first failure. */
async function eachOf(items, call) {
  const waiting = items[Symbol.iterator]();
  const failures = [];
  const work = async () => {
    for (const item of waiting) await call(item).catch((error) => failures.push(error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}

/** Whether KV's error has a status, which is only in its message. */
const says = (error, status) => new RegExp(`\\b${status}\\b`).test(error?.message);

function explained(error, key) {
  const name = quoteKey(key);
  if (says(error, 429))
    return makeError("BACKEND", `Cloudflare KV accepts one write per second for each key; ${name} was written more often.`, { cause: error });
  if (says(error, 413)) return makeError("BACKEND", `Cloudflare KV accepts records of at most 25 MiB; that of ${name} is larger.`, { cause: error });
  return error;
}
