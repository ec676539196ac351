// One process of a service with memory in front of Redis, which does what it is told.
import { setTimeout as sleep } from "node:timers/promises";
import { createRegion, MemoryBackend, TieredBackend } from "dogpile";
import { RedisBackend, RedisBus } from "dogpile/redis";
import { clients } from "./clients.js";

const [kind, port, lease] = process.argv.slice(2);
const [, connect] = clients.find(([name]) => name === kind);
const { client } = await connect(Number(port));
client.on("error", () => {});
const bus = new RedisBus(client, "tiers");
const far = new RedisBackend(client, { lock: { lease } });
const backend = new TieredBackend(new MemoryBackend(), far, { bus, farTimeout: "500ms", pause: "200ms", onError: () => {} });
const region = createRegion({ backend, expirationTime: "1h", lockTimeout: "1m" });

const commands = {
  async create(key, milliseconds) {
    let creations = 0;
    const create = async () => {
      creations += 1;
      await sleep(milliseconds);
      return `${key} by ${process.pid}`;
    };
    const began = performance.now();
    const values = await Promise.all(Array.from({ length: 100 }, () => region.getOrCreate(key, create)));
    return { creations, values: [...new Set(values)], took: performance.now() - began };
  },
  get: (key) =>
    region.get(key).then(
      (value) => value ?? null,
      () => "failed",
    ),
  set: (key, value) =>
    region.set(key, value).then(
      () => "stored",
      (error) => error.name,
    ),
  delete: (key) => region.delete(key),
  stats: () => backend.stats,
};

process.on("message", async ({ id, command, args }) => process.send({ id, answer: await commands[command](...args) }));
process.send({ id: 0 });
