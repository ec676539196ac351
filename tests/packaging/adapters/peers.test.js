// Libraries that take a store of others, over backends.
import { cachified } from "@epic-web/cachified";
import { QueryClient } from "@tanstack/query-core";
import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import { createCache } from "cache-manager";
import { Cacheable } from "cacheable";
import { createRegion, MemoryBackend } from "dogpile";
import { toAsyncStorage, toCachified, toKeyv, toUnstorageDriver } from "dogpile/adapters";
import { Keyv } from "keyv";
import { afterEach, describe, expect, test, vi } from "vitest";
import { backends } from "./backends.js";

afterEach(() => vi.useRealTimers());

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("cacheable", async () => {
    const cache = new Cacheable({ primary: new Keyv(), secondary: new Keyv({ store: toKeyv(makeBackend(), { version: 5 }) }) });
    await cache.set("k", { value: 1 }, "1h");
    await cache.primary.clear();
    expect(await cache.get("k")).toEqual({ value: 1 });
    await cache.delete("k");
    expect(await cache.get("k")).toBeUndefined();
  });

  test("cache-manager", async () => {
    const cache = createCache({ stores: [new Keyv({ store: toKeyv(makeBackend(), { version: 5 }) })], ttl: 60_000 });
    const create = vi.fn(async () => ({ value: 1 }));
    expect(await cache.wrap("k", create)).toEqual({ value: 1 });
    expect(await cache.wrap("k", create)).toEqual({ value: 1 });
    expect(create).toHaveBeenCalledOnce();
    await cache.mset([{ key: "a", value: 1 }]);
    expect(await cache.mget(["a", "none"])).toEqual([1, undefined]);
  });

  test("cachified, which reads a region's records, and a region its own", async () => {
    const backend = makeBackend();
    const cache = toCachified(backend);
    const getFreshValue = vi.fn(async () => ({ value: 1 }));
    const ask = () => cachified({ key: "k", cache, ttl: 60_000, swr: 30_000, getFreshValue });
    expect([await ask(), await ask()]).toEqual([{ value: 1 }, { value: 1 }]);
    expect(getFreshValue).toHaveBeenCalledOnce();
    expect((await cache.get("k")).metadata).toEqual({ createdTime: expect.any(Number), ttl: 60_000, swr: 30_000 });

    const region = createRegion({ backend });
    const { payload, metadata } = await region.getValueMetadata("k");
    expect([payload, metadata]).toEqual([{ value: 1 }, { ct: expect.any(Number), v: 2, et: 60, swr: 30 }]);
    await region.set("by the region", 2, { expiresIn: 60 });
    expect(await cachified({ key: "by the region", cache, getFreshValue })).toBe(2);
    expect(await cache.get("none")).toBeUndefined();
    await cache.delete("k");
    expect(await region.get("k")).toBeUndefined();
  });

  test("TanStack's persisters: of a client, and of single queries", async () => {
    const storage = toAsyncStorage(makeBackend());
    const persister = createAsyncStoragePersister({ storage, throttleTime: 0 });
    const client = { timestamp: Date.now(), buster: "", clientState: { mutations: [], queries: [] } };
    await persister.persistClient(client);
    await vi.waitFor(async () => expect(await persister.restoreClient()).toEqual(client));
    await persister.removeClient();
    expect(await persister.restoreClient()).toBeUndefined();

    const { experimental_createQueryPersister: createPersister } = await import("@tanstack/query-persist-client-core");
    const ask = (queryFn) => new QueryClient().fetchQuery({ queryKey: ["k"], queryFn, persister: createPersister({ storage }).persisterFn });
    expect(await ask(() => ({ value: 1 }))).toEqual({ value: 1 });
    await vi.waitFor(async () => expect(await storage.entries()).toHaveLength(1));
    expect(await ask(() => expect.unreachable("it is in the storage"))).toEqual({ value: 1 });
  });
});

test("cachified decides what an expired record is good for: stale, or nothing", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const cache = toCachified(new MemoryBackend());
  let count = 0;
  const ask = (swr) => cachified({ key: `${swr}`, cache, ttl: 1000, swr, getFreshValue: () => ++count });
  expect([await ask(0), await ask(60_000)]).toEqual([1, 2]);
  vi.setSystemTime(Date.now() + 1001);
  expect([await ask(0), await ask(60_000)]).toEqual([3, 2]);
});

test("times without end are null to cachified", async () => {
  const cache = toCachified(new MemoryBackend());
  await cache.set("k", { value: undefined, metadata: { createdTime: 5, ttl: null, swr: null } });
  expect(await cache.get("k")).toEqual({ value: undefined, metadata: { createdTime: 5, ttl: null, swr: null } });
});

test("an asynchronous storage keeps what it is given as it is, and lists it", async () => {
  const storage = toAsyncStorage(new MemoryBackend());
  const value = { a: new Date(0), b: undefined };
  await storage.setItem("k", value);
  expect(await storage.getItem("k")).toBe(value);
  expect(await storage.entries()).toEqual([["k", value]]);
  await storage.removeItem("k");
  expect([await storage.getItem("k"), await storage.entries()]).toEqual([undefined, []]);
});

test.each([toAsyncStorage, toCachified, toKeyv, toUnstorageDriver])("%o refuses what is no backend", (adapter) => {
  for (const given of [undefined, null, "secret", {}, { get() {}, set() {} }]) {
    expect(() => adapter(given)).toThrow(TypeError);
    expect(() => adapter(given)).toThrow(`${adapter.name} takes a backend`);
    expect(() => adapter(given)).not.toThrow("secret");
  }
});
