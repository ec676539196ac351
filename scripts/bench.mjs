// A warm call beside its peers, in Node 20 and 24, all in one process and each in its own: npm run bench -- [--json file] [--no-build]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { ask, program, root, which } from "./run.mjs";

const bench = join(root, "benches", "warm.mjs");
const [peer, floor] = ["lru-cache", "floor"];
const passes = 9;

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { json: { type: "string" }, "no-build": { type: "boolean" } } });
  if (!options["no-build"]) await build();
  const results = [node20(), node24()].flatMap((node) => [together(node), alone(node)]);
  for (const result of results) console.log(`\n${table(result)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
});

function together(node) {
  const { version, samples } = pool(Array.from({ length: passes }, () => measure(node)));
  return { title: `Node ${version}, all in one process`, subjects: summaries(samples) };
}

/** The passes go round, so that a slow minute of the machine meets everyone. */
function alone(node) {
  const names = Object.keys(measure(node).samples);
  const runs = Array.from({ length: passes }, () => names.map((name) => measure(node, name))).flat();
  const { version, samples } = pool(runs);
  return { title: `Node ${version}, each in its own process`, subjects: summaries(samples) };
}

function measure(node, ...names) {
  return JSON.parse(execFileSync(node, [bench, ...names], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

function pool(runs) {
  const samples = {};
  for (const run of runs) {
    for (const [name, more] of Object.entries(run.samples)) samples[name] = [...samples[name] ?? [], ...more];
  }
  return { version: runs[0].version, samples };
}

/** The ratios are of rounds that were run close to each other, because the machine itself may be fast now and slow then. */
function summaries(samples) {
  return Object.entries(samples).map(([name, all]) => {
    const of = (other) => median(all.map((time, round) => time / samples[other][round]));
    return { name, median: median(all), min: Math.min(...all), max: Math.max(...all), ofPeer: of(peer), ofFloor: of(floor) };
  });
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function table({ title, subjects }) {
  const rows = subjects.map(({ name, median, min, max, ofPeer, ofFloor }) =>
    [name, ...[median, min, max].map(Math.round), ...[ofPeer, ofFloor].map((ratio) => ratio.toFixed(2))]);
  const head = [title, "median ns", "min", "max", `of ${peer}`, `of the ${floor}`];
  return [head, head.map((_, column) => column === 0 ? "---" : "---:"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** The system's Node where it is of that age; else npm brings one. */
function node20() {
  const system = which("node");
  if (system && ask(system, ["--version"])?.startsWith("v20.")) return system;
  return ask("npm", ["exec", "--yes", "--package=node@20.20.2", "--", "node", "-p", "process.execPath"]);
}

function node24() {
  return join(root, "node_modules", ".bin", "node");
}
