// The WebAssembly component, and the example composed of it, to target/component; `--test` checks and tests them as well.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { withoutPaths } from "./build.mjs";
import { environment, program, root, run } from "./run.mjs";
import { setUpComponent } from "./setup.mjs";
import { toolBin, toolFolder } from "./tools.mjs";

const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const compiled = join(target, "wasm32-unknown-unknown", "release");
const destination = join(root, "target", "component");
const sources = join(root, "component");
const tests = join(sources, "tests");
const wasm32 = ["--workspace", "--target", "wasm32-unknown-unknown"];
const DAY = 24 * 60 * 60_000;

async function component() {
  await setUpComponent();
  mkdirSync(destination, { recursive: true });
  await run("cargo", ["build", "--release", ...wasm32], { cwd: sources, env: { ...withoutPaths([`--remap-path-prefix=${root}=`]), CARGO_TARGET_DIR: target } });
  copy("dogpile_component", "dogpile");
  copy("dogpile_example_app", "app");
  copy("dogpile_example_store", "store");
  await plug("app", "dogpile", "cached");
  await plug("cached", "store", "composed");
  printSizes();
}

function copy(from, to) {
  copyFileSync(join(compiled, `${from}.wasm`), join(destination, `${to}.wasm`));
}

/** What `socket` imports and `plug` exports is connected. */
async function plug(socket, plug, composed) {
  const args = ["plug", `${socket}.wasm`, "--plug", `${plug}.wasm`, "-o", `${composed}.wasm`];
  await run(join(toolBin("wac-cli"), "wac"), args, { cwd: destination });
}

function printSizes() {
  for (const name of readdirSync(destination).sort()) {
    const bytes = readFileSync(join(destination, name));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name.padEnd(16)} ${String(bytes.length).padStart(7)} bytes, gzipped ${String(gzipped).padStart(6)}`);
  }
}

/** The engine is compiled once, to where the next clone finds it. */
async function test() {
  const env = { ...environment, CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? join(toolFolder("wasmtime"), "target") };
  for (const cwd of [sources, tests]) await run("cargo", ["fmt", "--check"], { cwd });
  await run("cargo", ["clippy", "--release", ...wasm32, "--", "--deny", "warnings"], { cwd: sources, env: { ...environment, CARGO_TARGET_DIR: target } });
  removeOld(join(env.CARGO_TARGET_DIR, "debug", "deps"));
  await run("cargo", ["test", "--locked"], { cwd: tests, env });
}

/** Each clone has left its tests beside the engine. */
function removeOld(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((name) => name.startsWith("dogpile_component_tests-"))) {
    const file = join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > DAY) rmSync(file, { force: true });
  }
}

await program(import.meta, async () => {
  await component();
  if (process.argv.includes("--test")) await test();
});
