// Minifiers that give short names to members which begin or end with an underscore, as many applications have them do: the packed package
// behaves the same after it.
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { rollup } from "rollup";
import { minify } from "terser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { outcome } from "./run.js";

const scenario = fileURLToPath(new URL("pollution", import.meta.url));
/** Prints what each step of the scenario came to. */
const program = `
import "./scenario/scenario.js";
import { inspect } from "node:util";
const alive = setInterval(() => {}, 1000);
const outcomes = await globalThis.play();
clearInterval(alive);
console.log(JSON.stringify(outcomes.map((outcome) => inspect(outcome, { depth: 9, breakLength: Infinity }))));
`;

let app;
let expected;
beforeAll(async () => {
  app = await installPackage();
  await cp(scenario, join(app.folder, "scenario"), { recursive: true });
  await writeFile(join(app.folder, "program.js"), program);
  expected = await outcome(process.execPath, ["program.js"], { cwd: app.folder });
  expect(expected.length).toBeGreaterThan(500);
});
afterAll(() => app?.remove());

const run = async (code) => {
  await writeFile(join(app.folder, "mangled.js"), code);
  return outcome(process.execPath, ["mangled.js"], { cwd: app.folder });
};

describe.each([
  ["begin", /^_/],
  ["begin or end", /^_|_$/],
])("members that %s with an underscore", (_name, pattern) => {
  describe.each([
    ["module by module", ["import"]],
    ["in one file", ["node", "import"]],
  ])("of the package %s", (_entry, conditions) => {
    test("mangled by esbuild", async () => {
      const options = {
        bundle: true,
        format: "esm",
        minify: true,
        write: false,
        logLevel: "error",
        mangleProps: pattern,
        platform: "neutral",
        conditions,
        external: ["node:*"],
      };
      const {
        outputFiles: [{ text }],
      } = await build({ entryPoints: [join(app.folder, "program.js")], ...options });
      expect(await run(text)).toEqual(expected);
    });

    test("mangled by terser", async () => {
      const bundle = await rollup({ input: join(app.folder, "program.js"), external: [/^node:/], plugins: [nodeResolve({ exportConditions: conditions })] });
      const {
        output: [{ code }],
      } = await bundle.generate({ format: "es" });
      const mangled = await minify(code, { module: true, ecma: 2020, mangle: { properties: { regex: pattern } } });
      expect(await run(mangled.code)).toEqual(expected);
    });
  });
});

test("no name that the WebAssembly asks for or is asked for begins or ends so", async () => {
  for (const name of ["dogpile", "sha1"]) {
    const module = new WebAssembly.Module(await readFile(join(app.folder, `node_modules/dogpile/wasm/${name}.wasm`)));
    const names = [
      ...WebAssembly.Module.exports(module).map((each) => each.name),
      ...WebAssembly.Module.imports(module).flatMap((each) => [each.module, each.name]),
    ];
    expect(names.filter((each) => /^_|_$/.test(each))).toEqual([]);
  }
});

test("no member of the package is named so", async () => {
  const code = await readFile(join(app.folder, "node_modules/dogpile/bundle.js"), "utf8");
  expect(code.replace(/"[^"\n]{500,}"/g, '""').match(/\.(_\w*|\w*_)\b/g) ?? []).toEqual([]);
});
