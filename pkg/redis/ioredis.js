import { asBuffer, ends } from "./values.js";

/** A subscriber waits for its server for as long as it takes, whatever the client does. */
const SUBSCRIBER = { lazyConnect: false, enableReadyCheck: true, readOnly: false, retryStrategy: (times) => Math.min(times * 50, 2000) };

/** A client of ioredis 5 or 6, or its cluster. */
export function ioredis(client, isCluster) {
  return {
    isCluster,
    canBeBinary: true,
    keyPrefix: client.options?.keyPrefix || client.options?.redisOptions?.keyPrefix,
    get: (name, binary) => (binary ? client.getBuffer(name) : client.get(name)),
    mget: (names, binary) => (binary ? client.mgetBuffer(names) : client.mget(names)),
    set: (name, value, milliseconds) => client.set(name, asBuffer(value), ...(ends(milliseconds) ? ["PX", milliseconds] : [])),
    setIfAbsent: (name, value, milliseconds) => client.set(name, value, "PX", milliseconds, "NX"),
    unlink: (names) => client.unlink(names),
    exists: (name) => client.exists(name),
    run: (script, name, args) => client.eval(script, 1, name, ...args),
    scans: () => {
      const servers = isCluster ? client.nodes("master") : [client];
      return servers.map((server) => (cursor, pattern, count) => server.scan(cursor, "MATCH", pattern, "COUNT", count));
    },
    publish: (channel, message) => client.publish(channel, message),
    subscriber: async () => {
      const servers = isCluster ? client.nodes("master") : [client];
      return servers[Math.floor(Math.random() * servers.length)].duplicate(SUBSCRIBER);
    },
    connect: async () => {}, // it has begun to by itself
    isReady: () => client.status === "ready",
    listen: (channel, hear) => {
      const onMessage = (from, text) => from === channel && hear(text);
      client.on("message", onMessage);
      return {
        start: () => client.subscribe(channel),
        end: () => {
          client.off("message", onMessage);
          return client.unsubscribe(channel);
        },
      };
    },
    end: () => client.disconnect(),
  };
}
