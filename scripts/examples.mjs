// The examples in Rust and React, built with the tools that the project has. `npm run examples` builds all, `npm run examples worker` builds and serves one.
// `--no-build`: the package is built already.
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { environment, program, root, run } from "./run.mjs";
import { installTool, toolBin } from "./tools.mjs";

const target = join(root, "target", "examples");

/** Builds the Worker, and gives the folder of its modules. */
export async function exampleWorker() {
  const folder = join(root, "examples", "worker");
  const env = {
    ...environment,
    CARGO_TARGET_DIR: target,
    WASM_BINDGEN_BIN: wasmBindgen(),
    WASM_OPT_BIN: join(root, "node_modules", ".bin", "wasm-opt"),
    ESBUILD_BIN: join(root, "node_modules", ".bin", "esbuild"),
  };
  await installTool("worker-build");
  await run(join(toolBin("worker-build"), "worker-build"), ["--release"], { cwd: folder, env });
  return join(folder, "build");
}

/** Builds the page in Yew, and gives the folder that it is served from. */
export async function exampleYew() {
  const folder = join(root, "examples", "yew");
  const wasm = join(target, "wasm32-unknown-unknown", "release", "dogpile-example-yew.wasm");
  const env = { ...environment, CARGO_TARGET_DIR: target };
  await run("cargo", ["build", "--release", "--target", "wasm32-unknown-unknown"], { cwd: folder, env });
  await run(wasmBindgen(), ["--target", "web", "--no-typescript", "--out-dir", join(folder, "build"), wasm]);
  copyFileSync(join(folder, "index.html"), join(folder, "build", "index.html"));
  return join(folder, "build");
}

/** Builds the app in React, and gives the folder that it is served from. */
export async function exampleReact() {
  const { build: vite } = await import("vite");
  const outDir = join(target, "react");
  await vite({ ...react, build: { outDir, emptyOutDir: true } });
  return outDir;
}

/** Its dependencies are those of the tests. */
const react = { root: join(root, "examples", "react"), base: "./", configFile: false, logLevel: "warn" };

const wasmBindgen = () => join(toolBin("wasm-bindgen-cli"), "wasm-bindgen");

/** Runs until it is interrupted. */
const serve = {
  async worker() {
    const { startRuntime } = await import("../tests/workerd/runtime.js");
    const folder = await exampleWorker();
    const modules = ["index.js", "index_bg.wasm"].map((path) => ({ path, contents: readFileSync(join(folder, path)) }));
    const runtime = startRuntime([{ modules, env: { PAGES: { type: "kv", id: "pages" } } }]);
    console.log(`Ask ${new URL("/page/one", await runtime.ready)}`);
  },
  async react() {
    const { createServer } = await import("vite");
    const server = await createServer({ ...react, logLevel: "info", server: { host: "127.0.0.1" } });
    await server.listen();
    server.printUrls();
  },
  async yew() {
    const { preview } = await import("vite");
    const server = await preview({ root: await exampleYew(), configFile: false, build: { outDir: "." }, preview: { host: "127.0.0.1" } });
    server.printUrls();
  },
};

await program(import.meta, async () => {
  const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { "no-build": { type: "boolean" } } });
  const [name] = positionals;
  if (!options["no-build"]) await build();
  if (name === undefined) return void (await exampleWorker(), await exampleYew(), await exampleReact());
  if (!Object.hasOwn(serve, name)) throw new Error(`There is no example ${name}, but: ${Object.keys(serve).join(", ")}`);
  await serve[name]();
});
