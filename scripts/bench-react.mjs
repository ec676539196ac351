// dogpile/react beside TanStack Query: what an app weighs, and what a render costs beside useSyncExternalStore alone: npm run bench:react -- [--no-build] [--sizes]
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "./build.mjs";
import { program, root } from "./run.mjs";
import { table } from "./results.mjs";

const benches = join(root, "benches", "react");
const peer = "@tanstack/react-query";

/** The same app three times, the first without a cache. */
const apps = { "React alone": join(benches, "alone"), dogpile: join(root, "examples", "react"), [peer]: join(benches, "tanstack") };

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { "no-build": { type: "boolean" }, sizes: { type: "boolean" } } });
  if (!options["no-build"]) await build();
  if (options.sizes) return console.log(JSON.stringify(await measureSizes()));
  console.log(`\n${sizesTable(await measureSizes())}\n\n${rendersTable(await measureRenders())}`);
});

/** Bytes of JavaScript and WebAssembly, by app: `{ minified, gzipped }`. */
async function measureSizes() {
  const sizes = {};
  for (const [name, folder] of Object.entries(apps)) sizes[name] = await inTemporaryFolder((outDir) => sizesOf(folder, outDir));
  return sizes;
}

function sizesTable(sizes) {
  const rows = Object.entries(sizes).map(([name, { minified, gzipped }]) => [titleOf(name), ...[minified, gzipped].map(kilobytes)]);
  return table(["the app with", "minified", "minified, gzipped"], rows);
}

function titleOf(name) {
  return name === peer
    ? `TanStack Query ${JSON.parse(readFileSync(join(root, "node_modules", peer, "package.json"), "utf8")).version}, persister, broadcast`
    : name;
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** As `vite build` makes it. */
async function sizesOf(folder, outDir) {
  const { build: vite } = await import("vite");
  // Packages of TanStack Query that were published at different times name different versions of its core: it is counted once.
  const resolve = { dedupe: ["@tanstack/query-core"] };
  await vite({ root: folder, configFile: false, logLevel: "error", mode: "production", resolve, build: { outDir, emptyOutDir: true } });
  const names = (await readdir(outDir, { recursive: true })).filter((name) => /\.(js|wasm)$/.test(name));
  const files = await Promise.all(names.map((name) => readFile(join(outDir, name))));
  const sum = (lengthOf) => files.reduce((total, file) => total + lengthOf(file), 0);
  return { minified: sum(({ length }) => length), gzipped: sum((file) => gzipSync(file, { level: 9 }).length) };
}

/** In production, in Chromium: microseconds a component, by hook. */
function measureRenders() {
  return inTemporaryFolder(async (folder) => {
    // These import packages, which a fresh clone has only now.
    const { build: esbuild } = await import("esbuild");
    const { visit } = await import("../tests/packaging/chromium.js");
    const define = { "process.env.NODE_ENV": JSON.stringify("production") };
    const [page, outfile] = [join(benches, "page.js"), join(folder, "page.js")];
    await esbuild({ entryPoints: [page], outfile, bundle: true, minify: true, format: "esm", define, logLevel: "error" });
    await writeFile(join(folder, "index.html"), '<link rel="icon" href="data:,"><script type="module" src="page.js"></script>');
    return visit(folder, "index.html");
  });
}

function rendersTable(renders) {
  const rows = Object.entries(renders).map(([hook, time]) => [hook, `${time} µs`]);
  return table(["a render of a component with", "time"], rows);
}

async function inTemporaryFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), "dogpile-react-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
