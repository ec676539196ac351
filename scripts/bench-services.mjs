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
const [passes, reads, multiReads, keysAtOnce] = [9, 1000, 100, 100];
const [processes, callers] = [3, 1000];
const entries = [10, 1_000_000];
const LONGEST = 10_000; // milliseconds: who has no answer then is said to hang
const alone = "the client alone";
const value = { id: 1, name: "x".repeat(200) };

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { json: { type: "string" }, "no-build": { type: "boolean" } } });
  if (!options["no-build"]) await build();
  await installRedis();
  const services = await import("../benches/services/caches.js");
  const { measureTags } = await import("../benches/services/tags.js");
  const server = await startRedis();
  const client = await services.connect(server.port);
  const results = {};
  try {
    results.caches = await measureReads(client, { ...baselines(client, services), ...made(services.caches, client) });
    results.tiers = await measureReads(client, made(services.tiers, client));
    await measureNearMisses(client, services.tiers, results.tiers);
    for (const kind of ["caches", "tiers"]) {
      for (const [name, make] of Object.entries(services[kind])) {
        results[kind][name].creations = await countCreations(server, kind, name);
        results[kind][name].hung = await answerOfHungServer(server, services.connect, make);
      }
    }
    results.tags = await measureTags(entries);
  } finally {
    client.destroy();
    await server.stop();
  }
  console.log(`\nOver Redis alone\n\n${table(results.caches, results.caches[alone])}`);
  console.log(`\nMemory in front of Redis\n\n${table(results.tiers, results.caches[alone])}`);
  console.log(`\nA tag is invalidated, in memory\n\n${tableOfTags(results.tags)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
});

function made(caches, client) {
  return Object.fromEntries(Object.entries(caches).map(([name, make]) => [name, make(client)]));
}

function keysOf(name, count = keysAtOnce) {
  return Array.from({ length: count }, (_, index) => `${name}:${index}`);
}

/** What nobody can be faster than, whose values are records of dogpile. */
function baselines(client, { RedisBackend }) {
  const backend = new RedisBackend(client);
  const parse = (stored) => JSON.parse(stored.slice(stored.indexOf("|") + 1));
  const withRecord = (key) => client.set(key, `{"ct": 1700000000.0, "v": 2}|${JSON.stringify(value)}`);
  return {
    [alone]: { fill: withRecord, getOrCreate: (key) => client.get(key), getMulti: (keys) => client.mGet(keys) },
    "the client and JSON.parse": {
      fill: withRecord,
      getOrCreate: async (key) => parse(await client.get(key)),
      getMulti: async (keys) => (await client.mGet(keys)).map(parse),
    },
    "RedisBackend alone": { fill: withRecord, getOrCreate: (key) => backend.get(key), getMulti: (keys) => backend.getMulti(keys) },
  };
}

/** Microseconds of a read. The passes go round, so that a slow minute of the machine meets everyone; the best of each counts. */
async function measureReads(client, caches) {
  await client.flushAll();
  const results = Object.fromEntries(Object.keys(caches).map((name) => [name, {}]));
  for (const [name, { getOrCreate, fill = getOrCreate }] of Object.entries(caches)) for (const key of keysOf(name)) await fill(key, () => value);
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [name, { getOrCreate, getMulti }] of Object.entries(caches)) {
      const keys = keysOf(name);
      least(results[name], "hit", await perCall(reads, () => getOrCreate(keys[0], () => value)));
      if (getMulti) least(results[name], "multi", await perCall(multiReads, () => getMulti(keys)));
    }
  }
  return results;
}

/** Each key is read once, by a cache that has nothing in memory. */
async function measureNearMisses(client, tiers, results) {
  await client.flushAll();
  for (const [name, make] of Object.entries(tiers)) {
    const { getOrCreate } = make(client);
    for (const key of keysOf(name, reads)) await getOrCreate(key, () => value);
  }
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [name, make] of Object.entries(tiers)) {
      const { getOrCreate } = make(client);
      const keys = keysOf(name, reads);
      least(results[name], "nearMiss", await perCall(reads, (index) => getOrCreate(keys[index], () => value)));
    }
  }
}

function least(result, what, measured) {
  result[what] = Math.min(result[what] ?? Infinity, measured);
}

async function perCall(count, call) {
  const began = performance.now();
  for (let done = 0; done < count; done += 1) await call(done);
  return ((performance.now() - began) * 1000) / count;
}

/** Of all callers in all processes, who ask at once for a value that is not there. */
async function countCreations(server, kind, name) {
  await server.cli("FLUSHALL");
  const args = [String(server.port), kind, name, String(Math.ceil(callers / processes))];
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
  const cache = make(client, "1s");
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

function table(results, base) {
  const names = Object.keys(results);
  const row = (what, value) => [what, ...names.map((name) => value(results[name]))];
  const relative =
    (what, to = base[what]) =>
    ({ [what]: own }) =>
      own === undefined ? "–" : `${own.toFixed(own < 10 ? 2 : 0)} us (${(own / to).toFixed(2)})`;
  const hung = ({ hung: answer = "–" }) => (typeof answer === "number" ? `answered after ${(answer / 1000).toFixed(1)} s` : answer);
  const rows = [
    row("a hit", relative("hit")),
    row("a hit that is not in memory", relative("nearMiss", base.hit)),
    row(`${keysAtOnce} keys at once`, relative("multi")),
    row(`${callers} callers in ${processes} processes, cold: creations`, ({ creations = "–" }) => String(creations)),
    row("the server hangs: a caller", hung),
  ];
  const head = ["figure", ...names];
  const told = rows.filter(([, ...cells]) => cells.some((cell) => cell !== "–"));
  return [head, head.map(() => "---"), ...told].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function tableOfTags(results) {
  const names = Object.keys(results);
  const rows = entries.map((size) => [`${size.toLocaleString("en")} entries`, ...names.map((name) => `${results[name][size].toFixed(1)} us`)]);
  const head = ["figure", ...names];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
