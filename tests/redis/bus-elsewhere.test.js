// RedisBus over clusters, in processes of its own, and what it refuses.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ValidationError } from "dogpile";
import { RedisBus } from "dogpile/redis";
import { describe, expect, test } from "vitest";
import { clients, clusters } from "./helpers/clients.js";
import { listening, subscribers } from "./helpers/listening.js";
import { startCluster, startRedis, until } from "./helpers/server.js";

describe.each(clusters)("a cluster, %s", (_name, connect) => {
  test("messages reach everybody, and another server takes over when one is gone", async () => {
    const cluster = await startCluster();
    const { client, close } = await connect(cluster.port);
    const bus = new RedisBus(client, "news");
    const { told, isUp } = listening(bus);
    try {
      await isUp();
      await bus.publish("first");
      await until(() => told.includes("first"));
      const counts = await Promise.all(cluster.servers.map(subscribers));
      const index = counts.indexOf(1);
      await cluster.servers[index].kill();
      await until(() => told.includes("down"));
      await isUp();
      const other = cluster.servers.find((_, at) => at !== index);
      await until(async () => {
        await other.cli("PUBLISH", "news", "second");
        return told.includes("second");
      });
    } finally {
      await bus.close();
      await close();
      await cluster.stop();
    }
  });
});

test("a process ends when its bus and its client are closed", async () => {
  const server = await startRedis();
  const program = `
    import { createClient } from "redis";
    import { RedisBus } from "dogpile/redis";
    const client = await createClient({ url: "${server.url}" }).connect();
    const bus = new RedisBus(client, "news");
    await new Promise((up) => bus.subscribe({ message() {}, up, down() {} }));
    await bus.close();
    await client.close();
    console.log("over");
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { cwd: import.meta.dirname, timeout: 20_000 });
  expect(stdout).toBe("over\n");
  await server.stop();
});

test("a lost connection does not end the process, which has no listener of errors for the bus", async () => {
  const server = await startRedis();
  const program = `
    import { createClient } from "redis";
    import { RedisBus } from "dogpile/redis";
    const client = createClient({ url: "${server.url}" });
    client.on("error", () => {});
    await client.connect();
    const bus = new RedisBus(client, "news");
    let ups = 0;
    bus.subscribe({ message() {}, up: () => (ups += 1) === 1 ? console.log("up") : (console.log("up again"), process.exit()), down: () => console.log("down") });
  `;
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { cwd: import.meta.dirname, timeout: 20_000 });
  await until(async () => (await subscribers(server)) === 1);
  await server.cli("CLIENT", "KILL", "TYPE", "pubsub");
  expect((await running).stdout).toBe("up\ndown\nup again\n");
  await server.stop();
});

test("arguments", async () => {
  const server = await startRedis();
  const [[, connect], [, connectUpstash]] = [clients[0], clients.at(-1)];
  const [{ client, close }, upstash] = [await connect(server.port), await connectUpstash(server.port)];
  const refusals = [
    [() => new RedisBus(upstash.client, "news"), "client must be a client with a connection, of node-redis or ioredis, not an object"],
    [() => new RedisBus({}, "news"), "client must be a client of node-redis, ioredis"],
    [() => new RedisBus(client, 5), "channel must be a string, not 5 (a number)"],
    [() => new RedisBus(client, "news", { subscriber: upstash.client }), "subscriber must be a client with a connection"],
    [() => new RedisBus(client, "news", { subscriber: {} }), "subscriber must be a client of node-redis"],
    [() => new RedisBus(client, "news", { client }), "unknown option client; the known ones are subscriber"],
  ];
  for (const [make, message] of refusals) {
    expect(make).toThrow(ValidationError);
    expect(make).toThrow(message);
  }
  close();
  await upstash.close();
  await server.stop();
});
