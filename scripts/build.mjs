// Rust to pkg/wasm, ready to be packed: cargo, wasm-bindgen, wasm-opt, and a small module with the result.
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "../pkg/text.js";
import { ask, environment, program, root, run } from "./run.mjs";
import { setUpBuild } from "./setup.mjs";
import { toolBin } from "./tools.mjs";

const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const compiled = join(target, "wasm32-unknown-unknown", "release", "dogpile.wasm");
const fresh = join(root, "target", "pkg-wasm");
const destination = join(root, "pkg", "wasm");

export async function build() {
  await setUpBuild();
  rmSync(fresh, { recursive: true, force: true });
  await compile();
  writeBytes();
  rmSync(destination, { recursive: true, force: true });
  renameSync(fresh, destination);
  for (const file of ["README.md", "LICENSE"]) copyFileSync(join(root, file), join(root, "pkg", file));
  printSizes();
}

async function compile() {
  await run("cargo", ["build", "--release", "--lib", "--target", "wasm32-unknown-unknown"], { env: withoutPaths() });
  await run(join(toolBin("wasm-bindgen-cli"), "wasm-bindgen"), [
    compiled, "--target", "web", "--omit-default-module-path", "--no-typescript", "--keep-debug", "--out-name", "dogpile", "--out-dir", fresh,
  ]);
  const wasm = join(fresh, "dogpile_bg.wasm");
  // It imports a package, which a fresh clone has only now.
  const { trim } = await import("./trim.mjs");
  trim(wasm);
  await run("wasm-opt", ["-Oz", "--strip-debug", "--strip-producers", "--strip-target-features", wasm, "-o", join(fresh, "dogpile.wasm")]);
  rmSync(wasm);
}

/** Panics name source files: what is published says nothing of the machine that built it. */
function withoutPaths() {
  const folders = [process.env.CARGO_HOME ?? join(homedir(), ".cargo"), ask("rustc", ["--print", "sysroot"])];
  const remap = folders.map((folder) => `--remap-path-prefix=${folder}=`);
  return { ...environment, RUSTFLAGS: [process.env.RUSTFLAGS, ...remap].join(" ") };
}

/** For index.js: embedded wasm is the only kind that every bundler and runtime takes without configuration. */
function writeBytes() {
  const bytes = readFileSync(join(fresh, "dogpile.wasm"));
  writeFileSync(join(fresh, "bytes.js"), `export const text = "${encode(bytes)}";\n`);
}

function printSizes() {
  for (const name of ["dogpile.wasm", "bytes.js", "dogpile.js"]) {
    const bytes = readFileSync(join(destination, name));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name.padEnd(14)} ${String(bytes.length).padStart(7)} bytes, gzipped ${String(gzipped).padStart(6)}`);
  }
}

await program(import.meta, build);
