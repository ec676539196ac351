// The README's code runs on the installed package and prints what it says; its tables and links are complete. The guide has a test of its own.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { membersOf } from "./members.js";
import { run } from "./run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test("every block has a language in which it is run here", () => {
  expect([...new Set(blocks.map(({ language }) => language))].sort()).toEqual(["js", "sh"]);
});

test.each(inLanguage("js"))("%s", async (_heading, code) => {
  const file = join(app.folder, "snippet.js");
  await writeFile(file, code);
  const promised = [...code.matchAll(/console\.log\(.*\)[;,] \/\/ (.*)$/gm)].map(([, line]) => line);
  expect(promised).not.toEqual([]);
  expect(await run(process.execPath, [file], { cwd: app.folder })).toBe(`${promised.join("\n")}\n`);
});

test.each(inLanguage("sh"))("%s, in a shell", (_heading, code) => {
  // It is how the package came into the folder, from its tarball.
  expect(code).toBe(`npm install ${app.manifest.name}\n`);
});

test("it fits what a reader reads at once", () => {
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(170);
});

test("the comparisons of README and guide are what benches/peers.mjs prints", async () => {
  const printed = await run(process.execPath, ["benches/peers.mjs"], { cwd: root });
  expect(readme).toContain(printed);
  expect(await readFile(join(root, "www/guide/18-comparison.md"), "utf8")).toContain(printed);
});

test("the table of options has every option of a region and of a call, and no other", async () => {
  const types = await readFile(join(root, "pkg/index.d.ts"), "utf8");
  const of = (...names) => names.flatMap((name) => membersOf(types, name));
  const region = of("RegionOptions", "ConfigureOptions");
  const call = [...of("CreateOptions"), "creatorArgs"];
  const rows = [...readme.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, scope]) => [name, scope.split(", ")]);
  const listed = (...scopes) =>
    rows
      .filter(([, scope]) => scope.some((one) => scopes.includes(one)))
      .map(([name]) => name)
      .sort();
  expect(region).toContain("backend");
  expect(listed("region")).toEqual(region.sort());
  expect(listed("call", "`getOrCreate`")).toEqual(call.sort());
  expect(listed("`get`")).toEqual(of("GetOptions").sort());
  expect(listed("`set`")).toEqual(of("SetOptions").sort());
});

test.each(["README.md", "benches/README.md"])("every link of %s leads to a file, and to a heading in it", async (name) => {
  const text = await readFile(join(root, name), "utf8");
  const links = [...text.matchAll(/\]\((?!\w+:)([^)]+)\)/g)].map(([, href]) => href);
  expect(links).not.toEqual([]);
  const broken = await Promise.all(links.map(async (href) => ((await leadsSomewhere(join(root, name, ".."), href)) ? [] : [href])));
  expect(broken.flat()).toEqual([]);
});

async function leadsSomewhere(folder, href) {
  const [path, id] = href.split("#");
  if (!existsSync(join(folder, path))) return false;
  if (id === undefined) return true;
  const headings = [...(await readFile(join(folder, path), "utf8")).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return headings.some((heading) => heading.toLowerCase().replace(/[^a-z0-9]+/g, "-") === id);
}

/** With the last heading before each. */
function inLanguage(language) {
  const codes = blocks.filter((block) => block.language === language).map(({ code }) => code);
  return codes.map((code) => [readme.slice(0, readme.indexOf(code)).match(/.*^#+ (.*?)$/ms)[1], code]);
}
