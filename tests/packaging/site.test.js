// The site as it is built: every stampede costs one creation, and nobody else is asked for anything.
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "vite";
import { inChromium } from "./chromium.js";

const source = fileURLToPath(new URL("../../www", import.meta.url));

let folder;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "dogpile-site-")));
  await build({ root: source, logLevel: "error", mode: "production", build: { outDir: folder, emptyOutDir: true } });
});
afterAll(() => folder && rm(folder, { recursive: true, force: true }));

test("cold, stale, invalidated: a thousand callers, one creation, and nothing from elsewhere", async () => {
  await inChromium(folder, "index.html", async (browser) => {
    expect(await press(browser, "cold")).toEqual({ runs: "1", calling: "0", created: "1", waited: "999", stale: "0", fresh: "0" });
    expect(await press(browser, "stale")).toEqual({ runs: "1", calling: "0", created: "1", waited: "0", stale: "999", fresh: "0" });
    expect(await press(browser, "invalidated")).toEqual({ runs: "1", calling: "0", created: "1", waited: "999", stale: "0", fresh: "0" });
    expect(await browser.execute(dotsByPart)).toEqual({ created: 1, waited: 999 });
    expect(await browser.execute(foreignRequests)).toEqual([]);
    expect(await browser.getLogs("browser")).toEqual([]);
  });
});

test("the keyboard alone starts a stampede and keeps its place", async () => {
  await inChromium(folder, "index.html", async (browser) => {
    await browser.keys("Tab");
    await browser.keys("Enter");
    await ended(browser, "Cold");
    expect(await browser.execute(() => document.activeElement.dataset.situation)).toBe("cold");
  });
});

/** What the page counts once the stampede is over. */
async function press(browser, situation) {
  await browser.$(`[data-situation="${situation}"]`).click();
  await ended(browser, situation);
  return browser.execute(counts);
}

/** The status says at the end how often the creator ran; before, which stampede it is. */
async function ended(browser, situation) {
  const over = async () => {
    const text = await browser.$("#status").getText();
    return text.toLowerCase().startsWith(situation.toLowerCase()) && text.includes("The creator ran once.");
  };
  await browser.waitUntil(over, { timeout: 20_000 });
}

// These three run in the page.

function counts() {
  return Object.fromEntries([...document.querySelectorAll("[data-count]")].map(({ dataset, textContent }) => [dataset.count, textContent]));
}

function dotsByPart() {
  const parts = {};
  for (const { dataset } of document.querySelectorAll("#callers .dot")) parts[dataset.part] = (parts[dataset.part] ?? 0) + 1;
  return parts;
}

function foreignRequests() {
  return performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => new URL(name).origin !== location.origin);
}
