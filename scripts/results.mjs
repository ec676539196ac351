// What the samples of a benchmark come to.
import { floor, subjects, us } from "../benches/memory/subjects.js";
import { workloads } from "../benches/memory/workloads.js";

/** `passes`: a list of `{ subject: { samples, notes } }`. A ratio is of samples of one pass, because the machine itself may be fast now and slow then. */
export function summarize(passes) {
  const names = Object.keys(passes[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const samples = passes.flatMap((pass) => pass[name].samples);
      const to = (other) =>
        names.includes(other) ? rounded(median(passes.map((pass) => median(pass[name].samples) / median(pass[other].samples)))) : undefined;
      const [least, most] = [Math.min(...samples), Math.max(...samples)];
      return [name, { median: rounded(median(samples)), min: rounded(least), max: rounded(most), toUs: to(us), toFloor: to(floor), ...noted(passes, name) }];
    }),
  );
}

function noted(passes, name) {
  const names = Object.keys(passes[0][name].notes ?? {});
  return Object.fromEntries(names.map((note) => [note, rounded(median(passes.map((pass) => pass[name].notes[note])))]));
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Nothing is known to more than three digits. */
function rounded(number) {
  return Number(number.toPrecision(3));
}

/** A Markdown table for each workload of each engine. */
export function report({ engines, bytes }) {
  const tables = Object.values(engines).flatMap(({ title, workloads: measured }) =>
    Object.entries(measured).map(([id, of]) => workloadTable(`${title}: ${workloads[id].title}`, workloads[id].unit, of)),
  );
  if (bytes) tables.push(table(["bundle, minified and gzipped", "bytes"], Object.entries(bytes)));
  return tables.join("\n\n");
}

function workloadTable(title, unit, of) {
  const rows = inOrder(of).map(([name, { median, min, max, toUs, toFloor, ...notes }]) => [name, median, min, max, toUs ?? "", toFloor ?? "", noteText(notes)]);
  return table([title, `median ${unit}`, "min", "max", `of ${us}`, `of the ${floor}`, ""], rows);
}

function inOrder(of) {
  return Object.keys(subjects)
    .filter((name) => of[name])
    .map((name) => [name, of[name]]);
}

function noteText({ creations, hitRatio }) {
  if (hitRatio !== undefined) return `${(100 * hitRatio).toFixed(1)} % hits`;
  return creations === undefined ? "" : `${creations} ${creations === 1 ? "creation" : "creations"}`;
}

export function table(head, rows) {
  return [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
