// The cargo programs, one folder a version in the user's cache, where the next clone finds them.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const versions = {
  "wasm-bindgen-cli": locked("wasm-bindgen", "Cargo.lock"), // the CLI refuses what another release of the crate has compiled
  "wasm-pack": "0.15.1",
  "worker-build": "0.8.7",
  geckodriver: "0.37.1",
  "wac-cli": "0.12.0",
  wasmtime: locked("wasmtime", "component", "tests", "Cargo.lock"),
};
/** It has little to do, and its registry and its optimization take minutes to compile. */
const options = { "wac-cli": ["--no-default-features", "--debug"] };

/** The folder with the programs of a tool. */
export function toolBin(name) {
  return join(toolFolder(name), "bin");
}

export async function installTool(name) {
  if (isInstalled(name)) return;
  const install = ["install", "--root", toolFolder(name), `${name}@${versions[name]}`, ...(options[name] ?? [])];
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

/** Where a version of a tool is, or what is kept of it. */
export function toolFolder(name) {
  return join(userCache(), "dogpile", `${name}-${versions[name]}`);
}

function userCache() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === "win32" && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  return join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
}

function locked(name, ...lock) {
  const text = readFileSync(join(root, ...lock), "utf8");
  return text.match(new RegExp(`^name = "${name}"\nversion = "(.*)"$`, "m"))[1];
}
