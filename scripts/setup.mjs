// Whatever a fresh machine with Rust, Node and git lacks. Quick when nothing is missing.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installBrowsers, geckodriver } from "./browsers.mjs";
import { installRedis } from "./redis.mjs";
import { ask, program, root, run, systemEnvironment } from "./run.mjs";
import { installTool } from "./tools.mjs";

/** What `npm run build` and `npm start` need. */
export async function setUpBuild() {
  await setUpRust(["target", "wasm32-unknown-unknown"]);
  await setUpPackages();
  await installTool("wasm-bindgen-cli");
}

/** What `npm test` needs. */
export async function setUpTests() {
  await setUpBuild();
  await setUpRust(["component", "rustfmt"], ["component", "clippy"]);
  await setUpBrowsers();
  await installRedis();
  await installTool("wasm-pack");
  await installTool("wac-cli");
  await installTool("worker-build");
}

/** What `npm run component` needs. */
export async function setUpComponent() {
  await setUpRust(["target", "wasm32-unknown-unknown"]);
  await installTool("wac-cli");
}

export async function setUpBrowsers() {
  await installBrowsers();
  if (!geckodriver()) await installTool("geckodriver");
}

async function setUpRust(...wanted) {
  if (!ask("rustup", ["--version"])) throw new Error("rustup was not found: please install Rust from https://rustup.rs");
  for (const [kind, name] of wanted) {
    const installed = ask("rustup", [kind, "list", "--installed"]) ?? "";
    if (!installed.includes(name)) await run("rustup", [kind, "add", name]);
  }
}

async function setUpPackages() {
  const lock = join(root, "package-lock.json");
  const installedLock = join(root, "node_modules", ".dogpile-installed.json");
  if (existsSync(installedLock) && readFileSync(installedLock).equals(readFileSync(lock))) return;
  // Not with the Node of node_modules, which this very command replaces. The warnings are about the system's Node,
  // but the packages run with that of node_modules.
  await run("npm", ["ci", "--loglevel=error"], { env: systemEnvironment });
  copyFileSync(lock, installedLock);
}

await program(import.meta, setUpTests);
