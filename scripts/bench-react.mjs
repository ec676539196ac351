// dogpile/react beside TanStack Query: what an app weighs, and what a render costs beside useSyncExternalStore alone: npm run bench:react -- [--no-build]
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "./build.mjs";
import { environment, program, root, run } from "./run.mjs";
import { table } from "./results.mjs";

const benches = join(root, "benches", "react");

/** React by itself, and the same app twice. */
const apps = {
  "React alone": join(benches, "alone"),
  dogpile: join(root, "examples", "react"),
  "TanStack Query, persister, broadcast": join(benches, "tanstack"),
};

/** Bytes of JavaScript and WebAssembly, by app: `{ minified, gzipped }`. */
export async function measureSizes() {
  const sizes = {};
  for (const [name, folder] of Object.entries(apps)) sizes[name] = await inTemporaryFolder((outDir) => sizesOf(folder, outDir));
  return sizes;
}

export function sizesTable(sizes) {
  const rows = Object.entries(sizes).map(([name, { minified, gzipped }]) => [name, ...[minified, gzipped].map(kilobytes)]);
  return table(["the app with", "minified", "minified, gzipped"], rows);
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** As `vite build` makes it. */
async function sizesOf(folder, outDir) {
  const options = ["--config", join(benches, "vite.config.js"), "--outDir", outDir, "--emptyOutDir", "--logLevel", "error"];
  // A NODE_ENV that is set, as tests do, would count for more than the mode.
  await run("vite", ["build", folder, ...options], { env: { ...environment, NODE_ENV: "production" } });
  const names = (await readdir(outDir, { recursive: true })).filter((name) => /\.(js|wasm)$/.test(name));
  const files = await Promise.all(names.map((name) => readFile(join(outDir, name))));
  const sum = (lengthOf) => files.reduce((total, file) => total + lengthOf(file), 0);
  return { minified: sum(({ length }) => length), gzipped: sum((file) => gzipSync(file, { level: 9 }).length) };
}

/** In production, in Chromium: microseconds a component, by hook. */
function measureRenders() {
  return inTemporaryFolder(async (folder) => {
    // They import packages, which a fresh clone has only now.
    const { build: esbuild } = await import("esbuild");
    const { visit } = await import("../tests/packaging/chromium.js");
    const define = { "process.env.NODE_ENV": JSON.stringify("production") };
    const [page, outfile] = [join(benches, "page.js"), join(folder, "page.js")];
    await esbuild({ entryPoints: [page], outfile, bundle: true, minify: true, format: "esm", define, logLevel: "error" });
    await writeFile(join(folder, "index.html"), '<link rel="icon" href="data:,"><script type="module" src="page.js"></script>');
    return visit(folder, "index.html");
  });
}

const rendersTable = (renders) =>
  table(
    ["a render of a component with", "time"],
    Object.entries(renders).map(([hook, time]) => [hook, `${time} µs`]),
  );

async function inTemporaryFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), "dogpile-react-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await program(import.meta, async () => {
  const { values: options } = parseArgs({ options: { "no-build": { type: "boolean" } } });
  if (!options["no-build"]) await build();
  console.log(`\n${sizesTable(await measureSizes())}\n\n${rendersTable(await measureRenders())}`);
});
