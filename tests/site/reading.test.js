// What every page of text offers: copied code, links to headings, the menu of a phone, tabs, the pages before and after; and the 404 page.
import { beforeEach, expect, inject, test } from "vitest";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { problems, until } from "./browser.js";
import { address, page } from "./page.js";

const browser = page("guide/first-cache.html");

beforeEach(() => browser().setViewport({ width: 1280, height: 900 }));

test("a button copies its block of code", async () => {
  const code = await browser().execute(() => document.querySelector(".code code").textContent);
  await browser().$(".code").moveTo();
  await browser().$(".code .copy").click();
  await until(
    browser(),
    () => [document.querySelector(".copy").textContent, document.querySelector("#copied").textContent],
    ([button, status]) => button === "Copied" && status === "Copied",
  );
  await browser().keys("/");
  await browser().keys(["Control", "v"]);
  const oneLine = (text) => text.replace(/\s/g, "");
  const pasted = await until(browser(), () => document.querySelector("#query").value, Boolean);
  expect(oneLine(pasted)).toBe(oneLine(code));
  expect(await problems(browser())).toEqual([]);
});

test("each heading below the title has a link to it, which shows on focus", async () => {
  const links = () => [...document.querySelectorAll("article :is(h2, h3)")].map(({ id, nextElementSibling }) => [id, nextElementSibling?.hash]);
  const found = await browser().execute(links);
  expect(found.length).toBeGreaterThan(2);
  for (const [id, hash] of found) expect(hash).toBe(`#${id}`);
  const opacity = () => getComputedStyle(document.querySelector(".anchor")).opacity;
  expect(await browser().execute(opacity)).toBe("0");
  await browser().$(".aside a[href^='#']").click();
  await browser().keys("Tab");
  await until(
    browser(),
    () => [document.activeElement.className, getComputedStyle(document.activeElement).opacity],
    ([name, value]) => name === "anchor" && value === "1",
  );
});

test("on a phone a menu has the site's parts and the pages; Escape closes it, and so does a choice", async () => {
  await browser().setViewport({ width: 390, height: 844 });
  const isOpen = () => document.querySelector("#menu").open;
  await browser().$("#menu-open").click();
  expect(await browser().execute(isOpen)).toBe(true);
  const names = await browser().execute(() => [...document.querySelectorAll("#menu a")].map(({ textContent }) => textContent));
  expect(names).toEqual(expect.arrayContaining(["Playground", "Benchmarks", "Install", "First cache", "Migration"]));
  await browser().keys("Escape");
  expect(await browser().execute(isOpen)).toBe(false);
  expect(await browser().execute(() => document.activeElement.id)).toBe("menu-open");

  await browser().$("#menu-open").click();
  await browser().$("#menu .aside a[href^='#']").click();
  expect(await browser().execute(isOpen)).toBe(false);
  await browser().$("#menu-open").click();
  await browser().$("#menu .aside a[href$='install.html']").click();
  await until(
    browser(),
    () => [location.href, document.querySelector("#menu").open],
    ([href, open]) => href === address("guide/install.html") && !open,
  );
});

test("the guide can be read from page to page, and back", async () => {
  const pages = readdirSync(join(inject("folder"), "guide")).filter((file) => file.endsWith(".html"));
  await browser().url(address("guide/install.html"));
  const seen = ["install.html"];
  const next = () => document.querySelector(".neighbours [rel=next]")?.getAttribute("href") ?? null;
  for (let href = await browser().execute(next); href !== null; href = await browser().execute(next)) {
    await browser().$(".neighbours [rel=next]").click();
    await until(
      browser(),
      () => location.href,
      (at) => at === address(`guide/${href}`),
    );
    seen.push(href.replace("./", ""));
  }
  expect(seen.toSorted()).toEqual(pages.toSorted());
  const back = () => document.querySelector(".neighbours [rel=prev]").getAttribute("href");
  expect(await browser().execute(back)).toBe(`./${seen.at(-2)}`);
});

test("the list of a reference page stays in view, and shows the page's members", async () => {
  await browser().url(address("api/classes/Region.html"));
  await browser().execute(() => document.querySelector("#invalidate").scrollIntoView());
  const top = () => document.querySelector(".aside").getBoundingClientRect().top;
  expect(await browser().execute(top)).toBeGreaterThanOrEqual(0);
  const members = await browser().execute(() => [...document.querySelectorAll(".aside [aria-current] + ul a")].map(({ textContent }) => textContent));
  expect(members.slice(0, 3)).toEqual(["getOrCreate()", "getOrCreateEntry()", "getOrCreateMulti()"]);
});

test("a signature has its types, which lead to their pages, the common overload first", async () => {
  await browser().url(address("api/classes/Region.html"));
  const [first, second] = await browser().execute(() => [...document.querySelectorAll("pre")].slice(0, 2).map(({ textContent }) => textContent));
  expect(first).toContain("options?: CreateOptions<NoInfer<T>>");
  expect(second).toContain("await region.getOrCreate(");
  await browser().$("pre a[href$='CreateOptions.html']").click();
  await until(
    browser(),
    () => location.href,
    (href) => href === address("api/interfaces/CreateOptions.html"),
  );
});

test("tabs are chosen by mouse and by keyboard", async () => {
  await browser().url(address("index.html"));
  const shown = () => [...document.querySelectorAll("[role=tabpanel]:not([hidden])")].map(({ id }) => id);
  expect(await browser().execute(shown)).toEqual(["code-browser"]);
  await browser().$("#code-workers-tab").click();
  expect(await browser().execute(shown)).toEqual(["code-workers"]);
  await browser().keys("ArrowRight");
  expect(await browser().execute(shown)).toEqual(["code-browser"]);
  await browser().keys("ArrowRight");
  expect(await browser().execute(shown)).toEqual(["code-node"]);
  expect(await browser().execute(() => [document.activeElement.id, document.activeElement.ariaSelected])).toEqual(["code-node-tab", "true"]);
  await browser().keys("Tab");
  expect(await browser().execute(() => document.activeElement.id)).toBe("code-node");
});

test.each(["missing.html", "guide/missing/deep/"])("%s: the answer is 404, with a page that says so, and works", async (path) => {
  const response = await fetch(address(path));
  expect(response.status).toBe(404);
  await browser().url(address(path));
  expect(await browser().$("h1").getText()).toBe("This page does not exist.");
  expect(await browser().$("#asked").getText()).toBe(`/${path}`);
  // Chromium reports the page's own status as an error.
  expect((await problems(browser())).filter((problem) => !problem.includes("404"))).toEqual([]);
  await browser().$("#search-instead").click();
  await browser().keys("migration".split(""));
  await until(browser(), () => document.querySelectorAll("#found a").length, Boolean);
  await browser().keys("Enter");
  await until(
    browser(),
    () => location.href,
    (href) => href.startsWith(address("guide/migration.html")),
  );
});
