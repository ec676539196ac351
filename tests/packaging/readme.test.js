// The README's snippets run on the installed package and print what they say; its table is what the script prints.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { run } from "./run.js";
import { askBundledWorker } from "./workers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");
const snippets = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
const isWorker = (code) => code.includes("export default");
const [worker] = snippets.filter(isWorker);

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test.each(snippets.filter((code) => !isWorker(code)).map((code) => [headingOf(code), code]))("%s", async (_heading, code) => {
  const file = join(app.folder, "snippet.js");
  await writeFile(file, code);
  const promised = [...code.matchAll(/console\.log\(.*\)[;,] \/\/ (.*)$/gm)].map(([, line]) => line);
  expect(promised).not.toEqual([]);
  expect(await run(process.execPath, [file], { cwd: app.folder })).toBe(`${promised.join("\n")}\n`);
});

test("Workers", async () => {
  await writeFile(join(app.folder, "worker.js"), worker);
  expect(await askBundledWorker(app, "/home")).toEqual({ title: "The page at /home" });
});

test("the comparison is what benches/peers.mjs prints", async () => {
  expect(readme).toContain(await run(process.execPath, ["benches/peers.mjs"], { cwd: root }));
});

/** The last heading before the code. */
function headingOf(code) {
  return readme.slice(0, readme.indexOf(code)).match(/.*^#+ (.*?)$/ms)[1];
}
