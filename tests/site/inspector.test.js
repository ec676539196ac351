// The inspector is the package's own panel, over memory and over IndexedDB, under the site's policy.
import { expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { page } from "./page.js";

const browser = page("inspector.html");

test.each(["memory", "indexeddb"])("%s: keys and counters follow what is asked for", async (store) => {
  await browser().$(`label:has([value=${store}])`).click();
  await browser().execute(turnTo, store);
  await press("more");
  expect(await until(browser(), users, ({ length }) => length === 5)).toEqual(range(5).map((key) => ({ key, state: "fresh", hits: "0" })));
  await press("again");
  await until(browser(), users, (all) => all.length === 5 && all.every(({ hits }) => hits === "1"));
  await press("many");
  expect(await until(browser(), counters, ({ coalesced }) => coalesced === "99")).toMatchObject({ creations: "6", hits: "5" });
  expect(await problems(browser())).toEqual([]);
});

test("IndexedDB: what an earlier visit has stored is there", async () => {
  await browser().execute(turnTo, "indexeddb");
  const before = await until(browser(), users, ({ length }) => length > 0);
  await browser().refresh();
  await browser().execute(turnTo, "indexeddb");
  const after = await until(browser(), users, ({ length }) => length > 0);
  expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
});

const range = (count) => Array.from({ length: count }, (_, index) => `user:${index + 1}`);

async function press(value) {
  const status = () => document.querySelector("#status").textContent;
  const before = await browser().execute(status);
  await browser().$(`#controls [value=${value}]`).click();
  await until(browser(), status, (text) => text !== before);
}

// These run in the page.

function turnTo(name) {
  const select = document.querySelector("#inspector").firstElementChild.shadowRoot.querySelector("select");
  select.value = name;
  select.dispatchEvent(new Event("change"));
}

function users() {
  const { shadowRoot } = document.querySelector("#inspector").firstElementChild;
  const rows = [...shadowRoot.querySelectorAll("tbody tr")].map(({ cells: [key, state, , hits] }) => [key, state, hits].map(({ textContent }) => textContent));
  return rows.filter(([key]) => key.startsWith("user:")).map(([key, state, hits]) => ({ key, state, hits }));
}

function counters() {
  const { shadowRoot } = document.querySelector("#inspector").firstElementChild;
  return Object.fromEntries([...shadowRoot.querySelectorAll(".stats dl div")].map(({ children: [name, count] }) => [name.textContent, count.textContent]));
}
