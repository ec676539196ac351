// What RedisBackend leaves in Redis, and what it refuses.
import { decode, encode } from "@msgpack/msgpack";
import { createRegion, ValidationError } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clients, clusters, connected } from "./helpers/clients.js";
import { startCluster, startRedis } from "./helpers/server.js";

const record = '{"ct": 1700000000.0, "v": 2}|"value"';
const mib = 2 ** 20;

let server;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => server.cli("FLUSHALL"));
afterAll(() => server?.stop());

describe.each(clients)("%s", (_name, connect) => {
  let connection;
  let client;
  beforeAll(async () => {
    connection = await connect(server.port);
    ({ client } = connection);
  });
  afterAll(() => connection?.close());

  test("a record lies under the prefix and the key, as text, for as long as the hint says", async () => {
    await new RedisBackend(client, { prefix: "app:" }).set("k", record, { expirationTime: 1.5001 });
    expect(await server.cli("GET", "app:k")).toBe(record);
    const left = Number(await server.cli("PTTL", "app:k"));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1501);
  });

  test("expirationTime takes the place of the hint; without either, and beyond ten years, a record stays", async () => {
    await new RedisBackend(client, { expirationTime: "1h" }).set("own", record, { expirationTime: 5 });
    expect(Number(await server.cli("PTTL", "own"))).toBeGreaterThan(3_500_000);
    await new RedisBackend(client).setMulti(new Map([["a", record]]));
    await new RedisBackend(client).set("b", record, { expirationTime: 11 * 366 * 86_400 });
    await new RedisBackend(client, { expirationTime: -1 }).set("c", record, { expirationTime: 5 });
    for (const key of ["a", "b", "c"]) expect(await server.cli("PTTL", key)).toBe("-1");
  });

  test("a lifetime of less than a millisecond is one", async () => {
    await new RedisBackend(client).set("k", record, { expirationTime: 0 });
    expect(await new RedisBackend(client).get("gone")).toBeUndefined();
    await expect.poll(() => server.cli("EXISTS", "k")).toBe("0");
  });

  test("clear and entries reach what begins with the prefix, whatever it is, and no locks", async () => {
    const prefix = "a*[b]?\\c:";
    const backend = new RedisBackend(client, { prefix, lock: true });
    const values = new Map(Array.from({ length: 1200 }, (_, index) => [`key ${index}`, record]));
    await backend.setMulti(values);
    const others = ["a", "aX[b]?\\c:k", "axb]y\\c:k", `_lock${prefix}k`];
    for (const other of others) await server.cli("SET", other, "other");
    const found = [];
    for await (const entry of backend.entries()) found.push(entry);
    expect(new Map(found)).toEqual(values);
    await backend.clear();
    expect((await server.cli("KEYS", "*")).split("\n").sort()).toEqual([...others].sort());
    await server.resetCounts();
    await backend.clear();
    expect(Object.keys(await server.counts()).filter((name) => /keys|flush|del/.test(name))).toEqual([]);
  });

  test("a prefix of which the locks' names begin does not reach the locks", async () => {
    const backend = new RedisBackend(client, { prefix: "_", lock: true });
    const mutex = backend.getMutex("k");
    await mutex.acquire();
    await backend.set("k", record);
    await backend.clear();
    expect(await mutex.locked()).toBe(true);
    expect(await backend.get("k")).toBeUndefined();
    await mutex.release();
  });

  test("getMulti and deleteMulti take one command for 500 keys", async () => {
    const backend = new RedisBackend(client);
    const keys = Array.from({ length: 1001 }, (_, index) => `k${index}`);
    await backend.setMulti(new Map(keys.map((key) => [key, `${record}${key}`])));
    await server.resetCounts();
    expect(await backend.getMulti(keys)).toEqual(keys.map((key) => `${record}${key}`));
    await backend.deleteMulti(keys);
    expect(await server.counts()).toMatchObject({ mget: 3, unlink: 3 });
    expect(await server.cli("DBSIZE")).toBe("0");
  });

  test("no keys are no command", async () => {
    const backend = new RedisBackend(client);
    await server.resetCounts();
    expect(await backend.getMulti([])).toEqual([]);
    await backend.setMulti(new Map());
    await backend.deleteMulti([]);
    expect(Object.keys(await server.counts()).filter((name) => /^(mget|set|unlink)$/.test(name))).toEqual([]);
  });

  test("without a prefix clear and entries are refused, and nothing is deleted", async () => {
    const backend = new RedisBackend(client);
    await backend.set("k", record);
    await expect(backend.clear()).rejects.toThrow(ValidationError);
    await expect(backend.entries().next()).rejects.toThrow("entries of a RedisBackend needs a prefix");
    expect(await server.cli("GET", "k")).toBe(record);
  });

  test.each(['{"payload": 1, "metadata": {"ct": 1700000000, "v": 2}}', "5", "true", '"text"', '{"a": "x|y"}', "no record"])(
    "%s, which somebody else has stored, is a miss that is reported",
    async (foreign) => {
      await server.cli("SET", "foreign", foreign);
      await server.cli("SET", "fine", record);
      const errors = [];
      const region = createRegion({ backend: new RedisBackend(client), observer: { onError: (error, where) => errors.push(where) } });
      expect(await region.get("foreign")).toBeUndefined();
      expect(await region.getMulti(["foreign", "fine"])).toEqual([undefined, "value"]);
      expect(errors).toEqual(["read", "read"]);
    },
  );

  test("text with numbers, quotes, surrogate pairs and line breaks comes back as it was", async () => {
    const backend = new RedisBackend(client);
    const region = createRegion({ backend });
    for (const value of ["1", 2 ** 63, "\u{1f600} é\n\r\0", { "a|b": ['"', "\\", null] }, "", "OK", "T0s="]) {
      await region.set("k", value);
      expect(await createRegion({ backend: new RedisBackend(client) }).get("k")).toEqual(value);
    }
  });

  test("keys with lone surrogates are apart, and so are those that look like their names in Redis; values with them are refused", async () => {
    const backend = new RedisBackend(client);
    const region = createRegion({ backend });
    await region.setMulti(
      new Map([
        ["\ud800", 1],
        ["\udfff", 2],
      ]),
    );
    expect(await region.getMulti(["\ud800", "\udfff"])).toEqual([1, 2]);
    const [, name] = (await server.cli("KEYS", "sha1:*")).split("\n").sort();
    const prefixed = new RedisBackend(client, { prefix: "odd:" });
    await prefixed.set("\ud800", record);
    const entries = [];
    for await (const entry of prefixed.entries()) entries.push(entry);
    expect(entries).toEqual([[expect.stringMatching(/^sha1:[0-9a-f]{40}$/), record]]);
    await prefixed.clear();
    expect(name).toMatch(/^sha1:[0-9a-f]{40}$/);
    expect(await backend.get(name)).toBeUndefined();
    await expect(backend.get(5)).rejects.toThrow("a key must be a string, not 5 (a number)");
    await expect(backend.set("k", "\ud800")).rejects.toThrow(ValidationError);
    await expect(
      backend.setMulti(
        new Map([
          ["fine", record],
          ["bad", "\udfff"],
        ]),
      ),
    ).rejects.toThrow("a string of 1 characters");
    expect(await backend.get("fine")).toBeUndefined();
  });

  test("bytes are refused without binary, and their content is not told", async () => {
    const set = new RedisBackend(client).set("k", new TextEncoder().encode("secret"));
    await expect(set).rejects.toThrow('text without lone surrogates (bytes with "binary: true"), not an object of class Uint8Array');
  });

  test("a region's creations run once, and a second process's region has them", async () => {
    const backend = new RedisBackend(client, { prefix: "r:", lock: true });
    const region = createRegion({ backend });
    let creations = 0;
    const all = await Promise.all(Array.from({ length: 50 }, () => region.getOrCreate("k", async () => ++creations)));
    expect(new Set(all)).toEqual(new Set([1]));
    expect(await createRegion({ backend: new RedisBackend(client, { prefix: "r:" }) }).get("k")).toBe(1);
    expect(await server.cli("EXISTS", "_lockr:k")).toBe("0");
  });
});

describe.each(connected)("%s in bytes", (_name, connect) => {
  let connection;
  beforeAll(async () => {
    connection = await connect(server.port);
  });
  afterAll(() => connection?.close());

  test("MessagePack comes back, alone and among many, and is no view of the client's buffer", async () => {
    const backend = new RedisBackend(connection.client, { binary: true });
    const serializer = { encode, decode };
    const region = createRegion({ backend, serializer });
    const value = { bytes: Uint8Array.from({ length: 256 }, (_, index) => index), text: "é|", list: [null, 1.5] };
    await region.set("k", value);
    const other = createRegion({ backend: new RedisBackend(connection.client, { binary: true }), serializer });
    expect(await other.get("k")).toEqual(value);
    expect(await other.getMulti(["none", "k"])).toEqual([undefined, value]);
    const stored = await backend.get("k");
    expect(stored.constructor).toBe(Uint8Array);
    expect(stored.buffer.byteLength).toBe(stored.byteLength);
  });

  test("text of a region with a JSON serializer is read by one in text", async () => {
    await createRegion({ backend: new RedisBackend(connection.client, { binary: true }) }).set("k", "é");
    expect(await createRegion({ backend: new RedisBackend(connection.client) }).get("k")).toBe("é");
  });

  test("a record of some megabytes", async () => {
    const region = createRegion({ backend: new RedisBackend(connection.client) });
    await region.set("large", "x".repeat(4 * mib));
    expect((await region.get("large")).length).toBe(4 * mib);
  });
});

describe.each(clusters)("a cluster, %s", (_name, connect) => {
  let cluster;
  let connection;
  beforeAll(async () => {
    cluster = await startCluster();
    connection = await connect(cluster.port);
  });
  afterAll(async () => {
    await connection?.close();
    await cluster?.stop();
  });

  test("before it is connected clear and entries reject, since it knows no servers", async () => {
    const other = await connect(cluster.port);
    other.close();
    const knowsNone = Object.create(other.client, { masters: { value: [] }, nodes: { value: () => [] } });
    const backend = new RedisBackend(knowsNone, { prefix: "app:" });
    await expect(backend.clear()).rejects.toMatchObject({ code: "BACKEND", message: expect.stringContaining("is not connected") });
    await expect(backend.entries().next()).rejects.toMatchObject({ code: "BACKEND" });
  });

  test("1,000 keys in all slots are set, read, listed and cleared", async () => {
    const backend = new RedisBackend(connection.client, { prefix: "app:" });
    const values = new Map(Array.from({ length: 1000 }, (_, index) => [`k${index}`, `${record}${index}`]));
    await backend.setMulti(values);
    for (const one of cluster.servers) expect(Number(await one.cli("DBSIZE"))).toBeGreaterThan(200);
    expect(await backend.getMulti([...values.keys()])).toEqual([...values.values()]);
    const found = [];
    for await (const entry of backend.entries()) found.push(entry);
    expect(new Map(found)).toEqual(values);
    await backend.deleteMulti(["k0", "k1", "k2", "none"]);
    expect(await backend.getMulti(["k0", "k3"])).toEqual([undefined, `${record}3`]);
    await backend.clear();
    for (const one of cluster.servers) expect(await one.cli("DBSIZE")).toBe("0");
  });
});
