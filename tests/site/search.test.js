// The search: what it finds leads there, by mouse and by keyboard, on the desk and on a phone.
import { beforeEach, expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { address, page } from "./page.js";

const browser = page("index.html");

beforeEach(() => browser().setViewport({ width: 1280, height: 900 }));

test('"/" opens it; a member of the reference is first, and Enter leads to it', async () => {
  await browser().keys("/");
  const found = await search("getOrCreate");
  expect(found[0]).toEqual({ heading: "getOrCreate()", place: "API › Region" });
  await browser().keys("Enter");
  await arrived("api/classes/Region.html#getorcreate");
  expect(await browser().execute(() => document.querySelector("#getorcreate").textContent)).toBe("getOrCreate()");
  expect(await problems(browser())).toEqual([]);
});

test("Ctrl and K opens it from a page within a folder; the arrows lead to a page of the guide", async () => {
  await browser().url(address("api/interfaces/CreateOptions.html"));
  await browser().keys(["Control", "k"]);
  const found = await search("hung creators");
  const at = found.findIndex(({ heading, place }) => heading === "Hung creators" && place === "Guide");
  expect(at).toBeGreaterThanOrEqual(0);
  for (let step = 0; step <= at; step++) await browser().keys("ArrowDown");
  await browser().keys("Enter");
  await arrived("guide/hung-creators.html");
});

test("a word within a name finds it, and so does a name with a slip", async () => {
  await browser().keys("/");
  expect((await search("revalidate")).map(({ heading }) => heading)).toContain("staleWhileRevalidate?");
  await browser().execute(() => document.querySelector("#query").select());
  expect((await search("getOrCraete")).map(({ heading }) => heading)).toContain("getOrCreate()");
});

test("nothing is found for what is not there, and Escape closes it", async () => {
  await browser().keys("/");
  await browser().keys("qqqqzzzz".split(""));
  await until(
    browser(),
    () => document.querySelector("#search-status").textContent,
    (text) => text === "Nothing found.",
  );
  await browser().keys("Escape");
  expect(await browser().execute(isOpen)).toBe(false);
});

test("on a phone its button opens it, and it has room", async () => {
  await browser().setViewport({ width: 390, height: 844 });
  await browser().$("#search-open").click();
  const found = await search("stale");
  expect(found.length).toBeGreaterThan(5);
  const overflow = () => [document.querySelector("#search"), document.documentElement].map((element) => element.scrollWidth - element.clientWidth);
  expect(await browser().execute(overflow)).toEqual([0, 0]);
  await browser().$("#found a").click();
  await until(
    browser(),
    () => location.pathname,
    (path) => path !== "/index.html",
  );
});

test("the index is loaded when somebody searches, and not before", async () => {
  const scripts = () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("search-index")).length;
  expect(await browser().execute(scripts)).toBe(0);
  await browser().keys("/");
  await search("region");
  expect(await browser().execute(scripts)).toBe(1);
});

test("whoever writes in a field or in the editor writes a slash", async () => {
  await browser().url(address("playground/index.html"));
  await browser().execute(() => document.querySelector("#editor").shadowRoot.querySelector(".cm-content").focus());
  await browser().keys("/");
  expect(await browser().execute(isOpen)).toBe(false);
});

/** What is found, when it is there. */
async function search(query) {
  await until(browser(), isOpen, (is) => is);
  await browser().keys(query.split(""));
  await until(browser(), asked, (value) => value === query);
  return until(browser(), results, ({ length }) => length > 0);
}

/** The address changes before the page is there. */
function arrived(path) {
  return until(
    browser(),
    () => [location.href, document.readyState],
    ([href, state]) => href === address(path) && state === "complete",
  );
}

// These run in the page.

function isOpen() {
  return document.querySelector("#search").open;
}

function asked() {
  return document.querySelector("#query").value;
}

function results() {
  const text = (element, selector) => element.querySelector(selector).textContent;
  return [...document.querySelectorAll("#found a")].map((link) => ({ heading: link.firstChild.textContent, place: text(link, ".place") }));
}
