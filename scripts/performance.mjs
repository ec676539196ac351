// The README's section on performance, from benches/results.json: node scripts/performance.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { floor, subjects, us } from "../benches/memory/subjects.js";
import { claims } from "./claims.mjs";
import { table } from "./results.mjs";
import { program, root } from "./run.mjs";

export const resultsFile = join(root, "benches", "results.json");
const readmeFile = join(root, "README.md");
const section = /(<!-- performance: .*? -->\n).*(<!-- \/performance -->)/s;

const columns = {
  "warm-10000": "warm hit",
  "get": "`get`",
  "cold": "cold key",
  "stampede": "stampede, a caller",
  "stale": "stale hit",
  "zipf": "Zipf",
  "get-multi": "`getMulti`, a key",
  "create-multi": "half-warm multi, a key",
};

export function writePerformance() {
  const readme = readFileSync(readmeFile, "utf8");
  writeFileSync(readmeFile, withPerformance(readme, readResults()));
}

export function readResults() {
  return JSON.parse(readFileSync(resultsFile, "utf8"));
}

/** Where only the sizes were measured anew. */
const timesOf = ({ timesOf }) => (timesOf === undefined ? "" : `, on ${timesOf}`);

export function withPerformance(readme, results) {
  return readme.replace(section, (_, begin, end) => `${begin}${performanceSection(results)}\n${end}`);
}

/** The sentences that the results do not bear out. */
export function falseClaims(results) {
  const [of, { bytes }] = [figures(results), results];
  return claims.filter(({ holds }) => !holds(of, bytes)).map(({ text }) => text(of, bytes));
}

function performanceSection(results) {
  const of = figures(results);
  return `## Performance

${claims.map(({ text }) => `- ${text(of, results.bytes)}`).join("\n")}

The floor is what no cache can do without: a \`Map\`, a clock read and a promise. Nothing is switched off in a region, and its peers
are given the options that make them do the same work (\`benches/memory/subjects\` says which): bentocache and p-memoize keep
values in an lru-cache; query-core is TanStack Query's. These are medians, of a new process or page for each workload in each
pass (${results.passes}), on a machine that others used too: ${results.cpu}, ${results.date}${timesOf(results)}. A dash says that it cannot do that;
bentocache and cache-manager need Node.

${Object.values(results.engines).filter(({ workloads }) => workloads.zipf).map(engineTable).join("\n\n")}

${weights(results)}

All figures, with their spread and more workloads: \`benches/results.json\`. On your machine: \`npm run bench\`, or a part of it,
\`npm run bench -- --engines node24 --subjects lru-cache --workloads warm\`.
`;
}

function figures({ engines }) {
  return (engine, workload, name = us) => engines[engine].workloads[workload][name];
}

function engineTable({ title, workloads }) {
  const names = Object.keys(subjects).filter((name) => Object.keys(columns).some((id) => workloads[id][name]) && !isNeedless(name));
  const rows = names.map((name) => [name, ...Object.keys(columns).map((id) => duration(workloads[id][name]?.median))]);
  return table([title, ...Object.values(columns)], rows);
}

function isNeedless(name) {
  return subjects[name].isVariant && name !== "lru-cache, exact clock";
}

function weights({ engines: { node24, chromium, firefox }, bytes, versions }) {
  const startUp = ({ workloads }, name) => workloads["start-up"][name] ? `${workloads["start-up"][name].median} ms` : "–";
  const rows = Object.keys(subjects).filter((name) => !subjects[name].isVariant).map((name) => [
    `${name} ${versions[name] && name !== us ? versions[name] : ""}`.trim(),
    ...[node24, chromium, firefox].map((engine) => startUp(engine, name)),
    `${node24.workloads.heap[name].median} bytes`,
    name === floor ? "–" : `${(bytes[name] / 1000).toFixed(1)} kB`,
  ]);
  return table(["", "`import` to the first value: Node 24", "Chromium", "Firefox", "memory of an entry, Node 24", "minified, gzipped"], rows);
}

function duration(nanoseconds) {
  if (nanoseconds === undefined) return "–";
  return nanoseconds < 1000 ? `${Number(nanoseconds.toPrecision(3))} ns` : `${Number((nanoseconds / 1000).toPrecision(3))} µs`;
}

await program(import.meta, writePerformance);
