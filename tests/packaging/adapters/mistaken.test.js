// The objects of other libraries that are given to a region as they are.
import { fileURLToPath } from "node:url";
import { Redis as Upstash } from "@upstash/redis";
import { createRegion } from "dogpile";
import Ioredis from "ioredis";
import Ioredis5 from "ioredis-5";
import { Keyv as Keyv5 } from "keyv";
import { Keyv as Keyv6, KeyvMemoryAdapter } from "keyv-6";
import { LRUCache } from "lru-cache";
import { createClient, createCluster } from "redis";
import { createClient as createClient5 } from "redis-5";
import { createStorage } from "unstorage";
import { expect, test } from "vitest";
import { bundleWorker, startRuntime } from "../../workerd/runtime.js";

const lazy = { lazyConnect: true, password: "secret" };
const redis = 'new RedisBackend(client) of "dogpile/redis", not a Redis client';

test.each([
  ["ioredis 6", () => new Ioredis(lazy), redis],
  ["ioredis 5", () => new Ioredis5(lazy), redis],
  ["an ioredis cluster", () => new Ioredis.Cluster([{ host: "127.0.0.1", port: 1 }], { lazyConnect: true }), redis],
  ["node-redis 6", () => createClient({ password: "secret" }), redis],
  ["node-redis 5", () => createClient5({ password: "secret" }), redis],
  ["a node-redis cluster", () => createCluster({ rootNodes: [] }), redis],
  ["Upstash", () => new Upstash({ url: "https://redis.example", token: "secret" }), redis],
  ["unstorage", () => createStorage(), 'fromUnstorage(storage) of "dogpile/adapters", not a storage of unstorage'],
  ["Keyv 5", () => new Keyv5({ namespace: "secret" }), 'fromKeyv(keyv) of "dogpile/adapters", not a Keyv'],
  ["Keyv 6", () => new Keyv6({ namespace: "secret" }), 'fromKeyv(keyv) of "dogpile/adapters", not a Keyv'],
  ["a store of Keyv 6", () => new KeyvMemoryAdapter(new Map()), "fromKeyv(new Keyv({ store }))"],
])("%s is refused with what makes a backend of it", (_name, make, message) => {
  const backend = make();
  const error = thrownBy(() => createRegion({ backend }));
  expect(error).toMatchObject({ code: "VALIDATION", message: expect.stringContaining(message) });
  expect(error.message).not.toContain("secret");
});

test("on Workers a Cache and a KV namespace are refused", async () => {
  const modules = await bundleWorker(fileURLToPath(new URL("../../workerd/app", import.meta.url)), "mistaken.js");
  const runtime = startRuntime([{ modules, env: { KV: { type: "kv", id: "mistaken" } } }]);
  try {
    const response = await runtime.dispatchFetch("http://worker.example/");
    const body = await response.text();
    expect(response.ok, body).toBe(true);
    expect(JSON.parse(body)).toEqual([
      expect.stringContaining("new CacheStorageBackend({ cache }), not a Cache"),
      expect.stringContaining("new CloudflareKVBackend(env.KV), not a KV namespace"),
    ]);
  } finally {
    await runtime.dispose();
  }
});

test("lru-cache is a backend", async () => {
  expect(await createRegion({ backend: new LRUCache({ max: 5 }) }).getOrCreate("k", () => "created")).toBe("created");
});

function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
}
