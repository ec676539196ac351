// workerd, as miniflare starts it, and Workers as wrangler bundles them.
import { basename, join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

export const newest = "2026-07-01";

/** Workers of one runtime; each is as `workerConfig` takes it. `onLog` gets what workerd writes, a message at a time. */
export function startRuntime(workers, onLog) {
  const handleStructuredLogs = onLog && (({ message }) => onLog(message));
  return new Miniflare({ cf: false, enableDevRegistry: false, logRequests: false, handleStructuredLogs, workers: workers.map(workerConfig) });
}

/** `modules`: `{ path, contents }`, the main one first. `env`: the bindings. `objects`: exported Durable Object classes. `listens`: whether it has a socket of its own. */
function workerConfig({ name = "worker", modules, compatibilityDate = newest, compatibilityFlags = [], env = {}, objects = [], listens = false }) {
  const sources = modules.map(({ path, contents }) => [path, { type: path.endsWith(".wasm") ? "wasm" : "esm", contents }]);
  const manifest = { mainModule: modules[0].path, modulesRoot: "/", modules: Object.fromEntries(sources) };
  const exports = Object.fromEntries(objects.map((className) => [className, { type: "durable-object", storage: "sqlite" }]));
  const dev = { rootPath: "/", unsafeDirectSockets: listens ? [{ host: "127.0.0.1", port: 0 }] : undefined };
  return { config: { name, compatibilityDate, compatibilityFlags, manifest, env, exports }, dev };
}

/** The modules of a Worker: the `workerd` condition, and each .wasm file kept beside the bundle as a module of its own. */
export async function bundleWorker(folder, file, options) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, file)],
    outdir: join(folder, "dist/worker"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    write: false,
    logLevel: "error",
    ...options,
  });
  const modules = outputFiles.map(({ path, contents }) => ({ path: basename(path), contents }));
  return modules.sort((a, b) => isMain(b, file) - isMain(a, file)); // workerd starts the first of them
}

const isMain = ({ path }, file) => path === basename(file);
