// The benchmarks show the stored results at once, and run on the visitor's machine where that is asked for; the peers are loaded there alone.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, inject, test } from "vitest";
import { readResults } from "../../scripts/performance.mjs";
import { problems, until } from "./browser.js";
import { page } from "./page.js";

const browser = page("benchmarks.html");

test("the stored results are there without a run", async () => {
  const { engines } = readResults();
  const shown = await browser().execute(stored);
  expect(shown.map(({ engine }) => engine)).toEqual(["measured-node24", "measured-chromium", "measured-firefox"]);
  for (const { engine, rows } of shown) {
    const { median } = engines[engine.replace("measured-", "")].workloads["warm-10000"].dogpile;
    expect(rows).toContainEqual(["dogpile", `${median} ns`]);
    expect(rows.length).toBeGreaterThan(25);
  }
});

test("each measure has a bar for each cache, as long as its time", async () => {
  await browser().$("#start").click();
  const rows = await until(browser(), bars, ({ length }) => length === 15);
  for (const measure of ["warm", "cold", "stampede"]) {
    const of = rows.filter((row) => row.measure === measure);
    expect(of.map(({ name }) => name)).toEqual(["dogpile", "lru-cache", "cachified", "cacheable", "a bare Map"]);
    const longest = Math.max(...of.map(({ nanoseconds }) => nanoseconds));
    for (const { nanoseconds, width } of of) {
      expect(nanoseconds).toBeGreaterThan(0);
      expect(width).toBeCloseTo((100 * nanoseconds) / longest, 1);
    }
  }
  await until(
    browser(),
    () => document.querySelector("#status").textContent,
    (text) => text.startsWith("Done."),
  );
  expect(await problems(browser())).toEqual([]);
});

test("no other page loads the peers", () => {
  const sources = readdirSync(inject("folder"), { recursive: true }).filter((file) => /\.(html|js)$/.test(file));
  const naming = (name) => sources.filter((file) => readFileSync(join(inject("folder"), file), "utf8").includes(name)).map((file) => basename(file));
  const [script, ...others] = naming("measure.worker-");
  expect(others).toEqual([]);
  expect(naming(script)).toEqual(["benchmarks.html"]);
});

// These run in the page.
function bars() {
  return [...document.querySelectorAll("#results tbody tr")].map((row) => ({
    measure: row.closest("table").dataset.measure,
    name: row.cells[0].textContent,
    nanoseconds: Number(row.dataset.nanoseconds),
    width: Number.parseFloat(row.querySelector(".bar rect").getAttribute("width")),
  }));
}

function stored() {
  return [...document.querySelectorAll("[role=tabpanel]")].map((panel) => ({
    engine: panel.id,
    rows: [...panel.querySelectorAll("tbody tr")].map(({ cells }) => [cells[0].textContent, cells[2].textContent]),
  }));
}
