// Every page: nothing from elsewhere, no violation of accessibility in light and dark, room on a phone, code that can be copied, links that lead somewhere.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import { expect, inject, test } from "vitest";
import { root } from "../../scripts/run.mjs";
import { problems, until } from "./browser.js";
import { address, page } from "./page.js";

const browser = page();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const folder = inject("folder");
const files = readdirSync(folder, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
const paths = files.filter((path) => path.endsWith(".html")).sort();

test("there are pages of every kind", () => {
  const demos = ["index.html", "404.html", "playground/index.html", "benchmarks.html", "inspector.html", "tabs.html"];
  expect(paths).toEqual(expect.arrayContaining([...demos, "api/index.html", "api/classes/Region.html", "guide/install.html"]));
});

test.each(paths)("%s is accessible in light and dark, fits a phone, and complains of nothing", async (path) => {
  await browser().setViewport({ width: 1280, height: 900 });
  await browser().url(address(path));
  // A script element would be against the page's policy.
  await browser().execute(axe);
  for (const theme of ["light", "dark"]) {
    await browser().execute(choose, theme);
    expect({ theme, violations: await browser().execute(violations) }).toEqual({ theme, violations: [] });
  }
  const [blocks, buttons] = await browser().execute(countCode);
  expect(buttons).toBe(blocks);
  for (const width of [390, 360]) {
    await browser().setViewport({ width, height: 780 });
    const room = () => document.documentElement.scrollWidth;
    await until(browser(), room, (found) => found <= width);
  }
  expect(await problems(browser())).toEqual([]);
});

test("the system's preference counts until another theme is chosen, which is kept", async () => {
  await browser().url(address("index.html"));
  await browser().execute(() => localStorage.clear());
  await browser().refresh();
  const paper = () => getComputedStyle(document.body).backgroundColor;
  const preferred = await browser().execute(paper);
  await browser().$("#theme").click();
  const chosen = await browser().execute(paper);
  expect(chosen).not.toBe(preferred);
  await browser().url(address("guide/install.html"));
  expect(await browser().execute(paper)).toBe(chosen);
  expect(await browser().execute(() => matchMedia("(prefers-color-scheme: dark)").matches)).toBe(preferred !== "rgb(245, 247, 249)");
});

test("the keyboard's first stop leads past the navigation", async () => {
  await browser().url(address("guide/expiration.html"));
  await browser().keys("Tab");
  expect(await browser().execute(() => document.activeElement.textContent)).toBe("To the content");
  await browser().keys("Enter");
  expect(await browser().execute(() => location.hash)).toBe("#main");
});

test("the reference has a page for everything that the package's types export, and one with all of each other entry", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
  const entries = Object.keys(exports).flatMap((path) => path.match(/^\.\/(\w+)$/)?.[1] ?? []);
  const described = paths.filter((path) => path.startsWith("api/")).map((path) => posix.basename(path, ".html"));
  expect(described.sort()).toEqual(["index", ...entries, ...exportedBy("index")].sort());
  for (const name of entries) {
    const ids = [...readFileSync(join(folder, `api/${name}.html`), "utf8").matchAll(/<h2 id="(.*?)"/g)].map(([, id]) => id);
    expect({ name, ids: ids.sort() }).toEqual({
      name,
      ids: exportedBy(name)
        .map((each) => each.toLowerCase())
        .sort(),
    });
  }
});

function exportedBy(name) {
  const types = readFileSync(join(root, `pkg/${name}.d.ts`), "utf8");
  return [...new Set([...types.matchAll(/^export (?:abstract )?(?:class|const|function|interface|type) (\w+)/gm)].map(([, each]) => each))];
}

test("every link within the site leads to a page, and to a place in it", () => {
  const sources = new Map(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  const broken = [];
  for (const [path, source] of sources) {
    for (const [, href] of source.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      if (/^\w+:/.test(href)) continue;
      const [file, id] = href.split("#");
      const target = file === "" ? path : posix.join(dirname(path), file);
      const isThere = sources.has(target) && (id === undefined || sources.get(target).includes(`id="${id}"`));
      if (!isThere) broken.push(`${path}: ${href}`);
    }
  }
  expect(broken).toEqual([]);
});

// These run in the page.

/** The switch says what it switches to. */
function choose(theme) {
  const button = document.querySelector("#theme");
  if (button.textContent.toLowerCase() === theme) button.click();
}

/** Blocks of code, and those with a button that copies them. */
function countCode() {
  return ["pre", ".code > pre + .copy"].map((selector) => document.querySelectorAll(`main ${selector}`).length);
}

async function violations() {
  const { violations: found } = await globalThis.axe.run({ resultTypes: ["violations"] });
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ target }) => target.join(" "))
        .join(", ")}`,
  );
}
