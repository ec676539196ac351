// One small program through the installed package, wherever the package says that it runs.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, which } from "../../scripts/run.mjs";
import { buildWithEsbuild, buildWithRollup, buildWithVite, buildWithWebpack } from "./bundlers.js";
import { visit } from "./chromium.js";
import { installPackage } from "./installed.js";
import { outcome, program } from "./run.js";
import { askBundledWorker, askWorkerOfModules } from "./workers.js";

const hosts = {
  "Node 20, import": [/^Node\.js\/20\./, (app) => inNode20(app, "import.js")],
  "Node 20, require": [/^Node\.js\/20\./, (app) => inNode20(app, "require.cjs")],
  "Node 24, import": [/^Node\.js\/24/, (app) => inNode24(app, "import.js")],
  "Node 24, require": [/^Node\.js\/24/, (app) => inNode24(app, "require.cjs")],
  Deno: [/^Deno\//, inDeno],
  Bun: [/^Bun\//, inBun],
  "a Vite build in Chromium": [/Chrome\//, bundled(buildWithVite)],
  "an esbuild bundle in Chromium": [/Chrome\//, bundled(buildWithEsbuild)],
  "a Rollup bundle in Chromium": [/Chrome\//, bundled(buildWithRollup)],
  "a webpack bundle in Chromium": [/Chrome\//, bundled(buildWithWebpack)],
  "a plain module script in Chromium": [/Chrome\//, (app) => visit(app.folder, "plain.html")],
  "workerd, bundled": [/^Cloudflare-Workers$/, (app) => askBundledWorker(app, "/stampede")],
  "workerd, module by module": [/^Cloudflare-Workers$/, (app) => askWorkerOfModules(app, "/stampede")],
};

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

for (const [host, [runtime, stampede]] of Object.entries(hosts)) {
  test(`${host}: two thousand callers, two creations`, async () => {
    expect(await stampede(app)).toEqual({
      runtime: expect.stringMatching(runtime),
      callers: 2000,
      values: [["value 1"], ["value 2"]],
      creations: 2,
    });
  });
}

/** The system's Node where it is of that age; else npm brings one. */
function inNode20({ folder }, file) {
  const system = which("node");
  if (system && ask(system, ["--version"])?.startsWith("v20.")) return outcome(system, [file], { cwd: folder });
  return outcome("npm", ["exec", "--yes", "--package=node@20.20.2", "--", "node", file], { cwd: folder });
}

/** The Node that runs these tests. */
function inNode24({ folder }, file) {
  return outcome(process.execPath, [file], { cwd: folder });
}

function inDeno({ folder }) {
  const env = { DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" };
  return outcome(process.execPath, [program("deno"), "run", "--no-prompt", "--no-lock", "import.js"], { cwd: folder, env });
}

function inBun({ folder }) {
  return outcome(program("bun"), ["run", "--no-install", "import.js"], { cwd: folder });
}

function bundled(build) {
  return async (app) => visit(app.folder, await build(app));
}
