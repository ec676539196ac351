// workerd, as miniflare starts it.
import { Miniflare } from "miniflare";

export const newest = "2026-07-01";

/** Workers of one runtime; each is `{ name, modules, ... }` as in `workerConfig`. `onLog` gets what workerd writes, a line at a time. */
export function startRuntime(workers, onLog) {
  const handleStructuredLogs = onLog && (({ message }) => onLog(message));
  return new Miniflare({ cf: false, enableDevRegistry: false, logRequests: false, handleStructuredLogs, workers: workers.map(workerConfig) });
}

/** `modules`: `{ path, contents }`, the main one first. `env`: the bindings. `objects`: exported Durable Object classes. `sockets`: whether it listens by itself. */
function workerConfig({ name, modules, compatibilityDate = newest, compatibilityFlags = [], env = {}, objects = [], sockets = false }) {
  const manifest = { mainModule: modules[0].path, modulesRoot: "/", modules: Object.fromEntries(modules.map(({ path, contents }) => [path, { type: typeOf(path), contents }])) };
  const exports = Object.fromEntries(objects.map((className) => [className, { type: "durable-object", storage: "sqlite" }]));
  const dev = { rootPath: "/", unsafeDirectSockets: sockets ? [{ host: "127.0.0.1", port: 0 }] : undefined };
  return { config: { name, compatibilityDate, compatibilityFlags, manifest, env, exports }, dev };
}

const typeOf = (path) => (path.endsWith(".wasm") ? "wasm" : "esm");
