// Where benches/memory runs: a process or a page for each measurement.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { subjects } from "../benches/memory/subjects.js";
import { ask, environment, root, which } from "./run.mjs";

const folder = join(root, "benches", "memory");
const production = { "process.env.NODE_ENV": '"production"' };

/** `measure(subject, id, workload)` gives what `run` of benches/memory/workloads.js does. */
export const engines = {
  node24: () => openNode(join(root, "node_modules", ".bin", "node")),
  node20: () => openNode(node20()),
  chromium: () => openBrowser("chromium", "Chromium"),
  firefox: () => openBrowser("firefox", "Firefox"),
};

function openNode(node) {
  const env = { ...environment, NODE_ENV: "production" };
  const run = (args) => execFileSync(node, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "inherit"], timeout: 120_000 });
  return {
    title: `Node ${run(["--print", "process.versions.node"]).trim()}`,
    measure: ({ file, open = "open" }, id, { flags = [] }) => JSON.parse(run([...flags, join(folder, "node.js"), file, open, id])),
    close() {},
  };
}

async function openBrowser(engine, name) {
  // They import packages, which a fresh clone has only now.
  const { serve } = await import("../tests/browser/server.js");
  const { openEngine } = await import("../tests/browser/engine.js");
  const files = Object.values(subjects)
    .filter(({ needsNode }) => !needsNode)
    .map(({ file }) => `subjects/${file}.js`);
  const server = await serve(folder, ["page.js", ...new Set(files)], production);
  const { browser, close } = await openEngine(engine, { hasFineClock: true });
  await browser.setTimeout({ script: 120_000 });
  return {
    title: `${name} ${browser.capabilities.browserVersion}`,
    async measure({ file, open = "open", needsNode }, id) {
      if (needsNode) return null;
      await browser.url(`http://localhost:${server.port}/page.html`);
      await browser.waitUntil(() => browser.execute("return window.measure !== undefined"), { timeout: 20_000, interval: 10 });
      return browser.execute("return window.measure(...arguments)", file, open, id);
    },
    async close() {
      await close();
      await server.close();
    },
  };
}

/** The system's Node where it is of that age; else npm brings one. */
function node20() {
  const system = which("node");
  if (system && ask(system, ["--version"])?.startsWith("v20.")) return system;
  return ask("npm", ["exec", "--yes", "--package=node@20.20.2", "--", "node", "-p", "process.execPath"]);
}
