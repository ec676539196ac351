import { hasMethod, member } from "../objects.js";
import { refused } from "./checks.js";
import { ioredis } from "./ioredis.js";
import { nodeRedis } from "./node-redis.js";
import { upstash } from "./upstash.js";

/**
 * What the clients have in common. `isCluster`: keys may be on different servers. `get` and `mget` give text, or bytes if `binary`. `scans`: for each
 * server a function of a cursor, a pattern and a count that gives the next cursor and names. From `subscriber` on: only clients with a connection.
 *
 * @typedef {{
 *   isCluster: boolean,
 *   canBeBinary: boolean,
 *   keyPrefix?: unknown,
 *   get(name: string, binary: boolean): Promise<unknown>,
 *   mget(names: string[], binary: boolean): Promise<unknown[]>,
 *   set(name: string, value: string | Uint8Array, milliseconds: number): Promise<unknown>,
 *   setIfAbsent(name: string, value: string, milliseconds: number): Promise<unknown>,
 *   unlink(names: string[]): Promise<unknown>,
 *   exists(name: string): Promise<unknown>,
 *   run(script: string, name: string, args: string[]): Promise<unknown>,
 *   scans(): any,
 *   publish(channel: string, message: string): Promise<unknown>,
 *   subscriber?(): Promise<any>,
 *   connect?(): Promise<unknown>,
 *   isReady?(): boolean,
 *   listen?(channel: string, hear: (text: string) => void): { start(): Promise<unknown>, end(): Promise<unknown> },
 *   end?(): unknown,
 * }} Client
 */

/** Which client it is, by its methods. */
export function recognize(client, what) {
  const has = (...names) => names.every((name) => hasMethod(client, name));
  if (has("call", "mget", "eval")) return ioredis(client, member(client, "isCluster") === true);
  if (has("sendCommand", "mGet")) return nodeRedis(client, member(client, "nodeByAddress") !== undefined);
  if (has("mget", "eval", "pipeline")) return upstash(client);
  throw refused(what, "a client of node-redis, ioredis, @upstash/redis or @vercel/kv", client);
}
