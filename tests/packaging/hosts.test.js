// One small program through the installed package, wherever the package says that it runs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWithEsbuild, buildWithRollup, buildWithVite, buildWithWebpack } from "./bundlers.js";
import { visit } from "./chromium.js";
import { inBun, inDeno, inNode20, inNode24 } from "./hosts.js";
import { installPackage } from "./installed.js";
import { askBundledWorker, askWorkerOfModules } from "./workers.js";

const hosts = {
  "Node 20, import": [/^Node\.js\/20\./, (app) => inNode20(app, "import.js")],
  "Node 20, require": [/^Node\.js\/20\./, (app) => inNode20(app, "require.cjs")],
  "Node 24, import": [/^Node\.js\/24/, (app) => inNode24(app, "import.js")],
  "Node 24, require": [/^Node\.js\/24/, (app) => inNode24(app, "require.cjs")],
  Deno: [/^Deno\//, (app) => inDeno(app, "import.js")],
  Bun: [/^Bun\//, (app) => inBun(app, "import.js")],
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

function bundled(build) {
  return async (app) => visit(app.folder, await build(app));
}
