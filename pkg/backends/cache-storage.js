import { describePart, makeError, refused, refusedAs, requireKey } from "../errors.js";
import { sha1MangleKey } from "../keys/manglers.js";
import { hasMethod, readOptions } from "../members.js";
import { seconds } from "../duration.js";

const OPTIONS = ["cache", "cacheName", "origin", "expirationTime"];
const METHODS = ["match", "put", "delete"];
const LONGEST_URL = 2_000; // bytes
const LONGEST_TIME = 31_536_000; // seconds; platforms treat a max-age of more than a year as one of a year
const MANGLED = /^sha1:[0-9a-f]{40}$/;
/** Seconds since the epoch. Browsers and Deno ignore `max-age`. */
const UNTIL = "x-dogpile-until";

export class CacheStorageBackend {
  #cache;
  /** Undefined if the cache was given. */
  #name;
  /** Of all URLs. In the query, because "." and ".." in a path are resolved. */
  #start;
  #expirationTime;
  #keyMangler = (key) => (this.#holds(key) ? key : `sha1:${sha1MangleKey(key)}`);

  constructor(options) {
    const { cache, cacheName, origin, expirationTime } = readOptions(options, OPTIONS);
    const isGiven = cache !== undefined && cache !== null;
    if (isGiven) this.#cache = requireCache(cache, cacheName);
    else this.#name = requireName(cacheName ?? "dogpile");
    this.#start = `${requireOrigin(origin ?? pageOrigin())}/?dogpile=`;
    this.#expirationTime = requireTime(seconds(expirationTime, "expirationTime"), expirationTime);
  }

  get serializer() {
    return JSON;
  }

  get keyMangler() {
    return this.#keyMangler;
  }

  async get(key) {
    const url = this.#urlOf(key);
    const cache = await this.#open();
    const response = await cache.match(url);
    if (!response) return undefined;
    const stored = await response.text(); // in full: on Workers a body belongs to its request
    const until = Number(response.headers.get(UNTIL) ?? NaN);
    if (response.status !== 200 || Number.isNaN(until)) return undefined;
    if (Date.now() / 1000 < until) return stored;
    await cache.delete(url);
  }

  async set(key, value, hint) {
    const url = this.#urlOf(key);
    if (typeof value !== "string") throw refused("a value for the Cache API", "text (from a serializer with stringify)", value);
    if (!value.isWellFormed()) throw refusedAs("a value for the Cache API", "text without lone surrogates", describePart(value));
    const cache = await this.#open();
    await cache.put(url, responseOf(value, this.#expirationTime ?? hint?.expirationTime ?? Infinity));
  }

  async delete(key) {
    const url = this.#urlOf(key);
    await (await this.#open()).delete(url);
  }

  async clear() {
    const cache = await this.#open();
    try {
      await this.#clear(cache);
    } catch (cause) {
      throw makeError("BACKEND", "The keys of this cache cannot be listed, as on Workers, so the backend cannot be cleared.", { cause });
    }
  }

  /** Key by key where the platform lists them: a cache that is dropped goes on in every object that has it open. Deno lists none. */
  async #clear(cache) {
    if (this.#name === undefined || hasMethod(cache, "keys")) {
      const ours = (await cache.keys()).filter(({ url }) => url.startsWith(this.#start));
      await Promise.all(ours.map((request) => cache.delete(request)));
    } else {
      await caches.delete(this.#name);
      this.#cache = undefined;
    }
  }

  /** The cache itself is kept, not its promise, which on Workers would belong to the first request. */
  async #open() {
    if (this.#cache === undefined) this.#cache = await opened(this.#name);
    return this.#cache;
  }

  /** Whether a key can be part of a URL unchanged, and does not look like a mangled one. */
  #holds(key) {
    return key.isWellFormed() && !MANGLED.test(key) && this.#start.length + encodeURIComponent(key).length <= LONGEST_URL;
  }

  #urlOf(key) {
    requireKey(key);
    if (!key.isWellFormed()) throw refusedAs("a key of the Cache API", "text without lone surrogates", describePart(key));
    return this.#start + encodeURIComponent(key);
  }
}

async function opened(name) {
  if (globalThis.caches === undefined) throw makeError("BACKEND", "There is no Cache API here: Node has none, nor has an insecure origin.");
  try {
    return await caches.open(name);
  } catch (cause) {
    throw makeError("BACKEND", "The Cache API cannot be used here; see the cause.", { cause });
  }
}

/** What all platforms store: Workers drops a response without Cache-Control, or with a max-age of 0. */
function responseOf(text, length) {
  const time = Math.min(Math.max(Math.ceil(length), 1), LONGEST_TIME);
  const headers = {
    "content-type": "text/plain;charset=utf-8",
    "cache-control": `public, max-age=${time}`,
    [UNTIL]: String(Date.now() / 1000 + time),
  };
  return new Response(text, { headers });
}

/** Of an opaque origin, as a sandboxed frame has it, the text is "null". */
function pageOrigin() {
  const { origin } = globalThis.location ?? {};
  return /^https?:/.test(origin) ? origin : "https://dogpile.cache";
}

function requireCache(cache, name) {
  const missing = METHODS.filter((method) => !hasMethod(cache, method));
  if (missing.length > 0) throw refused("cache", `a Cache such as caches.default (missing: ${missing.join(", ")})`, cache);
  if (name !== undefined && name !== null) throw refused("cacheName", "left out if there is a cache", name);
  return cache;
}

function requireName(name) {
  if (typeof name !== "string") throw refused("cacheName", "a string", name);
  return name;
}

function requireOrigin(origin) {
  const url = typeof origin === "string" && URL.canParse(origin) ? new URL(origin) : undefined;
  if (url !== undefined && /^https?:/.test(url.origin) && url.href === `${url.origin}/`) return url.origin;
  throw refused("origin", 'an origin such as "https://shop.example"', origin);
}

function requireTime(length, given) {
  if (length <= 0) throw refused("expirationTime", "greater than 0", given);
  return Number.isNaN(length) ? undefined : length;
}
