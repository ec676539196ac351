// What README.md and benches/README.md say about speed, from benches/results.json: node scripts/performance.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { floor, subjects, us } from "../benches/memory/subjects.js";
import { claims } from "./claims.mjs";
import { table } from "./results.mjs";
import { program, root } from "./run.mjs";

export const resultsFile = join(root, "benches", "results.json");
const section = /(<!-- performance: .*? -->\n).*(<!-- \/performance -->)/s;

/** What stands between the comments of each file. */
export const documents = { "README.md": summary, "benches/README.md": everything };

const columns = {
  "warm-10000": "warm hit",
  get: "`get`",
  cold: "cold key",
  stampede: "stampede, a caller",
  stale: "stale hit",
  zipf: "Zipf",
  "get-multi": "`getMulti`, a key",
  "create-multi": "half-warm multi, a key",
};

export function writePerformance() {
  for (const name of Object.keys(documents)) {
    const file = join(root, name);
    writeFileSync(file, withPerformance(name, readFileSync(file, "utf8"), readResults()));
  }
}

export function readResults() {
  return JSON.parse(readFileSync(resultsFile, "utf8"));
}

/** Where only the sizes were measured anew. */
export function withPerformance(name, text, results) {
  return text.replace(section, (_, begin, end) => `${begin}${documents[name](results)}\n${end}`);
}

/** The sentences that the results do not bear out. */
export function falseClaims(results) {
  const [of, { bytes }] = [figures(results), results];
  return claims.filter(({ holds }) => !holds(of, bytes)).map(({ text }) => text(of, bytes));
}

function summary(results) {
  return `${sentences(
    results,
    claims.filter(({ isMain }) => isMain),
  )}\n`;
}

function everything(results) {
  return `${sentences(results, claims)}

The floor is the minimum work of any cache: a \`Map\`, a clock read and a promise. dogpile runs with all its features. The other libraries have
the options that make them do the same work (see \`benches/memory/subjects\`). bentocache and p-memoize store values in an lru-cache; query-core is
the core of TanStack Query. The figures are medians of ${results.passes} passes, each workload in a new process or page, on a machine with other
load: ${results.cpu}, ${results.date}. A dash means that the library does not support the workload; bentocache and cache-manager
need Node.

${Object.values(results.engines)
  .filter(({ workloads }) => workloads.zipf)
  .map(engineTable)
  .join("\n\n")}

${weights(results)}
`;
}

function sentences(results, chosen) {
  const of = figures(results);
  return chosen.map(({ text }) => `- ${text(of, results.bytes)}`).join("\n");
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
  const startUp = ({ workloads }, name) => (workloads["start-up"][name] ? `${workloads["start-up"][name].median} ms` : "–");
  const rows = Object.keys(subjects)
    .filter((name) => !subjects[name].isVariant)
    .map((name) => [
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
