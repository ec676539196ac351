// What a service with Redis gets from a region and from its peers, over one redis-server: npm run bench:services -- [--json file] [--no-build]
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startRedis } from "../tests/redis/helpers/server.js";
import { build } from "./build.mjs";
import { installRedis } from "./redis.mjs";
import { program, root } from "./run.mjs";

const folder = join(root, "benches", "services");
const [passes, reads, multiReads] = [25, 1000, 150];
const [processes, callers] = [3, 1000];
const LONGEST = 10_000; // milliseconds: who has no answer then is said to hang
const alone = "the client alone";
const parsing = "the client and JSON.parse";
const backendAlone = "RedisBackend alone";

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { json: { type: "string" }, "no-build": { type: "boolean" } } });
  if (!options["no-build"]) await build();
  await installRedis();
  const { caches, connect, RedisBackend } = await import("../benches/services/caches.js");
  const server = await startRedis();
  const client = await connect(server.port);
  const results = Object.fromEntries([alone, parsing, backendAlone, ...Object.keys(caches)].map((name) => [name, {}]));
  try {
    await measureReads(client, caches, new RedisBackend(client), results);
    for (const name of Object.keys(caches)) results[name].creations = await countCreations(server, name);
    for (const [name, make] of Object.entries(caches)) results[name].hung = await answerOfHungServer(server, connect, make);
  } finally {
    client.destroy();
    await server.stop();
  }
  console.log(`\n${table(results)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
});

/** Microseconds of a read. The passes go round, so that a slow minute of the machine meets everyone; the best of each counts. */
async function measureReads(client, caches, backend, results) {
  const value = { id: 1, name: "x".repeat(200) };
  const text = `{"ct": 1700000000.0, "v": 2}|${JSON.stringify(value)}`;
  const parse = (stored) => JSON.parse(stored.slice(stored.indexOf("|") + 1));
  const keysOf = (name) => Array.from({ length: 100 }, (_, index) => `${name}:${index}`);
  for (const name of [alone, parsing, backendAlone]) for (const key of keysOf(name)) await client.set(key, text);
  const readers = {
    [alone]: { getOrCreate: (key) => client.get(key), getMulti: (keys) => client.mGet(keys) },
    [parsing]: { getOrCreate: async (key) => parse(await client.get(key)), getMulti: async (keys) => (await client.mGet(keys)).map(parse) },
    [backendAlone]: { getOrCreate: (key) => backend.get(key), getMulti: (keys) => backend.getMulti(keys) },
  };
  for (const [name, make] of Object.entries(caches)) readers[name] = make(client);
  for (const [name, { getOrCreate }] of Object.entries(readers)) for (const key of keysOf(name)) await getOrCreate(key, () => value);
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [name, { getOrCreate, getMulti }] of Object.entries(readers)) {
      const keys = keysOf(name);
      least(results[name], "hit", await perCall(reads, () => getOrCreate(keys[0], () => value)));
      if (getMulti) least(results[name], "multi", await perCall(multiReads, () => getMulti(keys)));
    }
  }
}

function least(result, what, measured) {
  result[what] = Math.min(result[what] ?? Infinity, measured);
}

async function perCall(count, call) {
  const began = performance.now();
  for (let done = 0; done < count; done += 1) await call();
  return ((performance.now() - began) * 1000) / count;
}

/** Of all callers in all processes, who ask at once for a value that is not there. */
async function countCreations(server, name) {
  await server.cli("FLUSHALL");
  const args = [String(server.port), name, String(Math.ceil(callers / processes))];
  const children = Array.from({ length: processes }, () => fork(join(folder, "process.js"), args));
  await Promise.all(children.map((child) => once(child, "message")));
  const counts = children.map((child) => once(child, "message"));
  for (const child of children) child.send("go");
  return (await Promise.all(counts)).reduce((sum, [count]) => sum + count, 0);
}

/** Milliseconds until a caller has its value although the server hangs. */
async function answerOfHungServer(server, connect, make) {
  await server.cli("FLUSHALL");
  const client = await connect(server.port);
  const cache = make(client);
  server.signal("SIGSTOP");
  const began = performance.now();
  const answered = cache
    .getOrCreate("hung", async () => "value")
    .then(
      () => performance.now() - began,
      () => "rejects",
    );
  const answer = await Promise.race([answered, sleep(LONGEST, "hangs")]);
  server.signal("SIGCONT");
  client.destroy();
  return answer;
}

function table(results) {
  const names = Object.keys(results);
  const row = (what, value) => [what, ...names.map((name) => value(results[name]))];
  const relative =
    (what) =>
    ({ [what]: own }) =>
      own === undefined ? "–" : `${own.toFixed(0)} us (${(own / results[alone][what]).toFixed(2)})`;
  const hung = ({ hung: answer = "–" }) => (typeof answer === "number" ? `answered after ${(answer / 1000).toFixed(1)} s` : answer);
  const rows = [
    row("a hit", relative("hit")),
    row("100 keys at once", relative("multi")),
    row(`${callers} callers in ${processes} processes, cold: creations`, ({ creations = "–" }) => String(creations)),
    row("the server hangs: a caller", hung),
  ];
  const head = ["figure", ...names];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
