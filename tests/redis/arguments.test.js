// What RedisBackend refuses, and how it says so.
import { ValidationError } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { describe, expect, test } from "vitest";
import { connected } from "./helpers/clients.js";
import { startRedis } from "./helpers/server.js";

const record = '{"ct": 1700000000.0, "v": 2}|"value"';

describe("arguments", () => {
  const client = { call() {}, mget() {}, eval() {} };
  const upstash = { mget() {}, eval() {}, pipeline() {} };

  test.each([
    [() => new RedisBackend({ password: "secret" }), "client must be a client of node-redis, ioredis, @upstash/redis or @vercel/kv, not a plain object"],
    [
      () => new RedisBackend("redis://:secret@host"),
      "client must be a client of node-redis, ioredis, @upstash/redis or @vercel/kv, not a string of 20 characters",
    ],
    [() => new RedisBackend(), "not undefined"],
    [() => new RedisBackend(client, "app:"), "options must be an object"],
    [() => new RedisBackend(client, { ttl: 5 }), "unknown option ttl; the known ones are prefix, expirationTime, lock, binary"],
    [() => new RedisBackend(client, { prefix: 5 }), "prefix must be a string, not 5 (a number)"],
    [() => new RedisBackend(client, { prefix: "\ud800" }), "prefix must be text without lone surrogates"],
    [() => new RedisBackend(client, { expirationTime: "soon" }), "expirationTime must be seconds as a number"],
    [() => new RedisBackend(client, { expirationTime: 0 }), "expirationTime must be greater than 0"],
    [() => new RedisBackend(client, { lock: "yes" }), "lock must be true, false, or an object of lease and lockPrefix"],
    [() => new RedisBackend(client, { lock: { lease: Infinity } }), "lock.lease must be at least 0.1 s, and not endless"],
    [() => new RedisBackend(client, { lock: { lease: 0.05 } }), "lock.lease must be at least 0.1 s"],
    [() => new RedisBackend(client, { lock: { timeout: 5 } }), "unknown option timeout; the known ones are lease, lockPrefix"],
    [() => new RedisBackend(client, { lock: { lockPrefix: 5 } }), "lock.lockPrefix must be a string"],
    [() => new RedisBackend(client, { lock: { lockPrefix: "" } }), "lock.lockPrefix must be at least one character"],
    [() => new RedisBackend(client, { binary: 1 }), "binary must be true or false"],
    [() => new RedisBackend(upstash, { binary: true }), "binary must be false with Upstash"],
  ])("%s", (make, message) => {
    expect(make).toThrow(ValidationError);
    expect(make).toThrow(message);
    expect(make).not.toThrow("secret");
  });

  test("null and undefined are not given, and Object.prototype gives nothing", () => {
    Object.prototype.prefix = 5;
    try {
      expect(new RedisBackend(client, { expirationTime: null, lock: undefined }).getMutex("k")).toBeUndefined();
    } finally {
      delete Object.prototype.prefix;
    }
  });

  test.each(connected.filter(([name]) => name.startsWith("ioredis")))("%s with a keyPrefix: clear and entries name our prefix", async (_name, connect) => {
    const server = await startRedis();
    const { client, close } = await connect(server.port, { keyPrefix: "theirs:" });
    const backend = new RedisBackend(client, { prefix: "ours:", lock: true });
    try {
      await backend.set("k", record);
      expect(await server.cli("GET", "theirs:ours:k")).toBe(record);
      expect(await backend.getMulti(["k"])).toEqual([record]);
      const mutex = backend.getMutex("k");
      await mutex.acquire();
      await mutex.release();
      expect(await mutex.locked()).toBe(false);
      await expect(backend.clear()).rejects.toThrow("does not know the keyPrefix of ioredis: use the option prefix");
      await expect(backend.entries().next()).rejects.toThrow(ValidationError);
    } finally {
      close();
      await server.stop();
    }
  });
});
