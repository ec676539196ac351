// redis-server, for the tests: found where the system has it, installed where the system lets us.
import { installByApt } from "./apt.mjs";
import { which } from "./run.mjs";

/** The paths of the server and of its command line. */
export const redisServer = () => which("redis-server");
export const redisCli = () => which("redis-cli");

export async function installRedis() {
  if (isThere()) return;
  await installByApt(["redis-server", "redis-tools"]);
  if (!isThere()) throw new Error("The tests run beside a Redis server. Please install redis-server and redis-cli (7 or newer) and put them into the PATH.");
}

const isThere = () => redisServer() !== undefined && redisCli() !== undefined;
