// What a user downloads: its files, its manifest, its types, its weight.
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { manifests } from "../../scripts/metadata.mjs";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

/** The entries beside the root's, with a module and types for those who import and those who require. */
const entries = ["adapters", "devtools", "http", "otel", "react", "redis", "testing"];
const folders = [
  "adapters",
  "backends",
  "backends/indexed-db",
  "backends/tiered",
  "bus",
  "devtools",
  "edge",
  "functions",
  "host",
  "http",
  "invalidation",
  "keys",
  "otel",
  "react",
  "records",
  "redis",
  "region",
  "testing",
  "wasm",
];
const required = [
  "README.md",
  "LICENSE",
  "package.json",
  "index.js",
  "workerd.js",
  "bundle.js",
  "bundle.cjs",
  "node.js",
  "index.d.ts",
  "index.d.cts",
  ...entries.flatMap((name) => [`${name}.js`, `${name}.cjs`, `${name}.d.ts`, `${name}.d.cts`]),
  "wasm/dogpile.js",
  "wasm/dogpile.wasm",
  "wasm/sha1.js",
  "wasm/sha1.wasm",
  "examples/grafana/dashboard.json",
  "examples/worker/worker.js",
  "examples/worker/wrangler.toml",
];

/** A module of the root or of one of the folders. */
const isModule = (file) =>
  /^[\w-]+\.js$/.test(file.slice(file.lastIndexOf("/") + 1)) && ["", ...folders].includes(file.slice(0, Math.max(file.lastIndexOf("/"), 0)));

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test("the tarball holds the documents, both entries, the types, the wasm, and nothing else", async () => {
  const files = await filesOf(join(app.folder, "node_modules/dogpile"));
  expect(
    required.filter((file) => !files.includes(file)),
    "missing",
  ).toEqual([]);
  expect(
    files.filter((file) => !required.includes(file) && !isModule(file)),
    "superfluous",
  ).toEqual([]);
});

test("nothing is installed or run beside it: every peer is optional", () => {
  const unwanted = ["dependencies", "optionalDependencies", "bundleDependencies", "scripts"];
  expect(Object.keys(app.manifest).filter((name) => unwanted.includes(name))).toEqual([]);
  const { peerDependencies, peerDependenciesMeta } = app.manifest;
  expect(Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)).toEqual([]);
});

test("publint finds nothing to say", async () => {
  const { buffer } = new Uint8Array(await readFile(app.tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test("the types resolve for everybody who imports or requires", async () => {
  await run(process.execPath, [program("@arethetypeswrong/cli", "attw"), app.tarball, "--no-color"]);
});

test("a region over memory carries nothing of Workers nor of a backend that it does not use", async () => {
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
  expect(bundle.text).toContain("createRegion");
  // The message for a KV namespace that was given as a backend.
  const code = bundle.text.replace("new CloudflareKVBackend(env.KV)", "");
  expect(code, "what only Workers need").not.toMatch(/cloudflare|expirationTtl:|isSuperseded|dogpile\.lock/i);
  expect(bundle.text, "the code of a backend that it does not use").not.toMatch(/indexedDB/i);
});

test("the README tells the size that is the limit", async () => {
  const [{ limit }] = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"))["size-limit"];
  expect(await readFile(join(app.folder, "node_modules/dogpile/README.md"), "utf8")).toContain(`at most ${limit}`);
});

test("the manifests say of the project what the root's package.json says", () => {
  for (const { path, is, shouldBe } of manifests()) expect(is, path).toBe(shouldBe);
});

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, "/"));
}
