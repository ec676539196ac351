// What a cached route in a Worker costs, beside its peers, in workerd: npm run bench:edge -- [--json file] [--no-build]
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bundleWorker, startRuntime } from "../tests/workerd/runtime.js";
import { build } from "./build.mjs";
import { program, root } from "./run.mjs";

const folder = join(root, "benches", "edge");
const subjects = { dogpile: "dogpile", "ocache, unstorage": "ocache", "cachified, its KV adapter": "cachified", "KV alone": "kv" };
const alone = "KV alone";
const [starts, passes, requests, atOnce] = [9, 5, 2_000, 8];

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { json: { type: "string" }, "no-build": { type: "boolean" } } });
  if (!options["no-build"]) await build();
  const results = await measureAll();
  console.log(`\n${table(results)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
});

async function measureAll() {
  const bundles = {};
  for (const [name, file] of Object.entries(subjects)) bundles[name] = await bundle(file);
  const results = {};
  for (const [name, modules] of Object.entries(bundles)) results[name] = { bundleBytes: sizeOf(modules), operations: await withWorker(modules, operations) };
  await takeTurns(starts, bundles, results, "startMs", startUp);
  await takeTurns(passes, bundles, results, "cpuMs", (modules) => withWorker(modules, cpuOfWarmRequest));
  return results;
}

/** The passes go round, so that a slow minute of the machine meets everyone; the best of each counts. */
async function takeTurns(count, bundles, results, what, measure) {
  for (let pass = 0; pass < count; pass += 1) {
    for (const [name, modules] of Object.entries(bundles)) results[name][what] = Math.min(results[name][what] ?? Infinity, await measure(modules));
  }
}

/** Minified, as it is uploaded. */
async function bundle(file) {
  const entry = join(folder, "entry.js");
  writeFileSync(entry, `import subject from "./${file}.js";\nimport { workerAround } from "./worker.js";\nexport default workerAround(subject);\n`);
  try {
    return await bundleWorker(folder, "entry.js", { minify: true });
  } finally {
    rmSync(entry);
  }
}

function sizeOf(modules) {
  return modules.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

async function withWorker(modules, work) {
  const runtime = startRuntime([{ modules, env: { KV: { type: "kv", id: "bench" } }, listens: true }]);
  try {
    return await work(await runtime.unsafeGetDirectURL());
  } finally {
    await runtime.dispose();
  }
}

async function ask(url, path) {
  const response = await fetch(new URL(path, url));
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function operations(url) {
  return ask(url, "/operations");
}

/** Milliseconds until workerd runs and the Worker has answered for the first time. */
async function startUp(modules) {
  const began = performance.now();
  return withWorker(modules, async (url) => {
    await ask(url, "/first");
    return performance.now() - began;
  });
}

/** Milliseconds of workerd's CPU time for one warm request, its local KV included. Each client has its own key, or dogpile's would share reads. */
async function cpuOfWarmRequest(url) {
  const workerd = children().find(({ command }) => command === "workerd");
  if (workerd === undefined) return NaN; // where there is no /proc
  const send = async (client, count) => {
    for (let sent = 0; sent < count; sent += 1) await ask(url, `/warm${client}`);
  };
  const sendAll = (count) => Promise.all(Array.from({ length: atOnce }, (_, client) => send(client, count / atOnce)));
  await sendAll(requests / 4);
  const before = cpuOf(workerd.id);
  await sendAll(requests);
  return ((cpuOf(workerd.id) - before) * 10) / requests; // in ticks of 10 ms
}

function children() {
  try {
    const [task] = readdirSync("/proc/self/task");
    const ids = readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" ");
    return ids.map((id) => ({ id, command: readFileSync(`/proc/${id}/comm`, "utf8").trim() }));
  } catch {
    return [];
  }
}

function cpuOf(id) {
  const [, fields] = readFileSync(`/proc/${id}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13);
  return Number(user) + Number(system);
}

function table(results) {
  const names = Object.keys(results);
  const row = (what, value) => [what, ...names.map((name) => value(results[name]))];
  const added =
    (what, digits) =>
    ({ [what]: own }) =>
      (own - results[alone][what]).toFixed(digits);
  const rows = [
    ...Object.keys(results[alone].operations).map((scenario) => row(`KV operations: ${scenario}`, (result) => counted(result.operations[scenario]))),
    row("the Worker's bundle, minified and gzipped", ({ bundleBytes }) => `${(bundleBytes / 1000).toFixed(1)} kB`),
    row(`until the first answer, beyond ${alone}`, (result) => `${added("startMs", 0)(result)} ms`),
    row(`CPU time of a warm request, beyond ${alone}`, (result) => `${added("cpuMs", 2)(result)} ms`),
  ];
  const head = ["figure", ...names];
  // Alignment would be a style attribute, which the policy of the site forbids.
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function counted({ read, write }) {
  return `${read} read${read === 1 ? "" : "s"}, ${write} write${write === 1 ? "" : "s"}`;
}
