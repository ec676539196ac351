// dogpile beside its peers, in memory: npm run bench -- [--engines node24,firefox] [--subjects lru-cache] [--workloads warm] [--passes 2]
// [--json file] [--save] [--weigh] [--no-build]. `--weigh` measures the sizes alone, and saves them. `--save` writes benches/results.json, and the sections of README.md and benches/README.md.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { floor, subjects, us } from "../benches/memory/subjects.js";
import { workloads } from "../benches/memory/workloads.js";
import { build } from "./build.mjs";
import { engines } from "./engines.mjs";
import { readResults, resultsFile, writePerformance } from "./performance.mjs";
import { report, summarize } from "./results.mjs";
import { program, root } from "./run.mjs";
import { setUpBrowsers } from "./setup.mjs";

const parts = { engines, subjects, workloads };
const PASSES = "2"; // of six minutes each

await program(import.meta, async () => {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  const { values: options } = parseArgs({
    options: { engines: text, subjects: text, workloads: text, passes: { ...text, default: PASSES }, json: text, save: flag, weigh: flag, "no-build": flag },
  });
  const chosen = Object.fromEntries(Object.keys(parts).map((part) => [part, choose(part, options[part])]));
  if (options.save && Object.keys(parts).some((part) => options[part])) throw new Error("--save is for a whole run");
  if (!options["no-build"]) await build();
  if (options.weigh) return save(await weighAnew());
  const results = await measureAll(chosen, Number(options.passes));
  console.log(report(results));
  if (options.json) write(options.json, results);
  if (options.save) save(results);
});

function save(results) {
  write(resultsFile, results);
  writePerformance();
}

/** What was measured before, whose date stays, with the sizes of today's build. */
async function weighAnew() {
  const results = readResults();
  return { ...results, bytes: await bytesOf(Object.keys(subjects)) };
}

/** The names that begin with one of those that are given, between commas; all of them if none is. */
function choose(part, list) {
  const names = Object.keys(parts[part]);
  if (list === undefined) return names;
  const wanted = list.split(",");
  const unknown = wanted.find((start) => !names.some((name) => name.startsWith(start)));
  if (unknown !== undefined) throw new Error(`There are no ${part} like ${unknown}. There are: ${names.join(", ")}`);
  // Ratios are to these two.
  return names.filter((name) => [us, floor].includes(name) || wanted.some((start) => name.startsWith(start)));
}

async function measureAll(chosen, passes) {
  const opened = {};
  try {
    if (chosen.engines.some((name) => !name.startsWith("node"))) await setUpBrowsers();
    for (const name of chosen.engines) opened[name] = await engines[name]();
    const samples = {};
    for (let pass = 0; pass < passes; pass += 1) {
      for (const name of chosen.engines) {
        for (const id of chosen.workloads.filter((id) => runsIn(name, workloads[id]))) {
          console.error(`pass ${pass + 1} of ${passes}, ${opened[name].title}: ${workloads[id].title}`);
          const runs = ((samples[name] ??= {})[id] ??= []);
          for (let time = 0; time < (workloads[id].times ?? 1); time += 1) runs.push(await goRound(opened[name], id, chosen.subjects, runs.length));
        }
      }
    }
    return { ...circumstances(passes), engines: summaries(opened, samples), bytes: await bytesOf(chosen.subjects) };
  } finally {
    for (const engine of Object.values(opened)) await engine.close();
  }
}

/** Every subject in turn, so that a slow minute of the machine meets everyone; each time another one begins. */
async function goRound(engine, id, names, begin) {
  const taking = names.filter((name) => takes(subjects[name], name, workloads[id]));
  const results = {};
  for (let index = 0; index < taking.length; index += 1) {
    const name = taking[(index + begin) % taking.length];
    const result = await engine.measure(subjects[name], id, workloads[id]);
    if (result !== null) results[name] = result;
  }
  return results;
}

function runsIn(engine, { isCommon, engines: only }) {
  return engine === "node20" ? isCommon : (only?.includes(engine) ?? true);
}

function takes({ isVariant }, name, { isCommon, isOurs }) {
  return isOurs ? [us, floor].includes(name) : isCommon || !isVariant;
}

function summaries(opened, samples) {
  return Object.fromEntries(
    Object.entries(samples).map(([name, of]) => {
      const measured = Object.entries(of).map(([id, runs]) => [id, summarize(runs)]);
      return [name, { title: opened[name].title, workloads: Object.fromEntries(measured) }];
    }),
  );
}

async function bytesOf(names) {
  const { bundleBytes } = await import("./bundle-bytes.mjs");
  const bundled = names.filter((name) => subjects[name].bundle);
  return Object.fromEntries(await Promise.all(bundled.map(async (name) => [name, await bundleBytes(subjects[name].bundle)])));
}

function circumstances(passes) {
  const named = Object.entries(subjects).filter(([, { bundle }]) => bundle);
  const versions = Object.fromEntries(named.map(([name, { package: package_ = name }]) => [name, versionOf(package_)]));
  return { date: new Date().toISOString().slice(0, 10), passes, cpu: `${cpus()[0].model.trim()}, ${cpus().length} cores`, versions };
}

function versionOf(name) {
  return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
}

/** With a line for each subject. */
function write(file, results) {
  const text = JSON.stringify(results, undefined, 2).replace(/\{\s+("median"[^}]*?)\s+\}/g, (_, fields) => `{ ${fields.replace(/\s+/g, " ")} }`);
  writeFileSync(file, `${text}\n`);
}
