// dogpile/devtools from the tarball: what the guide's page shows, and that nothing of it reaches production.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inChromium } from "./chromium.js";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

const page = await readFile(fileURLToPath(new URL("../../www/guide/26-devtools.md", import.meta.url)), "utf8");
const blocks = new Map([...page.matchAll(/^```(js \w+)\n([^]*?)^```$/gm)].map(([, kind, code]) => [kind, code]));

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test("inspect prints what the page says", async () => {
  const code = blocks.get("js inspect");
  const file = join(app.folder, "inspect.js");
  await writeFile(file, code);
  const promised = [...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  expect(promised.length).toBeGreaterThan(5);
  expect(await run(process.execPath, [file], { cwd: app.folder })).toBe(`${promised.join("\n")}\n`);
});

test("built by Vite for development the page has the panel, for production nothing of it", async () => {
  const folder = join(app.folder, "vite");
  await mkdir(folder);
  await writeFile(join(folder, "index.html"), '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="./main.js"></script>');
  await writeFile(join(folder, "main.js"), blocks.get("js page"));
  const built = async (mode) => {
    const options = ["--base", "./", "--logLevel", "error", "--mode", mode, "--outDir", mode];
    await run(process.execPath, [program("vite"), "build", ...options], { cwd: folder, env: { NODE_ENV: mode } });
    const files = await readdir(join(folder, mode, "assets"));
    return (await Promise.all(files.map((file) => readFile(join(folder, mode, "assets", file), "utf8")))).join("\n");
  };
  expect(await built("production")).not.toContain("dogpile devtools");
  expect(await built("development")).toContain("dogpile devtools");
  await inChromium(join(folder, "development"), "index.html", async (browser) => {
    const root = () => browser.$("body > div").shadow$(".panel");
    await browser.waitUntil(() => browser.execute(() => document.querySelector("body > div")?.shadowRoot !== undefined), { timeout: 20_000 });
    await browser.execute(() => document.querySelector("body > div").shadowRoot.querySelector(".open").click());
    await browser.waitUntil(async () => /user:1/.test(await root().getText()), { timeout: 20_000 });
  });
});
