// The benchmarks run on the visitor's machine, and draw a bar for each cache and measure; the peers are loaded there alone.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, inject, test } from "vitest";
import { problems, until } from "./browser.js";
import { page } from "./page.js";

const browser = page("benchmarks.html");

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

// It runs in the page.
function bars() {
  return [...document.querySelectorAll("#results tbody tr")].map((row) => ({
    measure: row.closest("table").dataset.measure,
    name: row.cells[0].textContent,
    nanoseconds: Number(row.dataset.nanoseconds),
    width: Number.parseFloat(row.querySelector(".bar").style.width),
  }));
}
