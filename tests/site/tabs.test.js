// Two windows of the tabs page: one creation for both, invalidations that both hear, and a creator whose window closes.
import { afterEach, beforeEach, expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { address, page } from "./page.js";

const browser = page();

/** Two tabs, `{ name, handle }`; the second one is in front. */
let first;
let second;
beforeEach(async () => {
  first = await openIn(await browser().getWindowHandle());
  second = await openIn((await browser().createWindow("window")).handle);
  await press("forget", { takes: 1500 });
});

afterEach(async () => {
  const [remaining, ...others] = await browser().getWindowHandles();
  for (const handle of others) {
    await browser().switchToWindow(handle);
    await browser().closeWindow();
  }
  await browser().switchToWindow(remaining);
  await browser().url("about:blank");
});

test("cold: one tab creates, the other waits; then both have it", async () => {
  await press("all");
  expect(await outcomes()).toEqual(["created", "waited"]);
  expect(await creations()).toBe(1);
  await press("all");
  expect(await outcomes("fresh")).toEqual(["fresh", "fresh"]);
  expect(await creations()).toBe(1);
  await browser().switchToWindow(first.handle);
  expect(await outcomes("fresh")).toEqual(["fresh", "fresh"]);
  expect(await problems(browser())).toEqual([]);
});

test("invalidated softly from one tab: in both, one creates and the other gets the stale report", async () => {
  await press("one");
  await outcomeOf(second, "created");
  await browser().switchToWindow(first.handle);
  await press("soft", { takes: 1500 });
  await browser().switchToWindow(second.handle);
  await told(`Tab ${first.name} invalidates softly`);
  await press("all");
  expect(await outcomes()).toEqual(["created", "stale"]);
  expect(await creations()).toBe(2);
  expect(await problems(browser())).toEqual([]);
});

test("invalidated hard from one tab: nobody gets the old report in either", async () => {
  await press("one");
  await outcomeOf(second, "created");
  await browser().switchToWindow(first.handle);
  await press("hard", { takes: 1500 });
  await browser().switchToWindow(second.handle);
  await told(`Tab ${first.name} invalidates`);
  await press("all");
  expect(await outcomes()).toEqual(["created", "waited"]);
  expect(await creations()).toBe(2);
  expect(await problems(browser())).toEqual([]);
});

test("the creating tab closes: the other one takes over", async () => {
  await browser().switchToWindow(first.handle);
  await press("one", { takes: 10_000 });
  await outcomeOf(first, "creating");
  await browser().switchToWindow(second.handle);
  await press("one", { takes: 500 });
  await outcomeOf(second, "asking");
  await browser().switchToWindow(first.handle);
  await browser().closeWindow();
  await browser().switchToWindow(second.handle);
  await outcomeOf(second, "created");
  await outcomeOf(first, "closed");
  expect(await problems(browser())).toEqual([]);
});

async function openIn(handle) {
  await browser().switchToWindow(handle);
  await browser().url(address("tabs.html"));
  return { handle, name: await until(browser(), ownName, (name) => name !== null) };
}

async function press(value, { takes } = {}) {
  if (takes !== undefined) await browser().execute(setTakes, takes);
  await browser().$(`#controls [value=${value}]`).click();
}

/** When both tabs were answered: what became of them, sorted. */
async function outcomes(expected) {
  const ended = (state) => ["created", "waited", "stale", "fresh"].includes(state) && (expected === undefined || state === expected);
  const names = [first.name, second.name];
  const states = await until(browser(), statesOfTabs, (found) => names.every((name) => ended(found[name])));
  return names.map((name) => states[name]).sort();
}

function outcomeOf({ name }, state) {
  return until(browser(), statesOfTabs, (states) => states[name] === state);
}

function told(text) {
  return until(
    browser(),
    () => [...document.querySelectorAll("#log span")].map(({ textContent }) => textContent),
    (lines) => lines.includes(text),
  );
}

function creations() {
  return browser().execute(() => Number(document.querySelector("#creations").textContent));
}

// These run in the page.

function ownName() {
  return document.querySelector("#own").textContent.match(/This is tab (\w)/)?.[1] ?? null;
}

function statesOfTabs() {
  return Object.fromEntries([...document.querySelectorAll("#tabs tbody tr")].map(({ dataset }) => [dataset.tab, dataset.state]));
}

function setTakes(takes) {
  const slider = document.querySelector("[name=takes]");
  slider.value = takes;
  slider.dispatchEvent(new Event("input"));
}
