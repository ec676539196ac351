// The example in Yew, as its own command has built it: two components, one computation, and a value that is kept over reloads.
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleYew } from "../../../scripts/examples.mjs";
import { openEngine } from "../engine.js";
import { serve } from "../server.js";

let server, opened, browser;
beforeAll(async () => {
  server = await serve(`${await exampleYew()}/`, ["dogpile-example-yew.js"]);
  opened = await openEngine("chromium", {});
  browser = opened.browser;
}, 900_000);
afterAll(async () => {
  await opened?.close();
  await server?.close();
});

/** What both components show, once they show something, and how many milliseconds after the page began to load. */
async function shown() {
  const times = () => browser.execute(() => [...document.querySelectorAll(".report time")].map((time) => time.textContent));
  await browser.waitUntil(async () => (await times()).length === 2, { timeout: 20_000, interval: 10 });
  return { times: await times(), after: await browser.execute(() => performance.now()) };
}

test("two components share one computation, which a reload does not repeat", async () => {
  await browser.url(`http://localhost:${server.port}/index.html`);
  const first = await shown();
  expect(first.times[1]).toBe(first.times[0]);
  expect(first.after).toBeGreaterThan(1_000);
  await browser.refresh();
  expect((await shown()).times).toEqual(first.times);
});
