// app/worker.js in workerd, through miniflare; each of these answers what the Worker answers at a path.
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build as esbuild } from "esbuild";
import { Miniflare } from "miniflare";

const compatibilityDate = "2026-07-01";

/** What app/worker.js answers when it is bundled as wrangler bundles. */
export function askBundledWorker(app, path) {
  return withBundledWorker(app, {}, (worker) => ask(worker, path));
}

/** What `work` makes of that Worker: the `workerd` condition, and each .wasm file kept beside the bundle as a module of its own. */
export async function withBundledWorker({ folder }, options, work) {
  const { outputFiles } = await esbuild({
    entryPoints: [join(folder, "worker.js")],
    outdir: join(folder, "dist/worker"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    write: false,
    logLevel: "error",
  });
  const modules = outputFiles.map(({ path: file, contents }) => asModule(file, contents));
  // workerd starts the first of them.
  modules.sort((a, b) => isMain(b) - isMain(a));
  return withWorker({ modules, modulesRoot: join(folder, "dist/worker"), ...options }, work);
}

/** The modules of the package as they are. workerd has no package resolution: a module named `dogpile` stands for it. */
export async function askWorkerOfModules({ folder, manifest }, path) {
  const names = ["worker.js", "stampede.js", ...await modulesOf(folder)];
  const modules = await Promise.all(names.map(async (name) => asModule(join(folder, name), await readFile(join(folder, name)))));
  const { workerd } = manifest.exports["."];
  if (!workerd) throw new Error("package.json has no export condition workerd");
  const entry = join("node_modules/dogpile", workerd);
  modules.push(asModule(join(folder, "dogpile"), `export * from "./${entry}";`));
  return withWorker({ modules, modulesRoot: folder }, (worker) => ask(worker, path));
}

async function modulesOf(folder) {
  const files = await readdir(join(folder, "node_modules/dogpile"), { recursive: true });
  return files.filter((file) => /\.(js|wasm)$/.test(file)).map((file) => join("node_modules/dogpile", file));
}

function isMain({ path }) {
  return basename(path) === "worker.js";
}

function asModule(path, contents) {
  return { type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents };
}

async function withWorker(options, work) {
  // index.js may well run in workerd too, which would hide that the condition was not taken.
  const hasWasm = options.modules.some(({ type }) => type === "CompiledWasm");
  if (!hasWasm) throw new Error("the Worker has no .wasm module: the export condition workerd was not taken");
  const worker = new Miniflare({ compatibilityDate, cf: false, ...options });
  try {
    return await work(worker);
  } finally {
    await worker.dispose();
  }
}

async function ask(worker, path) {
  const response = await worker.dispatchFetch(`http://worker.example${path}`);
  const body = await response.text();
  if (!response.ok) throw new Error(`the Worker answered ${response.status}:\n${body}`);
  return JSON.parse(body);
}
