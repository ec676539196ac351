// The lock: what Python's redis-py does with a key, and when it is lost.
import { setTimeout as sleep } from "node:timers/promises";
import { createRegion } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clients } from "./helpers/clients.js";
import { startRedis, until } from "./helpers/server.js";

const LEASE = 1200; // milliseconds: a busy machine is late by some hundred

let server;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => server.cli("FLUSHALL"));
afterAll(() => server?.stop());

describe.each(clients)("%s", (_name, connect) => {
  let connection;
  let client;
  let backend;
  beforeAll(async () => {
    connection = await connect(server.port);
    ({ client } = connection);
    backend = new RedisBackend(client, { prefix: "app:", lock: { lease: LEASE / 1000 } });
  });
  afterAll(() => connection?.close());

  test("it is a key with a token, under dogpile.cache's name, that ends by itself", async () => {
    const mutex = new RedisBackend(client, { prefix: "app:", lock: true }).getMutex("k");
    await mutex.acquire();
    expect(await server.cli("GET", "_lockapp:k")).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(await server.cli("PTTL", "_lockapp:k"))).toBeGreaterThan(9_000);
    expect(Number(await server.cli("PTTL", "_lockapp:k"))).toBeLessThanOrEqual(10_000);
    await mutex.release();
    expect(await server.cli("EXISTS", "_lockapp:k")).toBe("0");
  });

  test("lockPrefix names it", async () => {
    const mutex = new RedisBackend(client, { lock: { lockPrefix: "mine:" } }).getMutex("k");
    await mutex.acquire();
    expect(await server.cli("KEYS", "*")).toBe("mine:k");
    await mutex.release();
  });

  // The behaviours that dogpile.cache asks of the mutexes of its backends.
  test("a mutex is acquired, is locked meanwhile, is released, and may be acquired again", async () => {
    const mutex = backend.getMutex("k");
    expect(await mutex.locked()).toBe(false);
    for (let round = 0; round < 3; round += 1) {
      expect(await mutex.acquire()).toBe(true);
      expect(await mutex.locked()).toBe(true);
      expect(await mutex.acquire(false)).toBe(false);
      await mutex.release();
      expect(await mutex.locked()).toBe(false);
    }
  });

  test("of many who try at once without waiting one has it, and nobody who has tried releases it", async () => {
    const mutexes = Array.from({ length: 20 }, () => backend.getMutex("k"));
    const granted = await Promise.all(mutexes.map((mutex) => mutex.acquire(false)));
    expect(granted.filter(Boolean)).toHaveLength(1);
    await Promise.all(mutexes.filter((_, index) => !granted[index]).map((mutex) => mutex.release()));
    expect(await mutexes[0].locked()).toBe(true);
    await mutexes[granted.indexOf(true)].release();
    expect(await mutexes[0].locked()).toBe(false);
  });

  test("of many who wait each has it once, never two at a time", async () => {
    let [holders, most, times] = [0, 0, 0];
    const work = async () => {
      const mutex = backend.getMutex("k");
      await mutex.acquire(true);
      most = Math.max(most, ++holders);
      times += 1;
      await sleep(5);
      holders -= 1;
      await mutex.release();
    };
    await Promise.all(Array.from({ length: 10 }, work));
    expect([most, times]).toEqual([1, 10]);
  });

  test("mutexes of two keys are two", async () => {
    const [one, other] = ["one", "other"].map((key) => backend.getMutex(key));
    await one.acquire();
    expect(await other.acquire(false)).toBe(true);
    await one.release();
    expect(await other.locked()).toBe(true);
    await other.release();
  });

  test("under one key's lock another's may be taken again and again", async () => {
    const [one, other] = ["one", "other"].map((key) => backend.getMutex(key));
    await one.acquire();
    for (let round = 0; round < 3; round += 1) {
      expect(await other.acquire(false)).toBe(true);
      expect(await backend.getMutex("other").acquire(false)).toBe(false);
      await other.release();
    }
    await one.release();
  });

  test("a creator may ask for another key's value", async () => {
    const region = createRegion({ backend });
    const outer = () => region.getOrCreate("outer", async () => `outer ${await region.getOrCreate("inner", () => "inner")}`);
    expect(await outer()).toBe("outer inner");
    expect(await outer()).toBe("outer inner");
  });

  test("it is renewed while it is held, for longer than its lease", async () => {
    const mutex = backend.getMutex("k");
    await mutex.acquire();
    const token = await server.cli("GET", "_lockapp:k");
    for (const end = Date.now() + 2 * LEASE; Date.now() < end; await sleep(50)) expect(await server.cli("GET", "_lockapp:k")).toBe(token);
    await mutex.release();
  });

  test("one that was lost stays with its new holder, and is renewed no more", async () => {
    const mutex = backend.getMutex("k");
    await mutex.acquire();
    await server.cli("SET", "_lockapp:k", "somebody else's");
    await sleep(LEASE); // the next renewal finds it
    await server.resetCounts();
    await sleep(LEASE);
    expect((await server.counts()).eval).toBeUndefined();
    await mutex.release();
    expect(await server.cli("GET", "_lockapp:k")).toBe("somebody else's");
    expect(await server.cli("PTTL", "_lockapp:k")).toBe("-1");
  });

  test("a creation goes on and is stored when its lock is lost", async () => {
    const region = createRegion({ backend, backendErrors: "throw" });
    const value = await region.getOrCreate("k", async () => {
      await server.cli("DEL", "_lockapp:k");
      await sleep(LEASE / 2);
      return "created";
    });
    expect(value).toBe("created");
    expect(await createRegion({ backend }).get("k")).toBe("created");
  });

  test("a signal ends the wait, and leaves no token behind", async () => {
    const [holder, waiter] = [backend.getMutex("k"), backend.getMutex("k")];
    await holder.acquire();
    const leaving = new AbortController();
    const waiting = waiter.acquire(true, { signal: leaving.signal });
    leaving.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await holder.release();
    expect(await waiter.locked()).toBe(false);
    await expect(waiter.acquire(true, { signal: leaving.signal })).rejects.toThrow("enough");
  });

  test("a signal that comes while SET is on its way: the lock is free afterwards", async () => {
    await server.resetCounts();
    for (let round = 0; round < 20; round += 1) {
      const leaving = new AbortController();
      const acquiring = backend.getMutex("k").acquire(true, { signal: leaving.signal });
      leaving.abort();
      await expect(acquiring).rejects.toThrow();
    }
    // Each was released at once, and again when the answer to its SET was there.
    await until(async () => (await server.counts()).eval === 40);
    expect(await server.cli("EXISTS", "_lockapp:k")).toBe("0");
  });

  test("a creation under the lock is a read, the lock, a read, a write and a release: three round trips more", async () => {
    const commandsOf = async (lock) => {
      const region = createRegion({ backend: new RedisBackend(client, { lock }) });
      await server.resetCounts();
      await region.getOrCreate(`k${lock}`, () => 1);
      if (lock) await until(async () => (await server.cli("EXISTS", "_lockktrue")) === "0");
      const { get = 0, set = 0, eval: scripts = 0 } = await server.counts();
      return { get: get - (lock ? 1 : 0), set, scripts }; // the script reads as well
    };
    expect(await commandsOf(false)).toEqual({ get: 1, set: 1, scripts: 0 });
    expect(await commandsOf(true)).toEqual({ get: 2, set: 2, scripts: 1 });
  });
});
