// The inspector: what it shows is what the region holds, over memory and over IndexedDB, and it only reads.
import { expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { page } from "./page.js";

const browser = page("inspector.html");

test.each(["memory", "indexeddb"])("%s: keys, states, hits and sizes follow what is asked and invalidated", async (store) => {
  await choose(store);
  await press("more", "5 values: 5 fresh.");
  expect(await users()).toEqual(range(5).map((key) => ({ key, state: "fresh", hits: "0" })));

  await press("again", "5 values: 5 fresh.");
  expect(await users()).toEqual(range(5).map((key) => ({ key, state: "fresh", hits: "1" })));

  await press("soft", "6 values: 1 fresh, 5 stale."); // with the record of the invalidation
  await press("more", "11 values: 6 fresh, 5 stale.");
  await press("hard", "12 values: 1 fresh, 11 invalidated."); // with the record of the soft invalidation
  expect((await users()).map(({ state }) => state)).toEqual(Array(10).fill("invalidated"));

  const sizes = await browser().execute(() => [...document.querySelectorAll("#inspector tbody tr")].map(({ cells }) => cells[4].textContent));
  expect(sizes.every((size) => /^\d+ B$/.test(size))).toBe(true);
  expect(await problems(browser())).toEqual([]);
});

test("IndexedDB: what an earlier visit has stored is there", async () => {
  await choose("indexeddb");
  const before = await until(browser(), users_, ({ length }) => length > 0);
  await browser().refresh();
  await choose("indexeddb");
  const after = await until(browser(), users_, ({ length }) => length > 0);
  expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  expect(await browser().$("#inspector p").getText()).toMatch(/invalidated/);
});

function choose(store) {
  return browser().$(`label:has([value=${store}])`).click();
}

async function press(value, summary) {
  await browser().$(`#controls [value=${value}]`).click();
  await until(
    browser(),
    () => document.querySelector("#inspector p").textContent,
    (text) => text.startsWith(summary.slice(0, -1)),
  );
}

const users = () => browser().execute(users_);
const range = (count) => Array.from({ length: count }, (_, index) => `user:${index + 1}`);

// It runs in the page.
function users_() {
  return [...document.querySelectorAll("#inspector tbody tr")]
    .filter(({ dataset }) => dataset.key.startsWith("user:"))
    .map(({ cells: [key, state, , hits] }) => ({ key: key.textContent, state: state.textContent, hits: hits.textContent }));
}
