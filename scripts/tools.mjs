// The cargo programs, one folder a version in the user's cache, where the next clone finds them.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const versions = { "wasm-bindgen-cli": wasmBindgen(), "wasm-pack": "0.15.1", "worker-build": "0.8.7", geckodriver: "0.37.1" };

/** The folder with the programs of a tool. */
export function toolBin(name) {
  return join(toolFolder(name), "bin");
}

export async function installTool(name) {
  if (isInstalled(name)) return;
  const install = ["install", "--root", toolFolder(name), `${name}@${versions[name]}`];
  await run("cargo", [...install, "--locked"]).catch(() => {
    // A crate that the published lock file names may have been yanked since.
    console.warn(`${name} cannot be built from its own lock file: once more without it`);
    return run("cargo", install);
  });
}

/** cargo writes this list last, so an interrupted installation is not on it. */
function isInstalled(name) {
  const list = join(toolFolder(name), ".crates.toml");
  return existsSync(list) && readFileSync(list, "utf8").includes(`"${name} ${versions[name]} `);
}

function toolFolder(name) {
  return join(userCache(), "dogpile", `${name}-${versions[name]}`);
}

function userCache() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === "win32" && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  return join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
}

/** The CLI refuses what another release of the crate has compiled. */
function wasmBindgen() {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  return lock.match(/^name = "wasm-bindgen"\nversion = "(.*)"$/m)[1];
}
