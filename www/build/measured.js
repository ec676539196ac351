// The results of the last whole run of the benchmarks, as tabs of bars: benches/README.md says how they were measured.
import { claims } from "../../scripts/claims.mjs";
import { readResults } from "../../scripts/performance.mjs";
import { floor, subjects, us } from "../../benches/memory/subjects.js";
import { escapeHtml } from "./highlight.js";
import { tabs } from "./tabs.js";

const workloads = {
  "warm-10000": ["A warm call", "among 10,000 keys, each of them cached"],
  cold: ["A cold call", "of 1,000 new keys at once"],
  stampede: ["A call among 10,000", "at once, of one key that is not cached"],
  stale: ["A stale call", "while another one loads the value"],
};
const engines = ["node24", "chromium", "firefox"];

export function measured() {
  const results = readResults();
  const panels = engines.map((id) => ({ id: `measured-${id}`, label: results.engines[id].title.replace(/ [\d.]+$/, ""), html: engineHtml(results, id) }));
  const { cpu, date } = results;
  return `${tabs("Engine", panels)}
<p class="note">Medians, measured on ${escapeHtml(cpu)}, ${date}. The shorter, the better. The floor is what no cache can do without: a <code>Map</code>, a clock read and a promise.</p>
${findings(results)}`;
}

function engineHtml({ engines: all }, id) {
  const tables = Object.keys(workloads).map((workload) => table(workload, all[id].workloads[workload]));
  return `<div class="results-of-measures">${tables.join("\n")}</div>`;
}

function table(workload, of) {
  const [title, detail] = workloads[workload];
  const names = Object.keys(subjects).filter((name) => of[name] && !subjects[name].isVariant);
  const longest = Math.max(...names.map((name) => of[name].median));
  const rows = names.sort((a, b) => of[a].median - of[b].median).map((name) => row(name, of[name].median, longest));
  return `<table class="bars"><caption>${title} <span>${detail}</span></caption>
<colgroup><col class="name"><col><col class="time"></colgroup>
<thead><tr><th scope="col">Cache</th><td></td><th scope="col">Time</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`;
}

/** The bar is a drawing: the policy allows no style of its own. */
function row(name, median, longest) {
  const bar = `<svg class="bar" aria-hidden="true"><rect width="${((100 * median) / longest).toFixed(2)}%" height="100%"/></svg>`;
  const kind = { [us]: ' class="own"', [floor]: ' class="floor"' }[name] ?? "";
  return `<tr${kind}><th scope="row">${escapeHtml(name)}</th><td>${bar}</td><td>${duration(median)}</td></tr>`;
}

function duration(nanoseconds) {
  if (nanoseconds < 1000) return `${nanoseconds} ns`;
  return `${Number((nanoseconds / 1000).toPrecision(3)).toLocaleString("en")} µs`;
}

/** The sentences of the README, its losses among them. */
function findings({ engines: all, bytes }) {
  const of = (engine, workload, name = us) => all[engine].workloads[workload][name];
  const items = claims.filter(({ isMain }) => isMain).map(({ text }) => `<li>${escapeHtml(text(of, bytes)).replace(/`([^`]+)`/g, "<code>$1</code>")}</li>`);
  return `<ul class="findings">${items.join("\n")}</ul>`;
}
