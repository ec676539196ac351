// In browsers over their own Cache API, in Node over an object of its shape.
import { afterEach, describe, expect, test, vi } from "vitest";
import { CacheStorageBackend, createRegion } from "dogpile";
import { backendSuite } from "dogpile/testing";
import { checkAfterEach, refuses, throws } from "../helpers.js";

checkAfterEach();
afterEach(() => vi.useRealTimers());

const isBrowser = "caches" in globalThis;
const START = isBrowser ? `${location.origin}/?dogpile=` : "https://dogpile.cache/?dogpile=";
const HASHED = /^sha1:[0-9a-f]{40}$/;

/** What Node has no Cache for: URLs are normalized and responses are used once, as in all of them. */
class PlainCache {
  #responses = new Map();
  async match(url) {
    return this.#responses.get(new URL(url).href)?.clone();
  }
  async put(url, response) {
    this.#responses.set(new URL(url).href, response);
  }
  async delete(url) {
    return this.#responses.delete(new URL(url.url ?? url).href);
  }
  async keys() {
    return Array.from(this.#responses.keys(), (url) => ({ url }));
  }
}

let count = 0;
const newCache = () => (isBrowser ? caches.open(`test ${Date.now()} ${count++}`) : new PlainCache());
const make = async (options) => new CacheStorageBackend({ cache: await newCache(), ...options });

describe("is a backend", () => {
  for (const { name, run } of backendSuite(() => make())) test(name, run);
});

if (isBrowser)
  describe("is a backend in a cache with a name", () => {
    for (const { name, run } of backendSuite(() => new CacheStorageBackend({ cacheName: `named ${count++}` }))) test(name, run);
  });

if (isBrowser)
  test("two backends share the default cache, and clear leaves what is not theirs", async () => {
    const [one, other] = [new CacheStorageBackend(), new CacheStorageBackend()];
    await one.set("k", "text");
    expect(await other.get("k")).toBe("text");
    const cache = await caches.open("dogpile");
    await cache.put("/page", new Response("a page"));
    await other.clear();
    expect(await one.get("k")).toBeUndefined();
    expect(await (await cache.match("/page")).text()).toBe("a page");
    await one.set("k", "new");
    expect(await other.get("k")).toBe("new");
    await caches.delete("dogpile");
  });

if (!isBrowser)
  test("without a Cache API every call rejects and says so, and a region goes on", async () => {
    const backend = new CacheStorageBackend();
    for (const call of [() => backend.get("k"), () => backend.set("k", "text"), () => backend.delete("k"), () => backend.clear()]) {
      await refuses(call, "BACKEND", "no Cache API");
    }
    const region = createRegion({ backend, observer: { onError() {} } });
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
  });

test("each key has a URL of its own, below the origin", async () => {
  const keys = [
    "",
    ".",
    "..",
    "../a",
    "a#b",
    "a?b",
    "a&b",
    "a+b",
    "a b",
    "a%20b",
    "%",
    "ä",
    "😀",
    "a\0b",
    "\ud800",
    "\udfff",
    "x".repeat(100_000),
    "x".repeat(100_001),
  ];
  const region = createRegion({ backend: await make(), backendErrors: "throw" });
  for (const key of keys) await region.set(key, `of ${key.length} ${keys.indexOf(key)}`);
  for (const key of keys) expect(await region.get(key)).toBe(`of ${key.length} ${keys.indexOf(key)}`);
});

test("keys are mangled that make long URLs, have lone surrogates, or look mangled", async () => {
  const { keyMangler } = await make();
  const longest = "x".repeat(2000 - START.length);
  for (const key of ["", "k", longest, "sha1:", "é".repeat(300)]) expect(keyMangler(key)).toBe(key);
  const mangled = [`${longest}x`, "é".repeat(400), "\ud800", "\udfff", keyMangler("\ud800")].map(keyMangler);
  for (const key of mangled) expect(key).toMatch(HASHED);
  expect(new Set(mangled).size).toBe(mangled.length);
});

test("a record says until when it may be read, and nothing of the user's is in its headers", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });
  const cache = await newCache();
  const written = async (options, hint) => {
    await new CacheStorageBackend({ cache, ...options }).set("k", "text", hint);
    const { status, headers } = await cache.match(`${START}k`);
    return [status, ...["content-type", "cache-control", "x-dogpile-until"].map((name) => headers.get(name))];
  };
  const expected = (time) => [200, "text/plain;charset=utf-8", `public, max-age=${time}`, String(1_700_000_000 + time)];
  expect(await written({}, { expirationTime: 1.5 })).toEqual(expected(2));
  expect(await written({}, { expirationTime: 0 })).toEqual(expected(1));
  expect(await written({}, { expirationTime: 1e9 })).toEqual(expected(31_536_000));
  expect(await written({})).toEqual(expected(31_536_000));
  expect(await written({ expirationTime: "5m" }, { expirationTime: 1 })).toEqual(expected(300));
  expect(await written({ expirationTime: -1 })).toEqual(expected(31_536_000));
});

test("what is past its time is a miss, and deleted", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });
  const cache = await newCache();
  const backend = new CacheStorageBackend({ cache, expirationTime: 10 });
  await backend.set("k", "text");
  vi.setSystemTime(1_700_000_009_999);
  expect(await backend.get("k")).toBe("text");
  vi.setSystemTime(1_700_000_010_000);
  expect(await backend.get("k")).toBeUndefined();
  expect(await cache.match(`${START}k`)).toBeUndefined();
});

test("a response of others is a miss", async () => {
  const cache = await newCache();
  const backend = new CacheStorageBackend({ cache });
  const headers = { "x-dogpile-until": "9999999999" };
  await cache.put(`${START}status`, new Response("text", { status: 404, headers }));
  await cache.put(`${START}header`, new Response("text"));
  await cache.put(`${START}no number`, new Response("text", { headers: { "x-dogpile-until": "soon" } }));
  for (const key of ["status", "header", "no number"]) expect(await backend.get(key)).toBeUndefined();
});

test("what cannot be kept is refused before anything is written", async () => {
  const backend = await make();
  await refuses(() => backend.set("k", new Uint8Array(1)), "VALIDATION", "a value for the Cache API");
  await refuses(() => backend.set("k", "secret\ud800"), "VALIDATION", "without lone surrogates, not a string of 7 characters");
  await refuses(() => backend.set("\ud800", "text"), "VALIDATION", "a key of the Cache API");
  await refuses(() => backend.get(1), "VALIDATION", "a key");
  expect(await backend.get("k")).toBeUndefined();
});

test("a platform that cannot list keys rejects clear", async () => {
  const { match, put, delete: remove } = new PlainCache();
  await refuses(() => new CacheStorageBackend({ cache: { match, put, delete: remove } }).clear(), "BACKEND", "cannot be listed");
});

test.each([
  [{ cache: {} }, "cache must be a Cache such as caches.default (missing: match, put, delete)"],
  [{ cache: "secret" }, "cache must be a Cache"],
  [{ cache: new PlainCache(), cacheName: "a" }, "cacheName must be left out"],
  [{ cacheName: 1 }, "cacheName must be a string"],
  [{ origin: "shop.example" }, "origin must be an origin"],
  [{ origin: "https://shop.example/path" }, "origin must be an origin"],
  [{ origin: "https://user:secret@shop.example" }, "origin must be an origin"],
  [{ origin: "file:///tmp" }, "origin must be an origin"],
  [{ expirationTime: 0 }, "expirationTime must be greater than 0"],
  [{ expirationTime: "soon" }, "expirationTime must be seconds"],
  [{ ttl: 1 }, "Did you mean expirationTime?"],
])("%o is refused", (options, message) => {
  const error = throws(() => new CacheStorageBackend(options), "VALIDATION", message);
  expect(error.message).not.toContain("secret@");
});

test("an origin may end with a slash", async () => {
  const cache = await newCache();
  await new CacheStorageBackend({ cache, origin: "https://shop.example/" }).set("k", "text");
  expect(await (await cache.match("https://shop.example/?dogpile=k")).text()).toBe("text");
});
