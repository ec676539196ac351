// Python's dogpile.cache with redis-py on the other side: the same keys, the same records, the same locks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createRegion } from "dogpile";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setUpPython } from "../../scripts/python.mjs";
import { clients } from "./helpers/clients.js";
import { startService } from "./helpers/process.js";
import { startRedis, until } from "./helpers/server.js";
import "dogpile/redis";

const path = (name) => fileURLToPath(new URL(`python/${name}`, import.meta.url));
const values = { text: "héllo | \u{1f600}", number: 1.5, nothing: null, no: false, empty: "", list: [1, "a", null], object: { a: { b: [] } } };

let python;
let server;
const started = [];
beforeAll(async () => {
  python = await setUpPython("redis-python", path("requirements.txt"));
  server = await startRedis();
});
beforeEach(() => server.cli("FLUSHALL"));
afterEach(() => Promise.all(started.splice(0).map((service) => service.kill())));
afterAll(() => server?.stop());

function startPython(args = {}) {
  const child = spawn(python, [path("service.py"), String(server.port), JSON.stringify(args)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const service = {
    process: child,
    /** One at a time: it answers in the order in which it is asked. */
    async ask(...command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`Python ended at ${command[0]}`);
      return JSON.parse(value);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
  started.push(service);
  return service;
}

async function startNode(kind) {
  const service = await startService(kind, server.port);
  started.push(service);
  return service;
}

describe.each(clients)("%s", (kind, connect) => {
  let connection;
  let region;
  beforeAll(async () => {
    connection = await connect(server.port);
    // With the names that Python has for the same.
    const args = { client: connection.client, redis_expiration_time: 3600, distributed_lock: true, lock_timeout: 10, lock_prefix: "_lock" };
    region = createRegion({ backend: "dogpile.cache.redis", arguments: args, expirationTime: "1h", lockTimeout: "30s" });
  });
  afterAll(() => connection?.close());
  const mutexOf = (key) => region.actualBackend.getMutex(key);

  test("each reads what the other has written, and no creator runs for it", async () => {
    const there = startPython();
    for (const [key, value] of Object.entries(values)) {
      await region.set(`js:${key}`, value);
      expect(await there.ask("get", `js:${key}`)).toEqual(value);
      expect(await there.ask("get_or_create", `js:${key}`, "not created")).toEqual(value);
      await there.ask("set", `py:${key}`, value);
      expect(await region.get(`py:${key}`)).toEqual(value);
      expect(await region.getOrCreate(`py:${key}`, () => "not created")).toEqual(value);
    }
    const { metadata } = await region.getValueMetadata("js:text");
    expect(await there.ask("cached_time", "js:text")).toBe(metadata.ct);
    await there.ask("delete", "js:text");
    expect(await region.get("js:text")).toBeUndefined();
    await region.delete("py:no");
    expect(await there.ask("get_or_create", "py:no", "created")).toBe("created");
  });

  test("a lock that one holds the other waits for, and sees", async () => {
    const there = startPython();
    const mutex = mutexOf("k");
    await mutex.acquire();
    expect(await there.ask("try_lock", "k")).toBe(false);
    expect(await there.ask("locked", "k")).toBe(true);
    const waiting = there.ask("acquire", "k");
    await sleep(500);
    await mutex.release();
    expect(await waiting).toBeGreaterThan(450);

    await there.ask("hold", "k");
    expect(await mutex.acquire(false)).toBe(false);
    expect(await mutex.locked()).toBe(true);
    let isGranted = false;
    const granted = mutex.acquire(true).then(() => (isGranted = true));
    await sleep(400);
    expect(isGranted).toBe(false);
    await there.ask("release", "k");
    await granted;
    await mutex.release();
    expect(await there.ask("locked", "k")).toBe(false);
  });

  test("a process in Python and two in Node make one creation a key between them", async () => {
    const keys = ["a", "b", "c", "d", "e"];
    const nodes = await Promise.all([startNode(kind), startNode(kind)]);
    const there = startPython();
    await there.ask("locked", "nothing"); // it has started
    const answers = await Promise.all([there.ask("stampede", keys, 5, 0.1), ...nodes.map((node) => node.ask("stampede", keys, 20, 100))]);
    expect(answers.flatMap(({ created }) => created).sort()).toEqual(keys);
    for (const { values } of answers) expect(values.sort()).toEqual(answers[0].values.sort());
    await until(async () => (await server.cli("KEYS", "_lock*")) === "");
  });
});

describe("a holder", () => {
  let connection;
  let region;
  beforeAll(async () => {
    connection = await clients[0][1](server.port);
    const args = { client: connection.client, distributed_lock: true, lock_timeout: 1 };
    region = createRegion({ backend: "dogpile.cache.redis", arguments: args, expirationTime: "1h", lockTimeout: "30s" });
  });
  afterAll(() => connection?.close());

  test("in Python that is killed keeps the lock for its lock_timeout", async () => {
    const there = startPython({ lock_timeout: 2 });
    await there.ask("hold", "k");
    const began = Date.now();
    await there.kill();
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(Date.now() - began).toBeGreaterThan(1000);
    expect(Date.now() - began).toBeLessThan(4000);
  });

  test("in Node that is killed keeps the lock from Python for its lease", async () => {
    const node = await startNode("ioredis 6");
    await node.ask("hold", "k");
    const there = startPython();
    await there.ask("locked", "nothing");
    await node.kill();
    const waited = await there.ask("acquire", "k");
    expect(waited).toBeGreaterThan(500);
    expect(waited).toBeLessThan(4000);
  });
});
