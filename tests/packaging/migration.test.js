// The tables of the guide's page "Migration": what each row names on our side does what the row says of it.
import { readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { BroadcastBus, CantDeserialize, createRegion, MemoryBackend, StoredInvalidationStrategy, TagInvalidation, TieredBackend } from "dogpile";

const page = await readFile(new URL("../../www/guide/16-migration.md", import.meta.url), "utf8");
const tables = ["lru-cache", "cachified", "bentocache", "Keyv", "cacheable", "cache-manager"];
const written = tables.flatMap((name) => rowsOf(name).map((left) => `${name}: ${left}`));

let now = 1_000_000;
/** No two times are the same, as with the clock of a region. */
const clock = () => (now += 0.001);
const make = (options) => createRegion({ backend: new MemoryBackend(), clock, ...options });
const later = (seconds) => (now += seconds);

async function creates() {
  const create = vi.fn(() => "value");
  const region = make();
  expect(await Promise.all([1, 2].map(() => region.getOrCreate("k", create)))).toEqual(["value", "value"]);
  expect(create).toHaveBeenCalledOnce();
}

async function expires() {
  for (const expirationTime of [300, "5m"]) {
    const region = make({ expirationTime });
    await region.set("k", "value");
    later(299);
    expect(await region.get("k")).toBe("value");
    later(2);
    expect(await region.get("k")).toBeUndefined();
  }
}

async function setExpires() {
  const region = make();
  await region.set("k", "value", { expiresIn: "1m" });
  expect(await region.get("k")).toBe("value");
  later(61);
  expect(await region.get("k")).toBeUndefined();
}

async function creatorExpires() {
  const region = make();
  await region.getOrCreate("k", (context) => (context.expiresIn("1m"), "value"));
  later(61);
  expect(await region.get("k")).toBeUndefined();
}

/** A creation that is under way, of a value that is stale. */
async function stale(options) {
  const region = make({ expirationTime: 10, ...options });
  await region.set("k", "stale");
  later(11);
  let finish;
  const call = region.getOrCreate("k", () => new Promise((resolve) => (finish = resolve)));
  await vi.waitFor(() => expect(finish).toBeDefined());
  return { region, call, finish };
}

async function servesStale() {
  const { region, call, finish } = await stale();
  expect(await region.getOrCreate("k", expect.unreachable)).toBe("stale");
  finish("new");
  expect(await call).toBe("new");
  const all = await stale({ staleWhileRevalidate: true });
  expect(await all.call).toBe("stale");
  all.finish("new");
  await vi.waitFor(async () => expect(await all.region.get("k")).toBe("new"));
}

async function staleIfError() {
  const region = make({ expirationTime: 10, staleIfError: "1h", observer: { onError() {} } });
  await region.set("k", "stale");
  later(11);
  const fail = () => Promise.reject(new Error("broken"));
  expect(await region.getOrCreate("k", fail)).toBe("stale");
  later(3601);
  await expect(region.getOrCreate("k", fail)).rejects.toThrow("broken");
}

async function forces() {
  const region = make();
  await region.set("k", "old");
  expect(await region.getOrCreate("k", () => "new", { forceRefresh: true })).toBe("new");
}

async function many() {
  const region = make();
  await region.setMulti(new Map(Object.entries({ a: 1, b: 2 })));
  expect(await region.getMulti(["a", "b", "c"])).toEqual([1, 2, undefined]);
  await region.deleteMulti(["a"]);
  expect(await region.getMulti(["a", "b"])).toEqual([undefined, 2]);
}

async function mangles() {
  const backend = new MemoryBackend();
  const [one, other] = ["one", "other"].map((name) => make({ backend, keyMangler: (key) => `${name}:${key}` }));
  await one.set("k", 1);
  await other.set("k", 2);
  await one.invalidate();
  expect([await one.get("k"), await other.get("k")]).toEqual([undefined, 2]);
}

async function invalidates() {
  const region = make();
  await region.set("k", "value");
  await region.invalidate();
  expect(await region.get("k")).toBeUndefined();
}

async function tiers() {
  const far = new MemoryBackend();
  const region = make({ backend: new TieredBackend(new MemoryBackend(), far) });
  await region.set("k", "value");
  expect(await createRegion({ backend: new TieredBackend(new MemoryBackend(), far), clock }).get("k")).toBe("value");
}

async function callersGetTheError() {
  const region = make();
  const ask = () => region.getOrCreate("k", () => Promise.reject(new Error("broken")));
  for (const call of [ask(), ask()]) await expect(call).rejects.toThrow("broken");
}

async function timesOut() {
  const { region, finish } = await stale({ lockTimeout: "10s" });
  expect(await region.getOrCreate("k", expect.unreachable, { timeout: "10ms" })).toBe("stale");
  finish("new");
}

const proofs = {
  "lru-cache: `max`": async () => {
    const backend = new MemoryBackend({ maxEntries: 2 });
    for (const key of ["a", "b", "c"]) await make({ backend }).set(key, key);
    expect(backend.size).toBe(2);
  },
  "lru-cache: `ttl`, in milliseconds": expires,
  "lru-cache: `cache.fetch(key)`": creates,
  "lru-cache: `cache.get(key)`": async () => expect(await make().get("k")).toBeUndefined(),
  "lru-cache: `cache.set(key, value, { ttl })`, in milliseconds": setExpires,
  "lru-cache: `allowStale: true`": servesStale,
  "lru-cache: `allowStaleOnFetchRejection: true`": staleIfError,
  "lru-cache: `forceRefresh: true`": forces,
  "lru-cache: `cache.fetch(key, { signal })`: aborts the fetch for all callers": async () => {
    const region = make();
    let finish;
    const leaving = new AbortController();
    const create = () => new Promise((resolve) => (finish = resolve));
    const [one, other] = [region.getOrCreate("k", create, { signal: leaving.signal }), region.getOrCreate("k", create)];
    await vi.waitFor(() => expect(finish).toBeDefined());
    leaving.abort(new Error("left"));
    await expect(one).rejects.toThrow("left");
    finish("value");
    expect(await other).toBe("value");
  },
  "lru-cache: `delete` while a fetch runs: waiting callers get an Error": async () => {
    const region = make();
    let finish;
    const call = region.getOrCreate("k", () => new Promise((resolve) => (finish = resolve)));
    await vi.waitFor(() => expect(finish).toBeDefined());
    await region.delete("k");
    finish("value");
    expect([await call, await region.get("k")]).toEqual(["value", undefined]);
  },
  "lru-cache: removes the least recently used entry first": async () => {
    const region = make({ backend: new MemoryBackend({ maxEntries: 2 }) });
    await region.set("read", 1);
    await region.set("not read", 2);
    await region.get("read");
    await region.set("new", 3);
    expect(await region.getMulti(["read", "not read", "new"])).toEqual([1, undefined, 3]);
  },
  "cachified: `key`, `getFreshValue`": creates,
  "cachified: `ttl`, in milliseconds": expires,
  "cachified: `context.metadata.ttl = …`, in milliseconds": creatorExpires,
  "cachified: `staleWhileRevalidate`, in milliseconds": servesStale,
  "cachified: `fallbackToCache`, in milliseconds": staleIfError,
  "cachified: `forceFresh`": forces,
  "cachified: `createBatch`": async () => {
    const create = vi.fn(async (keys) => keys.map((key) => `of ${key}`));
    expect(await make().getOrCreateMulti(["a", "b"], create)).toEqual(["of a", "of b"]);
    expect(create).toHaveBeenCalledOnce();
  },
  "cachified: `checkValue`": async () => {
    const parse = (text) => {
      const value = JSON.parse(text);
      if (value.version === 1) throw new CantDeserialize();
      return value;
    };
    const region = make({ serializer: { stringify: JSON.stringify, parse } });
    await region.set("k", { version: 1 });
    expect(await region.getOrCreate("k", () => ({ version: 2 }))).toEqual({ version: 2 });
    await region.getOrCreate("unwanted", () => "value", { shouldCacheFn: () => false });
    expect(await region.get("unwanted")).toBeUndefined();
  },
  "cachified: `softPurge`": async () => {
    const region = make({ staleWhileRevalidate: true });
    await region.set("k", "stale");
    await region.invalidate({ soft: true });
    expect(await region.getOrCreate("k", () => "new")).toBe("stale");
    await vi.waitFor(async () => expect(await region.get("k")).toBe("new"));
  },
  "bentocache: `getOrSet({ key, factory })`": creates,
  "bentocache: `ttl`, in milliseconds or as text": expires,
  "bentocache: `ctx.setOptions({ ttl })`, in milliseconds or as text": creatorExpires,
  "bentocache: `grace`, in milliseconds or as text": staleIfError,
  "bentocache: `timeout: 0` with `grace`": servesStale,
  "bentocache: `timeout` with `grace`, in milliseconds or as text": timesOut,
  "bentocache: `hardTimeout`, in milliseconds or as text": async () => {
    const call = make().getOrCreate("k", () => new Promise(() => {}), { timeout: "10ms" });
    await expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
  },
  "bentocache: `forceFresh`": forces,
  "bentocache: `expire({ key })`": forces,
  'bentocache: `namespace("users")`': mangles,
  "bentocache: `deleteByTag({ tags })`": async () => {
    const region = make({ tagInvalidator: new TagInvalidation() });
    await region.set("k", "value", { tags: ["users"] });
    await region.set("other", "value", { tags: ["pages"] });
    await region.invalidateTags(["users"]);
    expect(await region.getMulti(["k", "other"])).toEqual([undefined, "value"]);
  },
  "bentocache: drivers, two layers": tiers,
  "bentocache: a bus between processes": async () => {
    const backend = new MemoryBackend();
    const buses = [1, 2].map(() => new BroadcastBus("migration"));
    const [one, other] = buses.map((bus) => make({ backend, regionInvalidator: new StoredInvalidationStrategy(backend, { bus }) }));
    await one.set("k", "value");
    expect(await other.get("k")).toBe("value");
    await one.invalidate();
    await vi.waitFor(async () => expect(await other.get("k")).toBeUndefined());
    for (const bus of buses) bus.close();
  },
  "Keyv: `keyv.get(key)`, then `keyv.set(key, value, ttl)`": creates,
  "Keyv: `ttl`, in milliseconds": expires,
  "Keyv: `keyv.set(key, value, ttl)`, in milliseconds": setExpires,
  "Keyv: `namespace`": mangles,
  "Keyv: `keyv.clear()`": invalidates,
  'Keyv: `keyv.on("error", …)`': async () => {
    const onError = vi.fn();
    const broken = () => Promise.reject(new Error("broken"));
    const region = make({ backend: { get: broken, set: broken, delete: broken }, observer: { onError } });
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
    await vi.waitFor(() => expect(onError).toHaveBeenCalled());
  },
  "cacheable: `getOrSet(key, fn)`": creates,
  "cacheable: `ttl`, in milliseconds or as text": expires,
  "cacheable: `set(key, value, ttl)`, in milliseconds or as text": setExpires,
  "cacheable: `wrap(fn, { keyPrefix })`": async () => {
    const load = vi.fn((id) => `user ${id}`);
    const cached = make().cacheOnArguments({ namespace: "user" })(load);
    expect([await cached(42), await cached(42)]).toEqual(["user 42", "user 42"]);
    expect(load).toHaveBeenCalledOnce();
  },
  "cacheable: `getMany`, `setMany`, `deleteMany`": many,
  'cacheable: `throwErrors: "function"`': callersGetTheError,
  "cacheable: `primary` and `secondary`": tiers,
  "cacheable: `namespace`": mangles,
  "cacheable: `clear()`": invalidates,
  "cache-manager: `wrap(key, fn)`": creates,
  "cache-manager: `ttl`, in milliseconds": expires,
  "cache-manager: `wrap(key, fn, ttl)` with a function `ttl`, in milliseconds": creatorExpires,
  "cache-manager: `refreshThreshold`, in milliseconds before the end of `ttl`": async () => {
    const region = make({ expirationTime: 100, earlyRefresh: true, random: () => 1 - 1e-9 });
    await region.getOrCreate("k", () => (later(10), "first"));
    later(80);
    expect(await region.getOrCreate("k", () => "second")).toBe("first");
    await vi.waitFor(async () => expect(await region.get("k")).toBe("second"));
  },
  "cache-manager: `mget`, `mset`, `mdel`": many,
  "cache-manager: `clear()`": invalidates,
  "cache-manager: several `stores`": tiers,
};

test("every row of the page is tested, and every test has its row", () => {
  expect(Object.keys(proofs)).toEqual(written);
});

test.each(Object.entries(proofs))("%s", (_row, prove) => prove());

/** The left cells of the table whose head names a library. */
function rowsOf(name) {
  const [, rows] = page.match(new RegExp(`^\\| ${name} \\| dogpile \\|\\n\\| --- \\| --- \\|\\n((?:\\|.*\\n)+)`, "m"));
  return rows
    .trim()
    .split("\n")
    .map((row) => row.slice(2).split(" | ")[0]);
}
