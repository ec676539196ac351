// What becomes of callers when Redis hangs, is away, is full, or cuts the connection.
import { createRegion } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clients } from "./helpers/clients.js";
import { startRedis, until } from "./helpers/server.js";

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(error));

describe.each(clients)("%s", (_name, connect) => {
  let server;
  let connection;
  let errors;
  let region;
  beforeEach(async () => {
    server = await startRedis();
    connection = await connect(server.port);
    errors = [];
    const backend = new RedisBackend(connection.client, { lock: { lease: "1s" } });
    region = createRegion({ backend, expirationTime: "1h", lockTimeout: "300ms", observer: { onError: (_error, where) => errors.push(where) } });
  });
  afterEach(async () => {
    await connection?.close();
    await server?.stop();
    expect(unhandled.splice(0)).toEqual([]);
  });

  test("a server that hangs costs time, not the value; afterwards it is used again", async () => {
    await server.cli("CLIENT", "PAUSE", 2000, "ALL");
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(errors.length).toBeGreaterThan(0);
    await until(() =>
      region
        .getOrCreate("other", () => "new")
        .then(() => server.cli("GET", "other"))
        .then((text) => text.includes("new")),
    );
  });

  test("a process that is stopped costs the same", async () => {
    server.signal("SIGSTOP");
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    server.signal("SIGCONT");
    await until(async () => (await server.cli("EXISTS", "_lockk")) === "0"); // what was asked in vain is no lock
  });

  test("a server that is killed costs the same, and is used again when it is back", async () => {
    await region.getOrCreate("k", () => "before");
    await server.kill();
    expect(await region.getOrCreate("k", () => "meanwhile")).toBe("meanwhile");
    await server.start();
    await until(() =>
      region
        .getOrCreate("k", () => "after")
        .then(() => server.cli("GET", "k"))
        .then((text) => text !== ""),
    );
  });

  test("a connection that is cut is made anew", async () => {
    await region.set("k", "value");
    await server.cli("CLIENT", "KILL", "TYPE", "normal");
    await until(async () => (await region.get("k")) === "value");
  });

  test("a server that is full rejects what is set, and callers get what was created", async () => {
    await server.cli("CONFIG", "SET", "maxmemory", "1");
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    expect(errors).toContain("lock");
    expect(errors).toContain("write");
    const backend = new RedisBackend(connection.client);
    await expect(backend.set("k", "text")).rejects.toThrow(/OOM/);
    await expect(
      backend.setMulti(
        new Map([
          ["a", "text"],
          ["b", "text"],
        ]),
      ),
    ).rejects.toThrow(/OOM/);
    await server.cli("CONFIG", "SET", "maxmemory", "0");
    expect(await region.getOrCreate("k", () => "again")).toBe("again");
    expect(await region.get("k")).toBe("again");
  });

  test("setMulti sets what can be set before it rejects", async () => {
    await server.cli("ACL", "SETUSER", "default", "resetkeys", "~a*", "~c*");
    const backend = new RedisBackend(connection.client);
    await expect(
      backend.setMulti(
        new Map([
          ["a", "1"],
          ["b", "2"],
          ["c", "3"],
        ]),
      ),
    ).rejects.toThrow(/NOPERM|permissions/);
    await server.cli("ACL", "SETUSER", "default", "allkeys");
    expect(await backend.getMulti(["a", "b", "c"])).toEqual(["1", undefined, "3"]);
  });
});
