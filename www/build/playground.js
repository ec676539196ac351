// What the playground needs of the build: types for TypeScript, and modules under names that do not change.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const source = (name) => fileURLToPath(new URL(`../playground/${name}`, import.meta.url));

/** The service worker's scope is its folder: what it is to serve for, and what it runs, lies in there. */
export function playgroundModules() {
  return {
    name: "dogpile-playground-modules",
    buildStart() {
      for (const name of ["dogpile.js", "runner.js"]) {
        this.emitFile({ type: "chunk", id: source(name), fileName: `playground/${name}`, preserveSignature: "strict" });
      }
    },
  };
}

/** For the worker that has TypeScript in it: `import files from "virtual:types"`. */
export function playgroundTypes() {
  return {
    name: "dogpile-playground-types",
    resolveId: (id) => (id === "virtual:types" ? `\0${id}` : undefined),
    load: (id) => (id === "\0virtual:types" ? `export default ${JSON.stringify(types())};` : undefined),
  };
}

/** By their paths in TypeScript's virtual file system. */
function types() {
  const lib = dirname(require.resolve("typescript"));
  const names = readdirSync(lib).filter((name) => /^lib\.(es(\d+|next)(?!.*\.full)|decorators|webworker\.d).*\.ts$/.test(name));
  const package_ = join(dirname(require.resolve("dogpile/package.json")), "index.d.ts");
  return Object.fromEntries(
    [["/dogpile.d.ts", package_], ...names.map((name) => [`/${name}`, join(lib, name)])].map(([path, file]) => [path, readFileSync(file, "utf8")]),
  );
}
