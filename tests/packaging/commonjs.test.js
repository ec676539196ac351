// Programs that require the package: of Node, Deno and Bun, bundled, in Jest, and with TypeScript's older modules.
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "./chromium.js";
import { buildWithEsbuild, buildWithWebpack } from "./bundlers.js";
import { inBun, inDeno, inNode20, inNode24, node20 } from "./hosts.js";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test.each([
  ["Node 20", (app) => inNode20(app, "both.cjs")],
  ["Node 24", (app) => inNode24(app, "both.cjs")],
  ["Deno", (app) => inDeno(app, "both.cjs")],
  ["Bun", (app) => inBun(app, "both.cjs")],
  ["an esbuild bundle", async (app) => visit(app.folder, await buildWithEsbuild(app, "both.cjs"))],
  ["a webpack bundle", async (app) => visit(app.folder, await buildWithWebpack(app, "both.cjs"))],
])("%s: what is imported is what is required", async (_host, both) => {
  const { apart, count } = await both(app);
  expect(apart).toEqual([]);
  expect(count).toBeGreaterThan(20);
});

test.each([
  ["for Node", {}],
  ["as Jest resolves it for jsdom", { testEnvironmentOptions: { customExportConditions: ["browser"] } }],
])("Jest in its default mode on Node 20, %s", async (_name, options) => {
  const [node, ...args] = node20();
  const config = { testEnvironment: "node", rootDir: join(app.folder, "jest"), cacheDirectory: join(app.folder, ".jest"), ...options };
  const report = join(app.folder, "jest.json");
  await run(node, [...args, program("jest"), "--config", JSON.stringify(config), "--json", "--outputFile", report], { cwd: app.folder });
});

test("TypeScript's module: node16, from CommonJS and from an ES module, in one program", async () => {
  const types = fileURLToPath(new URL("../types/require.cts", import.meta.url));
  await copyFile(types, join(app.folder, "required.cts"));
  await writeFile(
    join(app.folder, "imported.mts"),
    `import { createRegion, MemoryBackend, type Region } from "dogpile";\nexport const region: Region<number> = createRegion({ backend: new MemoryBackend() });\n`,
  );
  const options = ["--strict", "--noEmit", "--pretty", "false", "--module", "node16", "--types", ""];
  await run(process.execPath, [program("typescript", "tsc"), ...options, "required.cts", "imported.mts"], { cwd: app.folder });
});
