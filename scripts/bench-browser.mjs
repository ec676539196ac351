// IndexedDBBackend beside its peers, in one page of Chromium: npm run bench:browser -- [--json file] [--no-build]
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installBrowsers } from "./browsers.mjs";
import { build } from "./build.mjs";
import { program, root } from "./run.mjs";

const us = "dogpile";

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { json: { type: "string" }, "no-build": { type: "boolean" } } });
  if (!options["no-build"]) await build();
  await installBrowsers();
  const samples = await measure();
  console.log(`\n${table(samples)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(samples, undefined, 2)}\n`);
});

async function measure() {
  // They import packages, which a fresh clone has only now.
  const { serve } = await import("../tests/browser/server.js");
  const { openEngine } = await import("../tests/browser/engine.js");
  const server = await serve(join(root, "benches", "browser"), ["page.js"]);
  const { browser, close } = await openEngine("chromium", {});
  try {
    await browser.setTimeout({ script: 600_000 });
    await browser.url(`http://localhost:${server.port}/page.html`);
    await browser.waitUntil(() => browser.execute("return window.measure !== undefined"));
    return JSON.parse(await browser.execute("return window.measure().then(JSON.stringify)"));
  } finally {
    await close();
    await server.close();
  }
}

function table(samples) {
  const names = [
    us,
    ...Object.keys(Object.values(samples)[0])
      .filter((name) => name !== us)
      .sort(),
  ];
  const rows = Object.entries(samples).map(([task, of]) => [task, ...names.map((name) => (of[name] ? median(of[name]).toFixed(2) : "")), factors(of, names)]);
  const head = ["median ms", ...names, `${us} is faster by`];
  return [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Of rounds that were run close to each other, because the machine itself may be fast now and slow then. */
function factors(of, names) {
  const peers = names.filter((name) => name !== us && of[name]);
  return peers.map((peer) => median(of[peer].map((time, round) => time / of[us][round])).toFixed(1)).join(", ");
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
