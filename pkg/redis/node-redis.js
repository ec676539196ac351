import { asBuffer, Buffer, ends } from "./values.js";

const BLOB_STRING = 36; // RESP's "$": what redis calls RESP_TYPES.BLOB_STRING

/** A client of node-redis 5 or 6, or its cluster. */
export function nodeRedis(client, isCluster) {
  let inBytes;
  const reading = (binary) => (binary ? (inBytes ??= client.withTypeMapping({ [BLOB_STRING]: Buffer })) : client);
  return {
    isCluster,
    canBeBinary: true,
    get: (name, binary) => reading(binary).get(name),
    mget: (names, binary) => reading(binary).mGet(names),
    set: (name, value, milliseconds) => client.set(name, asBuffer(value), ends(milliseconds) ? { PX: milliseconds } : {}),
    setIfAbsent: (name, value, milliseconds) => client.set(name, value, { PX: milliseconds, NX: true }),
    unlink: (names) => client.unlink(names),
    exists: (name) => client.exists(name),
    run: (script, name, args) => client.eval(script, { keys: [name], arguments: args }),
    scans: async () => {
      const servers = isCluster ? await Promise.all(client.masters.map((master) => client.nodeClient(master))) : [client];
      return servers.map((server) => async (cursor, pattern, count) => {
        const page = await server.scan(cursor, { MATCH: pattern, COUNT: count });
        return [page.cursor, page.keys];
      });
    },
    publish: (channel, message) => client.publish(channel, message),
    subscriber: async () => {
      const server = isCluster ? await client.nodeClient(client.masters[Math.floor(Math.random() * client.masters.length)]) : client;
      return server.duplicate();
    },
    connect: () => client.connect(),
    isReady: () => client.isReady === true,
    listen: (channel, hear) => ({ start: () => client.subscribe(channel, hear), end: () => client.unsubscribe(channel, hear) }),
    end: () => client.destroy(),
  };
}
