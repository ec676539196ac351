// What a user downloads: its files, its manifest, its types, its weight.
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

const ceiling = 52_000;

const required = [
  /^README\.md$/,
  /^LICENSE$/,
  /^package\.json$/,
  /^index\.js$/,
  /^workerd\.js$/,
  /^bundle\.js$/,
  /^index\.d\.ts$/,
  /^testing\.js$/,
  /^testing\.d\.ts$/,
  /^wasm\/dogpile\.js$/,
  /^wasm\/dogpile\.wasm$/,
  /^wasm\/sha1\.js$/,
  /^wasm\/sha1\.wasm$/,
];
const allowed = [
  ...required,
  /^(backends\/|backends\/indexed-db\/|edge\/|functions\/|host\/|invalidation\/|keys\/|records\/|region\/|testing\/|wasm\/)?[\w-]+\.js$/,
];

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test("the tarball holds the documents, both entries, the types, the wasm, and nothing else", async () => {
  const files = await filesOf(join(app.folder, "node_modules/dogpile"));
  expect(
    required.filter((pattern) => !files.some((file) => pattern.test(file))),
    "missing",
  ).toEqual([]);
  expect(
    files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
    "superfluous",
  ).toEqual([]);
});

test("nothing is installed or run beside it", () => {
  const unwanted = ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies", "scripts"];
  expect(Object.keys(app.manifest).filter((name) => unwanted.includes(name))).toEqual([]);
});

test("publint finds nothing to say", async () => {
  const { buffer } = new Uint8Array(await readFile(app.tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test("the types resolve for every importer of an ES module", async () => {
  await run(process.execPath, [program("@arethetypeswrong/cli", "attw"), app.tarball, "--profile", "esm-only", "--no-color"]);
});

test(`a region over memory costs at most ${ceiling / 1000} kB`, async () => {
  const {
    outputFiles: [bundle],
  } = await build({
    stdin: { contents: `export { createRegion, MemoryBackend } from "dogpile";`, resolveDir: app.folder },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    logLevel: "error",
  });
  expect(bundle.text, "what only Workers need").not.toMatch(/cloudflare|expirationTtl:|isSuperseded|dogpile\.lock/i);
  const bytes = gzipSync(bundle.contents, { level: 9 }).length;
  console.info(`{ createRegion, MemoryBackend }: ${(bytes / 1000).toFixed(1)} kB gzipped, wasm included, of ${ceiling / 1000} kB`);
  expect(bytes).toBeLessThanOrEqual(ceiling);
  expect(await readFile(join(app.folder, "node_modules/dogpile/README.md"), "utf8")).toContain(`at most ${ceiling / 1000} kB`);
  expect(bundle.text, "carries the code of a backend that it does not use").not.toMatch(/indexedDB/i);
});

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, "/"));
}
