// The playground: every example prints what its comments say; the editor knows the package's types; what hangs can be stopped.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { address, page } from "./page.js";

const browser = page("playground/index.html");

const imports = 'import { createRegion, MemoryBackend } from "dogpile";\n';

const folder = fileURLToPath(new URL("../../www/playground/examples/", import.meta.url));
const examples = readdirSync(folder).map((file) => [file.match(/\d+-(.*)\.js/)[1], readFileSync(folder + file, "utf8")]);

test("the first example runs by itself", async () => {
  const lines = await until(browser(), printed, ({ length }) => length === 2);
  expect(lines[1]).toBe("1 999");
});

test("a link holds the code, which waits there to be run", async () => {
  const code = "console.log('geteilt: 1 × ü');\n// the end\n";
  await write(code);
  await browser().$("#share").click();
  const link = await until(
    browser(),
    () => location.href,
    (href) => href.includes("#code="),
  );
  expect(new URL(link).hash).toMatch(/^#code=[\w-]+$/);
  await browser().url("about:blank");
  await browser().url(link);
  expect(await until(browser(), source, (text) => text.includes("geteilt"))).toBe(code.trimEnd());
  expect(await browser().execute(printed)).toEqual([]);
  expect(await run()).toEqual(["geteilt: 1 × ü"]);
  expect(await problems(browser())).toEqual([]);
});

test("a damaged link is told, and the first example is there", async () => {
  await browser().url("about:blank");
  await browser().url(address("playground/index.html#code=AAAA"));
  await until(
    browser(),
    () => document.querySelector("#status").textContent,
    (text) => text.startsWith("The link is damaged"),
  );
  expect(await browser().execute(source)).toContain("createRegion");
});

test("every example prints what its comments say", async () => {
  for (const [name, source] of examples) {
    await browser().execute(choose, name);
    const promised = [...source.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);
    expect(promised).not.toEqual([]);
    expect({ name, printed: await run() }).toEqual({ name, printed: promised });
  }
  expect(await problems(browser())).toEqual([]);
});

test("a region tells who missed, who waited and what was created", async () => {
  await browser().execute(choose, "stampede");
  await run();
  const told = await until(browser(), events, (found) => sum(found) === 2000);
  const count = (kind) => sum(told.filter(({ text }) => text.startsWith(kind)));
  expect([count("miss user:42 absent"), count("wait user:42"), count("create [ 'user:42' ]")]).toEqual([1000, 999, 1]);
});

const sum = (told) => told.reduce((total, { count }) => total + Number(count), 0);

test("changed code runs, and its failure is shown", async () => {
  await write('import { createRegion } from "dogpile";\ncreateRegion({ backend: "unknown" });\n');
  expect(await run("Failed")).toEqual([expect.stringContaining("PluginNotFound")]);
  await write('console.log({ list: [1, "a"] }, new Map([["k", undefined]]), 7n);\n');
  expect(await run()).toEqual(["{ list: [ 1, 'a' ] } Map(1) { 'k' => undefined } 7n"]);
  expect(await problems(browser())).toEqual([]);
});

test("an endless loop is stopped, and the next run is as any other", async () => {
  await write("console.log('begins');\nfor (;;);\n");
  await browser().$("#run").click();
  await until(browser(), printed, ({ length }) => length === 1);
  await browser().$("#stop").click();
  expect(await browser().$("#status").getText()).toBe("Stopped.");
  await write("console.log('again');\n");
  expect(await run()).toEqual(["again"]);
});

test("completion offers the region's methods, with their documentation", async () => {
  await write(`${imports}const region = createRegion({ backend: new MemoryBackend() });\nregion.`);
  await browser().keys("getOr".split(""));
  const isThere = ({ labels, documentation }) => labels.includes("getOrCreateMulti") && documentation.length > 0;
  const offered = await until(browser(), completions, isThere);
  expect(offered.labels).toEqual(expect.arrayContaining(["getOrCreate", "getOrCreateEntry", "getOrCreateMulti"]));
  // The first sentence of whichever is offered first.
  expect(offered.documentation).toMatch(/Returns the value under a key|Like `getOrCreate`/);
  expect(await problems(browser())).toEqual([]);
});

test("a mistake is underlined", async () => {
  await write(`${imports}createRegion({ backend: new MemoryBackend(), expirationTimes: 1 });\n`);
  await until(browser(), underlined, (count) => count === 1);
});

test("the keyboard runs an example, and Tab leaves the editor", async () => {
  await write("console.log('by keyboard');\n");
  await browser().keys(["Control", "Enter"]);
  await until(browser(), printed, ([line]) => line === "by keyboard");
  await browser().keys("Tab");
  expect(await browser().execute(() => document.activeElement.id)).toBe("printed");
});

/** Puts a text in the place of the editor's, as a visitor does who pastes it. */
async function write(text) {
  await browser().execute(() => document.querySelector("#editor").shadowRoot.querySelector(".cm-content").focus());
  await browser().keys(["Control", "a"]);
  await browser().execute(paste, text);
}

/** What the editor's module has printed when it has ended. */
async function run(outcome = "Ended") {
  await browser().$("#run").click();
  await until(
    browser(),
    () => document.querySelector("#status").textContent,
    (text) => text.startsWith(outcome),
  );
  return browser().execute(printed);
}

// These run in the page.

function choose(name) {
  const select = document.querySelector("#example");
  select.value = name;
  select.dispatchEvent(new Event("change"));
}

function paste(text) {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  event.clipboardData = { getData: (type) => (type === "text/plain" ? text : "") };
  document.querySelector("#editor").shadowRoot.querySelector(".cm-content").dispatchEvent(event);
}

function events() {
  return [...document.querySelectorAll("#events li")].map(({ dataset }) => ({ ...dataset }));
}

function underlined() {
  return document.querySelector("#editor").shadowRoot.querySelectorAll(".cm-lintRange-warning").length;
}

function source() {
  const lines = [...document.querySelector("#editor").shadowRoot.querySelectorAll(".cm-line")].map(({ textContent }) => textContent);
  return lines.join("\n").trimEnd();
}

function printed() {
  return [...document.querySelectorAll("#printed span")].map(({ textContent }) => textContent);
}

function completions() {
  const tooltip = document.querySelector("#editor").shadowRoot.querySelector(".cm-tooltip-autocomplete");
  const labels = [...(tooltip?.querySelectorAll(".cm-completionLabel") ?? [])].map(({ textContent }) => textContent);
  return { labels, documentation: tooltip?.querySelector(".documentation")?.textContent ?? "" };
}
