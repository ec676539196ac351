// The stampede of the landing page: with dogpile it costs one load, without it one for each caller.
import { beforeEach, expect, test } from "vitest";
import { problems, until } from "./browser.js";
import { page } from "./page.js";

const browser = page("index.html");

/** The page begins a run of its own. */
beforeEach(() => over(browser()));

test.each([
  ["cold", { created: 1, waited: 999, stale: 0, fresh: 0 }],
  ["stale", { created: 1, waited: 0, stale: 999, fresh: 0 }],
  ["invalidated", { created: 1, waited: 999, stale: 0, fresh: 0 }],
])("%s: a thousand callers at once cost one load", async (situation, counts) => {
  const [withDogpile, without] = await send(browser(), { situation, callers: 1000, within: 0, takes: 300 });
  expect(withDogpile).toMatchObject({ calls: 1, ...counts });
  expect(without).toMatchObject({ calls: 1000, created: 1000, waited: 0, stale: 0, fresh: 0 });
  expect(withDogpile.slowest).toBeGreaterThan(290);
  expect(without.slowest).toBeGreaterThan(750);
  expect(await problems(browser())).toEqual([]);
});

test("five thousand callers one after another: each is answered once, with one load", async () => {
  const [withDogpile, without] = await send(browser(), { situation: "stale", callers: 5000, within: 500, takes: 300 });
  expect(withDogpile).toMatchObject({ calls: 1, created: 1, waited: 0 });
  expect(withDogpile.stale).toBeGreaterThan(0);
  expect(withDogpile.stale + withDogpile.fresh).toBe(4999);
  expect(without.calls).toBe(without.created);
  expect(without.created + without.fresh).toBe(5000);
  expect(without.calls).toBeGreaterThan(1);
  expect(await problems(browser())).toEqual([]);
});

test("nobody comes: nothing is called, and the page is ready for the next", async () => {
  const [withDogpile] = await send(browser(), { situation: "cold", callers: 0, within: 0, takes: 100 });
  expect(withDogpile).toMatchObject({ calls: 0, created: 0 });
  const [next] = await send(browser(), { situation: "cold", callers: 100, within: 0, takes: 100 });
  expect(next).toMatchObject({ calls: 1, created: 1, waited: 99 });
});

test("the lanes show who creates and who waits, in the colours of the table", async () => {
  await send(browser(), { situation: "cold", callers: 100, within: 0, takes: 300 });
  const shares = await browser().execute(sharesOfColors);
  expect(shares["#with-dogpile"].waited).toBeGreaterThan(0.2);
  expect(shares["#with-dogpile"].created).toBeGreaterThan(0.001);
  expect(shares["#with-dogpile"].created).toBeLessThan(0.1);
  expect(shares["#without"].created).toBeGreaterThan(0.2);
  expect(shares["#without"].waited).toBe(0);
});

test("the keyboard alone sets a slider, chooses a situation and sends the callers", async () => {
  await browser().execute(() => {
    document.querySelector("#status").textContent = "";
    document.querySelector("[name=situation]:checked").focus();
  });
  await browser().keys("ArrowRight");
  await browser().keys("Tab");
  await browser().keys("ArrowRight");
  await browser().keys(["Tab"]);
  await browser().keys(["Tab"]);
  await browser().keys(["Tab"]);
  await browser().keys("Enter");
  const text = await until(
    browser(),
    () => document.querySelector("#status").textContent,
    (found) => found.includes("With dogpile"),
  );
  expect(text).toMatch(/^Stale: .* With dogpile 1 load, /);
  expect(await browser().execute(() => [document.activeElement.type, document.querySelector("output").textContent])).toEqual(["submit", "1,100"]);
});

/** Sets the controls, sends the callers, and reads both columns of the table. */
async function send(page, { situation, ...sliders }) {
  await page.execute(setControls, situation, sliders);
  await page.$("#controls button").click();
  await over(page);
  return page.execute(readColumns);
}

function over(page) {
  return until(
    page,
    () => [document.querySelector("#status").textContent, document.querySelector("#controls button").ariaDisabled],
    ([status, isBusy]) => status.includes("With dogpile") && isBusy === "false",
  );
}

// These run in the page.

function setControls(situation, sliders) {
  document.querySelector("#status").textContent = "";
  document.querySelector(`[value=${situation}]`).click();
  for (const [name, value] of Object.entries(sliders)) {
    const slider = document.querySelector(`[name=${name}]`);
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
  }
}

function readColumns() {
  const rows = [...document.querySelectorAll("#counts tr:has([data-count])")];
  const valueOf = ({ dataset, textContent }) => [dataset.count, Number(textContent.replaceAll(",", ""))];
  return [1, 2].map((column) => Object.fromEntries(rows.map(({ cells }) => valueOf(cells[column]))));
}

/** How much of each canvas is red, for who creates, and how much blue, for who waits. */
function sharesOfColors() {
  return Object.fromEntries(
    ["#with-dogpile", "#without"].map((id) => {
      const canvas = document.querySelector(`${id} canvas`);
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const share = (test) => {
        let count = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 100 && test(data[at], data[at + 1], data[at + 2])) count += 1;
        return count / (data.length / 4);
      };
      return [id, { created: share((r, g, b) => r > 180 && b < 110), waited: share((r, g, b) => b > 150 && r < 140) }];
    }),
  );
}
