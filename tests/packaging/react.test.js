// The example in React, which is what the guide's page shows, built from the tarball as a Vite project, in Chromium.
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { measureSizes, sizesTable } from "../../scripts/bench-react.mjs";
import { inChromium } from "./chromium.js";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = await readFile(join(root, "www/guide/24-react.md"), "utf8");
const blocks = [...page.matchAll(/^```(jsx?.*)\n([^]*?)^```$/gm)].map(([, kind, code]) => ({ kind, code }));

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let app;
let project;
beforeAll(async () => {
  app = await installPackage();
  for (const name of ["react", "react-dom", "scheduler"]) await symlink(join(root, "node_modules", name), join(app.folder, "node_modules", name), "junction");
  project = await buildProject("react-app");
});
afterAll(() => app?.remove());

/** The example as a Vite project beside the installed package, with another main.jsx if there is one. */
async function buildProject(name, main) {
  const folder = join(app.folder, name);
  await mkdir(folder);
  for (const part of ["index.html", "src"]) await cp(join(root, "examples/react", part), join(folder, part), { recursive: true });
  if (main !== undefined) await writeFile(join(folder, "src/main.jsx"), main);
  await run(process.execPath, [program("vite"), "build", "--base", "./", "--logLevel", "error"], { cwd: folder });
  return join(folder, "dist");
}

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
  await inChromium(project, "index.html", async (browser) => {
    const first = await browser.getWindowHandle();
    const address = await browser.getUrl();
    await untilAll(browser, "fresh");
    const loaded = await shown(browser);
    const { handle: second } = await browser.createWindow("tab");
    await browser.switchToWindow(second);
    await browser.url(address);
    await untilAll(browser, "fresh");
    expect(await shown(browser)).toEqual(loaded);
    await measureAll(browser);
    const again = await untilOther(browser, loaded);
    await browser.switchToWindow(first);
    expect(await untilOther(browser, loaded)).toEqual(again);
    await browser.refresh();
    await untilAll(browser, "fresh");
    expect(await shown(browser)).toEqual(again);
    const logs = await browser.getLogs("browser");
    expect(logs.filter(({ level }) => level === "SEVERE")).toEqual([]);
  });
});

test("after a reload the stale values are shown until the new ones are there", async () => {
  await inChromium(project, "index.html", async (browser) => {
    await untilAll(browser, "fresh");
    const old = await shown(browser);
    await measureAll(browser);
    await untilAll(browser, "stale");
    await browser.sendCommandAndGetResult("Page.addScriptToEvaluateOnNewDocument", { source: `(${noteShown})()` });
    await browser.refresh();
    await untilOther(browser, old);
    const seen = await browser.execute(() => globalThis.seen);
    expect(seen).toContain(old.map((text) => text.replace("fresh", "stale")).join());
    const hasValues = seen.findIndex((texts) => texts !== "" && !texts.includes("pending"));
    expect(seen.slice(hasValues).filter((texts) => texts.includes("pending"))).toEqual([]);
  });
});

test("offline the values stay, beside the error, and online they are loaded; it is accessible at every width, light and dark", async () => {
  await inChromium(project, "index.html", async (browser) => {
    await untilAll(browser, "fresh");
    await expectAccessible(browser);
    const old = await shown(browser);
    await beOffline(browser, true);
    await measureAll(browser);
    await browser.waitUntil(async () => (await browser.$$("[role=alert]").length) === 3, { timeout: 20_000, interval: 20 });
    expect(await shown(browser)).toEqual(old.map((text) => text.replace("fresh", "stale")));
    await expectAccessible(browser);
    await beOffline(browser, false);
    await untilOther(browser, old);
    expect(await browser.$$("[role=alert]").length).toBe(0);
  });
});

test("an error boundary has the first load's error, and its reset loads again", async () => {
  const suspending = await buildProject("suspending", boundaryApp(blocks.find(({ code }) => code.includes("function Title")).code));
  await inChromium(suspending, "index.html", async (browser) => {
    const text = () => browser.execute(() => document.querySelector("#root").textContent);
    const until = (wanted) => browser.waitUntil(async () => (await text()) === wanted, { timeout: 20_000, interval: 20 });
    await until("failed: load 1");
    // A reset within the moment in which React may render again shows the same error.
    await browser.waitUntil(
      async () => {
        await browser.execute(() => document.querySelector("button")?.click());
        return (await text()) === "load 2";
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await browser.execute(() => globalThis.loads)).toBe(2);
    await browser.refresh();
    await until("load 2");
    expect(await browser.execute(() => globalThis.loads)).toBe(0);
  });
});

test("the guide's sizes are those of this build, to 300 bytes: else `npm run bench:react`", async () => {
  const told = page.match(/(^\|.*\n)*^\| React alone .*\n(^\|.*\n)*/m)[0].trimEnd();
  const sizes = await measureSizes();
  const withoutFigures = (table) => table.replace(/[\d.]+ kB/g, "… kB");
  expect(withoutFigures(told)).toBe(withoutFigures(sizesTable(sizes)));
  const figures = [...told.matchAll(/([\d.]+) kB/g)].map(([, kilobytes]) => kilobytes * 1000);
  const measured = Object.values(sizes).flatMap(({ minified, gzipped }) => [minified, gzipped]);
  expect(figures.filter((figure, index) => Math.abs(figure - measured[index]) > 300)).toEqual([]);
});

/** State, degrees and time of each station. */
function shown(browser) {
  return browser.execute(() => {
    const partsOf = (station) => [".degrees", ".state"].map((part) => station.querySelector(part).textContent.replace(/^\w+, measured at /, ""));
    return [...document.querySelectorAll("li")].map((station) => [station.dataset.state, ...partsOf(station)].join(" "));
  });
}

const isAll = (texts, state) => texts.length === 3 && texts.every((text) => text.startsWith(`${state} `));

const untilAll = (browser, state) => browser.waitUntil(async () => isAll(await shown(browser), state), { timeout: 20_000, interval: 20 });

/** All fresh, and none of them as before. */
async function untilOther(browser, before) {
  let now;
  const isOther = async () => isAll((now = await shown(browser)), "fresh") && !now.some((text) => before.includes(text));
  await browser.waitUntil(isOther, { timeout: 20_000, interval: 20 });
  return now;
}

const measureAll = (browser) => browser.$("main > button").click();

async function beOffline(browser, offline) {
  await browser.sendCommandAndGetResult("Network.enable", {});
  await browser.sendCommandAndGetResult("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
}

async function expectAccessible(browser) {
  await browser.execute(axe);
  for (const width of [390, 1280]) {
    for (const theme of ["light", "dark"]) {
      await browser.sendCommandAndGetResult("Emulation.setDeviceMetricsOverride", { width, height: 844, deviceScaleFactor: 1, mobile: width < 500 });
      await browser.sendCommandAndGetResult("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
      const found = await browser.execute(async () => {
        const { violations } = await globalThis.axe.run({ resultTypes: ["violations"] });
        const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
        return { isDark, room: document.documentElement.scrollWidth, violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`) };
      });
      expect(found).toEqual({ isDark: theme === "dark", room: width, violations: [] });
    }
  }
}

/** The guide's component over a load that fails the first time, with a button that resets its boundary. */
const boundaryApp = (title) => `
  import { Component, Suspense } from "react";
  import { createRoot } from "react-dom/client";
  import { region } from "./cache.js";
  ${title}
  globalThis.loads = 0;
  async function loadArticle() {
    const title = "load " + ++globalThis.loads;
    if (globalThis.loads === 1) throw new Error(title);
    return { title };
  }
  class Boundary extends Component {
    state = { error: undefined };
    static getDerivedStateFromError(error) { return { error }; }
    render() {
      const { error } = this.state;
      if (error === undefined) return this.props.children;
      return <button type="button" onClick={() => this.setState({ error: undefined })}>failed: {error.message}</button>;
    }
  }
  createRoot(document.getElementById("root")).render(<Boundary><Suspense fallback="…"><Title id="7" /></Suspense></Boundary>);`;

// This runs in the page, before anything else: what it shows at any time.

function noteShown() {
  globalThis.seen = [];
  new MutationObserver(() => {
    const partsOf = (station) => [".degrees", ".state"].map((part) => station.querySelector(part).textContent.replace(/^\w+, measured at /, ""));
    const stations = [...document.querySelectorAll("li")].map((station) => [station.dataset.state, ...partsOf(station)].join(" "));
    globalThis.seen.push(stations.join());
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}
