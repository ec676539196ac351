// The examples in the package's types compile, and run; each method of Region has one.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

const types = await readFile(fileURLToPath(new URL("../../pkg/index.d.ts", import.meta.url)), "utf8");
const blocks = [...types.matchAll(/@example\n {3}\* ```ts\n([^]*?) {3}\* ```/g)].map(([, block]) => block.replace(/^ {3}\* ?/gm, ""));
const examples = blocks.map((code, index) => ({ title: code.trim().split("\n").at(-1), name: `${index}.ts`, source: completed(code) }));

let app;
beforeAll(async () => {
  app = await installPackage();
  await mkdir(join(app.folder, "examples"));
  for (const { name, source } of examples) await writeFile(join(app.folder, "examples", name), source);
});
afterAll(() => app?.remove());

test("all of them compile", async () => {
  const options = ["--strict", "--noEmit", "--pretty", "false", "--target", "esnext", "--module", "nodenext"];
  const files = examples.map(({ name }) => join(app.folder, "examples", name));
  await run(process.execPath, [program("typescript", "tsc"), ...options, ...files], { cwd: app.folder });
});

test.each(examples)("it runs: $title", async ({ name, source }) => {
  const script = join(app.folder, "examples", `${name}.mjs`);
  await writeFile(script, (await transform(source, { loader: "ts", target: "es2022" })).code);
  await run(process.execPath, [script], { cwd: app.folder });
});

test("each method of Region has one", () => {
  const region = types.match(/^export class Region[^]*?^}/m)[0];
  const methods = region.split(/(?=^ {2}\/\*\*)/m).filter((member) => /^ {2}(?!readonly)[\w[][\w.\]]*[<(]/m.test(member));
  expect(methods.length).toBeGreaterThan(15);
  expect(methods.filter((method) => !method.includes("@example"))).toEqual([]);
});

/** With what an example takes for granted: the imports, a region, and something slow. */
function completed(code) {
  if (code.startsWith("import ")) return code;
  const region = code.includes("region.configure") ? "new Region<User>()" : "createRegion<User>({ backend: new MemoryBackend() })";
  return `import { createRegion, MemoryBackend, ProxyBackend, Region } from "dogpile";

type User = { id: number; name: string };
const loadUser = async (id: number): Promise<User> => ({ id, name: "Ada" });
const trace = <T>(_name: string, traced: () => T): T => traced();
${code.includes(" region = ") ? "" : `const region = ${region};`}
{
${code}}
`;
}
