import { ends } from "./values.js";

/** @upstash/redis and @vercel/kv: requests over HTTP. */
export function upstash(client) {
  return {
    isCluster: false,
    canBeBinary: false,
    get: async (name) => textOf(await client.get(name)),
    mget: async (names) => (await client.mget(...names)).map(textOf),
    set: (name, value, milliseconds) => client.set(name, value, ends(milliseconds) ? { px: milliseconds } : undefined),
    setIfAbsent: (name, value, milliseconds) => client.set(name, value, { px: milliseconds, nx: true }),
    unlink: (names) => client.unlink(...names),
    exists: (name) => client.exists(name),
    run: (script, name, args) => client.eval(script, [name], args),
    scans: () => [
      async (cursor, pattern, count) => {
        const [next, names] = await client.scan(cursor, { match: pattern, count });
        return [next, names.map(textOf)];
      },
    ],
    publish: (channel, message) => client.publish(channel, message),
  };
}

/** The client parses what is JSON. Records are not, because of their "|": anything else is no record, and as text it is reported as such. */
const textOf = (value) => (value === null || value === undefined || typeof value === "string" ? value : JSON.stringify(value));
