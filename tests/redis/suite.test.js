// What every backend has to do, over every client.
import { RedisBackend } from "dogpile/redis";
import { backendSuite } from "dogpile/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { clients, clusters, connected } from "./helpers/clients.js";
import { startCluster, startRedis } from "./helpers/server.js";

const kinds = [
  ["plain", {}, clients],
  ["with a prefix and locks", { prefix: "app:", lock: true }, clients],
  ["in bytes", { binary: true }, connected],
];

describe("over one server", () => {
  let server;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  for (const [kind, options, all] of kinds) runSuites(kind, options, all, () => server.port);
});

describe("over a cluster of three", () => {
  let cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  for (const [kind, options] of kinds) runSuites(kind, options, clusters, () => cluster.port);
});

function runSuites(kind, options, all, portOf) {
  describe.each(all)(`%s, ${kind}`, (_name, connect) => {
    let connection;
    beforeAll(async () => {
      connection = await connect(portOf());
    });
    afterAll(() => connection?.close());

    // A backend without a prefix has `clear` and `entries`, which it refuses.
    const make = () => {
      const backend = new RedisBackend(connection.client, options);
      return options.prefix === undefined ? Object.assign(backend, { clear: undefined, entries: undefined }) : backend;
    };
    for (const { name, run } of backendSuite(make)) test(name, run);
  });
}
