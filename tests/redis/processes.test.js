// One creation in all processes, and what becomes of it when its process dies or stops.
import { setTimeout as sleep } from "node:timers/promises";
import { createRegion } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clients } from "./helpers/clients.js";
import { startService } from "./helpers/process.js";
import { startRedis, until } from "./helpers/server.js";

const keys = ["a", "b", "c", "d", "e"];
const LEASE = 2000; // a service's

let server;
const started = [];
const start = async (kind, lease) => {
  const service = await startService(kind, server.port, lease);
  started.push(service);
  return service;
};

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => server.cli("FLUSHALL"));
afterEach(() => Promise.all(started.splice(0).map((service) => service.kill())));
afterAll(() => server?.stop());

test.each(clients)("%s: three processes that ask for five keys twenty times each make one creation a key, and leave no lock", async (kind) => {
  const services = await Promise.all([1, 2, 3].map(() => start(kind)));
  const answers = await Promise.all(services.map((service) => service.ask("stampede", keys, 20, 100)));
  expect(answers.flatMap(({ created }) => created).sort()).toEqual(keys);
  for (const { values } of answers) expect(values.sort()).toEqual(answers[0].values.sort());
  await until(async () => (await server.cli("KEYS", "_lock*")) === "");
});

test("processes with different clients make one creation a key as well", async () => {
  const services = await Promise.all(clients.map(([kind]) => start(kind)));
  const answers = await Promise.all(services.map((service) => service.ask("stampede", keys, 5, 100)));
  expect(answers.flatMap(({ created }) => created).sort()).toEqual(keys);
});

describe("a holder", () => {
  let client;
  let region;
  beforeAll(async () => {
    client = createClient({ url: server.url });
    client.on("error", () => {});
    await client.connect();
    region = createRegion({ backend: new RedisBackend(client, { lock: true }), expirationTime: "1h" });
  });
  afterAll(() => client?.destroy());

  test.each([
    ["that is killed", "SIGKILL"],
    ["that is stopped", "SIGSTOP"],
  ])("%s keeps the lock for its lease and no longer", async (_how, signal) => {
    const holder = await start("node-redis 6", `${LEASE}ms`);
    await holder.ask("hold", "k");
    const began = Date.now();
    holder.process.kill(signal);
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    const took = Date.now() - began;
    expect(took).toBeGreaterThan(LEASE / 3); // what was left when it was last renewed
    expect(took).toBeLessThan(LEASE + 1000);
    expect(await region.get("k")).toBe("created");
  });

  test("that goes on after the lease has ended has lost the lock, and the other's stays", async () => {
    const holder = await start("ioredis 6", "500ms");
    await holder.ask("hold", "k");
    holder.process.kill("SIGSTOP");
    const mutex = new RedisBackend(client, { lock: true }).getMutex("k");
    await mutex.acquire();
    const token = await server.cli("GET", "_lockk");
    await server.resetCounts();
    holder.process.kill("SIGCONT");
    await until(async () => (await server.counts()).eval > 0); // it has seen that
    expect(await server.cli("GET", "_lockk")).toBe(token);
    await mutex.release();
  });

  test("whose connection is cut holds the lock all the same, by its new connection", async () => {
    const holder = await start("node-redis 6", "3s");
    await holder.ask("hold", "k");
    const token = await server.cli("GET", "_lockk");
    for (let cut = 0; cut < 3; cut += 1) {
      await server.cli("CLIENT", "KILL", "TYPE", "normal");
      await sleep(1500);
      expect(await server.cli("GET", "_lockk")).toBe(token);
    }
  });

  test("lets a waiter of another process in soon after its release", async () => {
    const [holder, waiter] = [new RedisBackend(client, { lock: true }).getMutex("k"), await start("ioredis 5")];
    await holder.acquire();
    const waiting = waiter.ask("acquire", "k");
    await sleep(500);
    const released = performance.now();
    await holder.release();
    expect(await waiting).toBeGreaterThan(450);
    expect(performance.now() - released).toBeLessThan(1000); // a pause is at most 300 ms
  });

  test("that holds for ever keeps nobody for longer than lockTimeout", async () => {
    await server.cli("SET", "_lockk", "of Python, which has no lock_timeout");
    const errors = [];
    const observer = { onError: (_error, where) => errors.push(where) };
    const impatient = createRegion({ backend: new RedisBackend(client, { lock: true }), lockTimeout: "300ms", observer });
    expect(await impatient.getOrCreate("k", () => "created")).toBe("created");
    expect(errors).toEqual(["lock"]);
    expect(await server.cli("GET", "_lockk")).toContain("of Python");
  });
});
