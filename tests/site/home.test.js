// The landing page's demonstration begins when it can be seen, and does not move for who prefers that.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { address, page } from "./page.js";

const [browser, still] = [page(), page(undefined, { isStill: true })];

test("it plays by itself: the numbers are those of the run, and they move", async () => {
  await open(browser(), { width: 1280, height: 900 });
  const [own, without] = await ended(browser());
  expect(own).toBe(1);
  expect(without).toBeGreaterThan(10);
  expect((await browser().execute(changes)).length).toBeGreaterThan(3);
  expect(await problems(browser())).toEqual([]);
});

test("it waits until it comes into view", async () => {
  await open(browser(), { width: 390, height: 300 });
  await browser().executeAsync((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
  expect(await browser().execute(numbers)).toEqual(["–", "–"]);
  await browser().execute(() => document.querySelector("#result").scrollIntoView());
  expect((await ended(browser()))[0]).toBe(1);
});

test("with reduced motion it shows the result alone", async () => {
  await open(still(), { width: 1280, height: 900 });
  const [own, without] = await ended(still());
  expect(own).toBe(1);
  expect(await still().execute(changes)).toEqual([without.toLocaleString("en")]);
});

test("what it says of the package is what the package says", async () => {
  await open(browser(), { width: 1280, height: 900 });
  const { default: manifest } = await import("../../pkg/package.json", { with: { type: "json" } });
  const { default: results } = await import("../../benches/results.json", { with: { type: "json" } });
  const facts = await browser().$(".facts").getText();
  expect(facts).toContain(`Version ${manifest.version}`);
  expect(facts).toContain(`${(results.bytes.dogpile / 1000).toFixed(1)} kB`);
  expect(await browser().$(".hero pre").getText()).toBe(`npm install ${manifest.name}`);
});

const snippets = fileURLToPath(new URL("../../www/pages/code/", import.meta.url));

test.each(readdirSync(snippets))("the code of the tab %s imports what the package exports", async (name) => {
  const { warnings } = await build({ entryPoints: [snippets + name], bundle: true, write: false, format: "esm", external: ["./*", "node:*"] });
  expect(warnings).toEqual([]);
});

async function open(on, viewport) {
  await on.setViewport(viewport);
  await on.scriptAddPreloadScript({ functionDeclaration: watch.toString() });
  await on.url(address("index.html"));
}

async function ended(on) {
  await until(
    on,
    () => document.querySelector("#status").textContent,
    (text) => text.includes("With dogpile"),
  );
  return (await on.execute(numbers)).map((text) => Number(text.replaceAll(",", "")));
}

// These run in the page.

/** Keeps what the larger number has shown, one after another. */
function watch() {
  globalThis.shown = [];
  addEventListener("DOMContentLoaded", () => {
    const cell = document.querySelector("[data-result='1']");
    if (cell === null) return;
    const note = () => globalThis.shown.at(-1) !== cell.textContent && globalThis.shown.push(cell.textContent);
    new MutationObserver(note).observe(cell, { childList: true });
  });
}

function changes() {
  return globalThis.shown;
}

function numbers() {
  return [...document.querySelectorAll("[data-result]")].map(({ textContent }) => textContent);
}
