// The guide's recipe for Prometheus, the dashboard that it feeds, and the metrics of dogpile/otel that have the same names there.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRegion, MemoryBackend } from "dogpile";
import { instrument } from "dogpile/otel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage, linkPeer } from "./installed.js";
import { run } from "./run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = await readFile(join(root, "www/guide/13-observability.md"), "utf8");
const [, recipe] = page.match(/^```js\n((?:(?!```)[^])*"prom-client"[^]*?)^```$/m);

/** More of what a region may do, and then everything that Prometheus would be told. */
const more = `
const small = createRegion({ name: "small", backend: new MemoryBackend({ maxEntries: 1 }) });
watch(small);
await small.set("a", 1);
await small.set("b", 1);
console.error = () => {};
small.actualBackend.get = () => Promise.reject(new Error("no connection"));
await small.getOrCreate("c", () => 1);
await small.getOrCreate("d", () => Promise.reject(new Error("no value"))).catch(() => {});
console.log(await register.metrics());
`;

let app;
let dashboard;
let told;
beforeAll(async () => {
  app = await installPackage();
  await linkPeer(app, "prom-client");
  dashboard = JSON.parse(await readFile(join(app.folder, "node_modules/dogpile/examples/grafana/dashboard.json"), "utf8"));
  const file = join(app.folder, "prometheus.mjs");
  await writeFile(file, recipe + more);
  told = await run(process.execPath, [file], { cwd: app.folder });
});
afterAll(() => app?.remove());

/** The names in what Prometheus is told: of metrics with their types, and of labels. */
const typesTold = () => Object.fromEntries([...told.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
const labelsTold = () => new Set([...told.matchAll(/^\w+\{(.*)\} /gm)].flatMap(([, labels]) => [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)));
const valueTold = (series) =>
  Number(
    told
      .split("\n")
      .find((line) => line.startsWith(`${series} `))
      ?.split(" ")[1],
  );

test("the recipe tells what the regions count", () => {
  const of = (name, labels = `dogpile_region_name="small"`) => valueTold(`${name}{${labels}}`);
  expect(of("dogpile_hits_total", `dogpile_region_name="users"`)).toBe(2);
  expect(of("dogpile_misses_total")).toBe(2);
  expect(of("dogpile_creations_total")).toBe(2);
  expect(of("dogpile_creation_errors_total")).toBe(1);
  expect(of("dogpile_creation_duration_seconds_count")).toBe(1);
  expect(of("dogpile_backend_errors_total", `dogpile_region_name="small",dogpile_operation="read"`)).toBe(2);
  expect(of("dogpile_evictions_total", `dogpile_region_name="small",dogpile_eviction_reason="size"`)).toBeGreaterThan(0);
});

test("every metric and label of the dashboard is one that the recipe tells, and every metric is shown", () => {
  const types = typesTold();
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const asked = [...queries, ...dashboard.templating.list.map(({ query }) => query.query ?? "")].join("\n");
  const names = new Set(asked.match(/\bdogpile_\w+/g));
  const labels = labelsTold();
  const metrics = [...names].filter((name) => !labels.has(name)).map((name) => name.replace(/_(bucket|sum|count)$/, ""));
  expect([...new Set(metrics)].sort()).toEqual(Object.keys(types).sort());
  expect([...asked.matchAll(/ by \(([\w, ]+)\)/g)].flatMap(([, by]) => by.split(", ")).filter((label) => !labels.has(label))).toEqual([]);
  expect(
    dashboard.panels
      .flatMap(({ targets }) => targets)
      .flatMap(({ legendFormat }) => legendFormat.match(/\w+(?=\}\})/g))
      .filter((label) => !labels.has(label)),
  ).toEqual([]);
});

test("a panel asks for rates of counters, and for buckets of histograms", () => {
  const types = typesTold();
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) {
      for (const [, name] of expr.matchAll(/rate\((\w+)\{/g)) {
        const isBucket = name.endsWith("_bucket");
        expect(types[name.replace(/_bucket$/, "")], `${name} in ${title}`).toBe(isBucket ? "histogram" : "counter");
      }
    }
  }
});

test("Prometheus gives the metrics of dogpile/otel the names of the recipe's", () => {
  const made = [];
  const make =
    (type) =>
    (name, { unit }) => {
      made.push([`${name.replaceAll(".", "_")}${unit === "s" ? "_seconds" : ""}${type === "counter" ? "_total" : ""}`, type]);
      return { add() {}, record() {} };
    };
  const nothing = () => {};
  const meter = {
    createCounter: make("counter"),
    createObservableCounter: make("counter"),
    createHistogram: make("histogram"),
    addBatchObservableCallback: nothing,
    removeBatchObservableCallback: nothing,
  };
  instrument(createRegion({ backend: new MemoryBackend() }), { meter })();
  expect(Object.fromEntries(made)).toEqual(typesTold());
});

test("the guide's table has every metric of dogpile/otel", () => {
  const rows = [...page.matchAll(/^\| `(dogpile\.[\w.]+)` \|/gm)].map(([, name]) => name.replaceAll(".", "_"));
  expect(rows.sort()).toEqual(
    Object.keys(typesTold())
      .map((name) => name.replace(/_(total|seconds)$/, ""))
      .sort(),
  );
});
