// "dogpile.cache.redis": the names of its arguments, and one registry for those who import and those who require.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { createRegion, Region, ValidationError } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRedis } from "./helpers/server.js";

let server;
let client;
beforeAll(async () => {
  server = await startRedis();
  client = await createClient({ url: server.url }).connect();
});
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

test.each([
  [{ redis_expiration_time: 3600, distributed_lock: true, lock_timeout: 5, lock_prefix: "_mine" }, 3600, "_mine", 5],
  [{ prefix: "p:", expiration_time: "1h", lock: { lease: 7 } }, 3600, "_lock", 7],
  [{ expirationTime: "1h", distributed_lock: true }, 3600, "_lock", 10],
  [{ redis_expiration_time: 3600, distributed_lock: false, lock_timeout: null }, 3600, undefined, undefined],
])("%o", async (args, lifetime, lockPrefix, lease) => {
  await server.cli("FLUSHALL");
  const region = createRegion({ backend: "dogpile.cache.redis", arguments: { client, ...args } });
  const name = `${args.prefix ?? ""}k`;
  await region.set("k", "value");
  expect(Math.round(Number(await server.cli("PTTL", name)) / 1000)).toBe(lifetime);
  const mutex = region.actualBackend.getMutex("k");
  if (lockPrefix === undefined) return expect(mutex).toBeUndefined();
  await mutex.acquire();
  expect(Math.round(Number(await server.cli("PTTL", `${lockPrefix}${name}`)) / 1000)).toBe(lease);
  await mutex.release();
});

test("an expiration of 0 is none, as in Python", async () => {
  await server.cli("FLUSHALL");
  const region = createRegion({ backend: "dogpile.cache.redis", arguments: { client, redis_expiration_time: 0 } });
  await region.set("k", "value");
  expect(await server.cli("PTTL", "k")).toBe("-1");
});

test("a configuration file names it", async () => {
  const region = new Region();
  region.configureFromConfig(
    { "cache.backend": "dogpile.cache.redis", "cache.arguments.client": client, "cache.arguments.distributed_lock": "true", "cache.arguments.prefix": "c:" },
    "cache.",
  );
  await region.set("k", "value");
  expect(await server.cli("EXISTS", "c:k")).toBe("1");
  expect(region.actualBackend).toBeInstanceOf(RedisBackend);
  expect(region.actualBackend.getMutex("k")).toBeDefined();
});

test("arguments that it does not know are refused", () => {
  const make = (args) => () => createRegion({ backend: "dogpile.cache.redis", arguments: args });
  expect(make({ url: "redis://:secret@host" })).toThrow(ValidationError);
  expect(make({ url: "redis://:secret@host" })).toThrow("unknown option url; the known ones are client, prefix,");
  expect(make({})).toThrow("client must be a client of node-redis");
  expect(make({ client, lock_timeout: 0, distributed_lock: true })).toThrow("lock.lease must be greater than 0");
});

test("who imports and who requires have one registry and one class of errors", async () => {
  const program = `
    import { createRequire } from "node:module";
    import { ValidationError } from "dogpile";
    import { RedisBackend } from "dogpile/redis";
    const require = createRequire(import.meta.url);
    const required = require("dogpile/redis");
    for (const Backend of [RedisBackend, required.RedisBackend]) {
      try {
        new Backend({});
      } catch (error) {
        console.log(error instanceof ValidationError, error instanceof require("dogpile").ValidationError);
      }
    }
    const backend = require("dogpile").createRegion({ backend: "dogpile.cache.redis", arguments: { client: { call() {}, mget() {}, eval() {} } } }).backend;
    console.log(backend instanceof RedisBackend || backend instanceof required.RedisBackend);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { cwd: import.meta.dirname });
  expect(stdout).toBe("true true\ntrue true\ntrue\n");
});

test("it can be required alone", () => {
  expect(Object.keys(createRequire(import.meta.url)("dogpile/redis")).sort()).toEqual(["RedisBackend", "RedisBus"]);
});
