// The clients that RedisBackend takes, connected.
import { Redis as Upstash } from "@upstash/redis";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import * as nodeRedis from "redis";
import * as nodeRedis5 from "redis-5";
import { startUpstash } from "./upstash.js";

const withNodeRedis =
  ({ createClient }) =>
  async (port, options) => {
    const client = createClient({ url: `redis://127.0.0.1:${port}`, ...options });
    client.on("error", () => {});
    await client.connect();
    return { client, close: () => client.isOpen && client.destroy() };
  };

const withIoredis = (Client) => async (port, options) => {
  const client = new Client({ port, host: "127.0.0.1", ...options });
  client.on("error", () => {});
  await ready(client);
  return { client, close: () => client.disconnect() };
};

async function withUpstash(port, options) {
  const service = await startUpstash(port);
  return { client: new Upstash({ url: service.url, token: "token", retry: false, ...options }), close: service.stop };
}

const withNodeRedisCluster =
  ({ createCluster }) =>
  async (port) => {
    const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    client.on("error", () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  };

const withIoredisCluster = (Client) => async (port) => {
  const client = new Client([{ port, host: "127.0.0.1" }]);
  client.on("error", () => {});
  await ready(client);
  return { client, close: () => client.disconnect() };
};

const ready = (client) => new Promise((resolve) => (client.status === "ready" ? resolve() : client.once("ready", resolve)));

/** Each as [name, connect(port, options)]. */
export const clients = [
  ["node-redis 6", withNodeRedis(nodeRedis)],
  ["node-redis 5", withNodeRedis(nodeRedis5)],
  ["ioredis 6", withIoredis(Redis)],
  ["ioredis 5", withIoredis(Redis5)],
  ["Upstash", withUpstash],
];
export const connected = clients.filter(([name]) => name !== "Upstash");
export const clusters = [
  ["node-redis 6", withNodeRedisCluster(nodeRedis)],
  ["node-redis 5", withNodeRedisCluster(nodeRedis5)],
  ["ioredis 6", withIoredisCluster(Cluster)],
  ["ioredis 5", withIoredisCluster(Cluster5)],
];
