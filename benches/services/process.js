// One of the processes that ask for a value that nobody has: node process.js port cache callers
import { setTimeout as sleep } from "node:timers/promises";
import { caches, connect } from "./caches.js";

const [port, name, callers] = process.argv.slice(2);
const client = await connect(Number(port));
const cache = caches[name](client);
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
