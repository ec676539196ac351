// The example in React, which is what the guide's page shows, built from the tarball as a Vite project, in Chromium.
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inChromium } from "./chromium.js";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = await readFile(join(root, "www/guide/24-react.md"), "utf8");
const blocks = [...page.matchAll(/^```(jsx?.*)\n([^]*?)^```$/gm)].map(([, kind, code]) => ({ kind, code }));

let app;
let project;
beforeAll(async () => {
  app = await installPackage();
  for (const name of ["react", "react-dom", "scheduler"]) await symlink(join(root, "node_modules", name), join(app.folder, "node_modules", name), "junction");
  project = join(app.folder, "react-app");
  await mkdir(project);
  for (const name of ["index.html", "src"]) await cp(join(root, "examples/react", name), join(project, name), { recursive: true });
  await run(process.execPath, [program("vite"), "build", "--base", "./", "--logLevel", "error"], { cwd: project });
});
afterAll(() => app?.remove());

test("the page shows the example's code", async () => {
  const shown = blocks.filter(({ kind }) => kind.includes("react"));
  expect(shown.map(({ kind }) => kind)).toEqual(["js react cache.js", "jsx react main.jsx"]);
  for (const { kind, code } of shown) expect(code).toBe(await readFile(join(root, "examples/react/src", kind.split(" ")[2]), "utf8"));
});

test("the page's other code runs", async () => {
  const snippets = blocks.filter(({ kind }) => kind === "jsx").map(({ code }) => code);
  expect(snippets.length).toBe(2);
  const file = join(app.folder, "snippets.jsx");
  await writeFile(
    file,
    `import { createRegion, MemoryBackend } from "dogpile"; import { renderToReadableStream } from "react-dom/server"; import { Suspense } from "react";
     const region = createRegion({ backend: new MemoryBackend() });
     const loadArticle = async (id) => ({ title: "article " + id });
     const loadReport = async () => "the report";
     ${snippets.join("\n")}
     const stream = await renderToReadableStream(<Suspense><Title id="7" /></Suspense>);
     await stream.allReady;
     ReportLink().props.onPointerEnter();
     await new Promise((resolve) => setTimeout(resolve));
     console.log(await new Response(stream).text(), await region.get("report"));`,
  );
  await esbuild({
    entryPoints: [file],
    outfile: join(app.folder, "snippets.mjs"),
    jsx: "automatic",
    format: "esm",
    logLevel: "error",
  });
  expect(await run(process.execPath, [join(app.folder, "snippets.mjs")])).toMatch(/<h1>article 7<\/h1>.* the report\n$/);
});

test("in two tabs and after a reload the app shows what was loaded once", async () => {
  await inChromium(join(project, "dist"), "index.html", async (browser) => {
    const first = await browser.getWindowHandle();
    const address = await browser.getUrl();
    const stations = () =>
      browser.execute(() => [...document.querySelectorAll("li")].map((each) => `${each.dataset.state} ${each.querySelector(".degrees").textContent}`));
    const until = (isRight) => browser.waitUntil(async () => isRight(await stations()), { timeout: 20_000, interval: 20 });
    const isLoaded = (texts) => texts.length === 3 && texts.every((text) => /^fresh -?\d+ °C$/.test(text));
    await until(isLoaded);
    const loaded = await stations();
    const { handle: second } = await browser.createWindow("tab");
    await browser.switchToWindow(second);
    await browser.url(address);
    await until(isLoaded);
    expect(await stations()).toEqual(loaded);
    const times = () => browser.execute(() => [...document.querySelectorAll(".state")].map((each) => each.textContent).join());
    const before = await times();
    await browser.$("main > button").click();
    await browser.waitUntil(async () => (await times()) !== before && isLoaded(await stations()), { timeout: 20_000, interval: 20 });
    const [again, when] = [await stations(), await times()];
    await browser.switchToWindow(first);
    await browser.waitUntil(async () => (await times()) === when, { timeout: 20_000, interval: 20 });
    expect(await stations()).toEqual(again);
    await browser.refresh();
    await until(isLoaded);
    expect([await stations(), await times()]).toEqual([again, when]);
    const logs = await browser.getLogs("browser");
    expect(logs.filter(({ level }) => level === "SEVERE")).toEqual([]);
  });
});

test("the whole app is no larger than the guide says", async () => {
  const assets = join(project, "dist/assets");
  const scripts = (await readdir(assets)).filter((name) => name.endsWith(".js"));
  const sizes = await Promise.all(scripts.map(async (name) => gzipSync(await readFile(join(assets, name)), { level: 9 }).length));
  const size = sizes.reduce((sum, each) => sum + each);
  expect(size).toBeLessThanOrEqual(saidBy(/the whole app is at most (\d+) kB/i));
  const script = join(root, "scripts/bench-react.mjs");
  const measured = JSON.parse(await run(process.execPath, [script, "--no-build", "--sizes"], { env: { NODE_ENV: "production" } }));
  expect(Math.abs(measured["React alone"].gzipped - saidBy(/Without a cache it is (\d+) kB/))).toBeLessThanOrEqual(600);
  expect(Math.abs(measured["@tanstack/react-query"].gzipped - saidBy(/its persister and its broadcast (\d+) kB/))).toBeLessThanOrEqual(600);
});

const saidBy = (pattern) => page.match(pattern)[1] * 1000;

test("axe finds nothing in the app, light and dark, at a desk and on a phone", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await inChromium(join(project, "dist"), "index.html", async (browser) => {
    await browser.waitUntil(() => browser.execute(() => document.querySelectorAll("li[data-state=fresh]").length === 3), { timeout: 20_000 });
    await browser.execute(axe);
    for (const scheme of ["light", "dark"]) {
      await browser.sendCommandAndGetResult("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      for (const width of [1280, 390]) {
        await browser.sendCommandAndGetResult("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: 1, mobile: false });
        const found = await browser.execute(async () => ({
          isDark: matchMedia("(prefers-color-scheme: dark)").matches,
          isTooWide: document.documentElement.scrollWidth > innerWidth,
          violations: (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join()}`),
        }));
        expect({ scheme, width, ...found }).toEqual({ scheme, width, isDark: scheme === "dark", isTooWide: false, violations: [] });
      }
    }
  });
});
