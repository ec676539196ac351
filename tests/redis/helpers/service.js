// One process of a service: a region over Redis with its lock, which does what it is told.
import { setTimeout as sleep } from "node:timers/promises";
import { createRegion } from "dogpile";
import { RedisBackend } from "dogpile/redis";
import { clients } from "./clients.js";

const [kind, port, lease] = process.argv.slice(2);
const [, connect] = clients.find(([name]) => name === kind);
const { client } = await connect(Number(port));
const backend = new RedisBackend(client, { lock: { lease } });
const region = createRegion({ backend, expirationTime: "1h", lockTimeout: "1m" });

const commands = {
  /** Every key many times at once; gives the creations that were made here, and the values. */
  async stampede(keys, calls, milliseconds) {
    const created = [];
    const create = (key) => async () => {
      created.push(key);
      await sleep(milliseconds);
      return `${key} by ${process.pid}`;
    };
    const all = keys.flatMap((key) => Array.from({ length: calls }, () => region.getOrCreate(key, create(key))));
    return { created, values: [...new Set(await Promise.all(all))] };
  },
  /** Takes the lock of a key and answers while it holds it. */
  async hold(key) {
    await backend.getMutex(key).acquire();
    return true;
  },
  async acquire(key) {
    const began = performance.now();
    const mutex = backend.getMutex(key);
    await mutex.acquire();
    await mutex.release();
    return performance.now() - began;
  },
};

process.on("message", async ({ id, command, args }) => process.send({ id, answer: await commands[command](...args) }));
process.send({ id: 0 });
