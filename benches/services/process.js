// One of the processes that ask for a value that nobody has: node process.js port kind cache callers
import { setTimeout as sleep } from "node:timers/promises";
import { caches, connect, tiers } from "./caches.js";

const [port, kind, name, callers] = process.argv.slice(2);
const client = await connect(Number(port));
const cache = { caches, tiers }[kind][name](client);
let creations = 0;
const create = async () => {
  creations += 1;
  await sleep(200);
  return "value";
};

process.once("message", async () => {
  await Promise.all(Array.from({ length: Number(callers) }, () => cache.getOrCreate("cold", create)));
  process.send(creations);
  client.destroy();
  process.disconnect();
});
process.send("ready");
