// app/worker.js in workerd, through miniflare; each of these answers what the Worker answers at a path.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleWorker, startRuntime } from "../workerd/runtime.js";

/** What app/worker.js answers when it is bundled as wrangler bundles. */
export function askBundledWorker(app, path) {
  return withBundledWorker(app, {}, (worker) => ask(worker, path));
}

/** What `work` makes of that Worker. */
export async function withBundledWorker({ folder }, options, work) {
  return withWorker({ modules: await bundleWorker(folder, "worker.js"), ...options }, work);
}

/** The modules of the package as they are. workerd has no package resolution: a module named `dogpile` stands for it. */
export async function askWorkerOfModules({ folder, manifest }, path) {
  const names = ["worker.js", "stampede.js", ...(await modulesOf(folder))];
  const modules = await Promise.all(names.map(async (name) => ({ path: name, contents: await readFile(join(folder, name)) })));
  const workerd = manifest.exports["."].workerd?.default;
  if (!workerd) throw new Error("package.json has no export condition workerd");
  modules.push({ path: "dogpile", contents: `export * from "./${join("node_modules/dogpile", workerd)}";` });
  return withWorker({ modules }, (worker) => ask(worker, path));
}

async function modulesOf(folder) {
  const files = await readdir(join(folder, "node_modules/dogpile"), { recursive: true });
  return files.filter((file) => /\.(js|wasm)$/.test(file)).map((file) => join("node_modules/dogpile", file));
}

async function withWorker(options, work) {
  // index.js may well run in workerd too, which would hide that the condition was not taken.
  const hasWasm = options.modules.some(({ path }) => path.endsWith(".wasm"));
  if (!hasWasm) throw new Error("the Worker has no .wasm module: the export condition workerd was not taken");
  const worker = startRuntime([options]);
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
