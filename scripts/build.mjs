// Rust to pkg/wasm, ready to be packed: cargo, wasm-bindgen, wasm-opt, and a small module with the result; then all of it in one file.
// wasm-pack would leave no place for scripts/trim.mjs, between wasm-bindgen and wasm-opt.
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
/** What rustc takes for granted in every host, and what bindings to JavaScript need. */
const FEATURES = ["reference-types", "bulk-memory", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "multivalue"].map((name) => `--enable-${name}`);
/** Inlining less makes it smaller, and no slower; data that stands by itself can be taken out by itself. */
const CODE = ["-Cllvm-args=-inline-threshold=50", "-Clink-arg=--no-merge-data-segments"];
const destination = join(root, "pkg", "wasm");

export async function build() {
  await setUpBuild();
  rmSync(fresh, { recursive: true, force: true });
  await compile("dogpile", "js");
  const glue = readFileSync(join(fresh, "dogpile.js"), "utf8");
  const bytes = readFileSync(join(fresh, "dogpile-bytes.js"));
  await compile("dogpile", "js,workers");
  writeFileSync(join(fresh, "dogpile-bytes.js"), bytes); // Workers import the .wasm, all others take what they have no use for as little as can be
  if (readFileSync(join(fresh, "dogpile.js"), "utf8") !== glue) throw new Error("the module for Workers has another glue");
  await compile("sha1", "sha1");
  rmSync(destination, { recursive: true, force: true });
  renameSync(fresh, destination);
  await bundle();
  await bundleForTests("host");
  await bundleForTests("backends");
  for (const file of ["README.md", "LICENSE"]) copyFileSync(join(root, file), join(root, "pkg", file));
  printSizes();
}

/** The part of the crate that a feature stands for, as `name`.wasm and its functions in `name`.js. */
async function compile(name, feature) {
  const target = ["--release", "--lib", "--target", "wasm32-unknown-unknown"];
  await run("cargo", ["build", ...target, "--no-default-features", "--features", feature], { env: withoutPaths(CODE) });
  const folder = join(fresh, "bindgen");
  const [wasm, glue] = [join(folder, `${name}_bg.wasm`), join(folder, `${name}_bg.js`)];
  const options = ["--target", "bundler", "--no-typescript", "--keep-debug", "--out-name", name, "--out-dir", folder];
  await run(join(toolBin("wasm-bindgen-cli"), "wasm-bindgen"), [compiled, ...options]);
  // It imports a package, which a fresh clone has only now.
  const { trim } = await import("./trim.mjs");
  trim(wasm, glue);
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  await run("wasm-opt", ["-Oz", "--converge", "--low-memory-unused", ...FEATURES, ...strip, wasm, "-o", join(fresh, `${name}.wasm`)]);
  renameSync(glue, join(fresh, `${name}.js`));
  rmSync(folder, { recursive: true });
  writeBytes(name);
}

/** Panics name source files: what is published says nothing of the machine that built it. */
export function withoutPaths(flags = []) {
  const folders = [process.env.CARGO_HOME ?? join(homedir(), ".cargo"), ask("rustc", ["--print", "sysroot"])];
  const remap = folders.map((folder) => `--remap-path-prefix=${folder}=`);
  return { ...environment, RUSTFLAGS: [process.env.RUSTFLAGS, ...flags, ...remap].join(" ") };
}

/** For index.js: embedded wasm is the only kind that every bundler and runtime takes without configuration. */
function writeBytes(name) {
  const bytes = readFileSync(join(fresh, `${name}.wasm`));
  writeFileSync(join(fresh, `${name}-bytes.js`), `export const text = "${encode(bytes)}";\n`);
}

/** The package in one file, for those who load it as it is: fifty files would take them four times as long. */
export async function bundle() {
  const { rollup } = await import("rollup");
  const modules = await rollup({ input: join(root, "pkg", "index.js"), treeshake: false });
  const names = await writeInOne(modules, "es", "bundle.js");
  await writeInOne(modules, "cjs", "bundle.cjs");
  await modules.close();
  writeSafely("node.js", importing(names));
  for (const entry of entries()) await bundleEntry(entry);
  for (const name of ["index", ...entries()]) writeSafely(`${name}.d.cts`, readFileSync(join(root, "pkg", `${name}.d.ts`)));
}

/** The names of the entries beside the root's, such as "testing" for "dogpile/testing". */
export function entries() {
  const { exports } = JSON.parse(readFileSync(join(root, "pkg", "package.json"), "utf8"));
  return Object.keys(exports)
    .map((name) => name.slice(2))
    .filter((name) => existsSync(join(root, "pkg", `${name}.d.ts`)));
}

/** For those who require it. It imports the root by its name, so that there is one instance. */
async function bundleEntry(name) {
  const { rollup } = await import("rollup");
  const modules = await rollup({ input: join(root, "pkg", `${name}.js`), external: (imported) => !/^[./]/.test(imported) });
  await writeInOne(modules, "cjs", `${name}.cjs`);
  await modules.close();
}

async function writeInOne(modules, format, name) {
  const { output } = await modules.generate({ format });
  writeSafely(name, output[0].code);
  return output[0].exports;
}

/** At once: somebody may be reading the file. */
function writeSafely(name, content) {
  const file = join(root, "target", `${name}-${process.pid}`);
  writeFileSync(file, content);
  renameSync(file, join(root, "pkg", name));
}

/** Node imports what it requires, so that a program that does both has one instance: one registry, one map of calls in flight. */
const importing = (names) => `import dogpile from "./bundle.cjs";\n\nexport const { ${names.join(", ")} } = dogpile;\n`;

/** What the tests in Rust import, in one file each: what wasm-bindgen takes along can import nothing. */
async function bundleForTests(name) {
  const { rollup } = await import("rollup");
  const numbers = join(root, "tests", "web", "numbers.js");
  const resolveId = (imported) => (imported.endsWith("wasm/dogpile.js") ? numbers : null);
  const input = join(root, "tests", "web", `${name}.js`);
  const modules = await rollup({ input, plugins: [{ name: "numbers", resolveId }], shimMissingExports: true });
  await modules.write({ file: join(root, "target", `web-${name}.js`), format: "es" });
  await modules.close();
}

function printSizes() {
  for (const name of readdirSync(destination).sort()) {
    const bytes = readFileSync(join(destination, name));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name.padEnd(16)} ${String(bytes.length).padStart(7)} bytes, gzipped ${String(gzipped).padStart(6)}`);
  }
}

await program(import.meta, build);
