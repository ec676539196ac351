// A page of the folder, served on this machine alone and opened in headless Chromium.
import { preview } from "vite";
import { remote } from "webdriverio";
import { chromedriver, chromium } from "../../scripts/browsers.mjs";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What the page leaves in `globalThis.outcome`. */
export function visit(folder, page) {
  return inChromium(folder, page, (browser) => outcomeOf(browser, page));
}

/** What `work` makes of the opened page. */
export async function inChromium(folder, page, work) {
  const server = await serve(folder);
  try {
    const browser = await open();
    try {
      await browser.url(new URL(page, server.url).href);
      return await work(browser);
    } finally {
      await browser.deleteSession();
    }
  } finally {
    await server.close();
  }
}

async function serve(root) {
  const server = await preview({
    root,
    appType: "mpa",
    configFile: false,
    logLevel: "error",
    build: { outDir: "." },
    preview: { host: "127.0.0.1", port: 0 },
  });
  return { url: `http://127.0.0.1:${server.httpServer.address().port}/`, close: () => server.close() };
}

function open() {
  const [browser, driver] = [chromium(), chromedriver()];
  if (!browser || !driver) throw new Error("This test needs Chromium and chromedriver in the PATH.");
  return remote({
    logLevel: "error",
    capabilities: {
      browserName: "chrome",
      "goog:chromeOptions": { binary: browser, args: flags },
      "goog:loggingPrefs": { browser: "ALL" },
      "wdio:chromedriverOptions": { binary: driver },
      "wdio:enforceWebDriverClassic": true,
    },
  });
}

async function outcomeOf(browser, page) {
  const messages = [];
  const ended = async () => {
    messages.push(...(await browser.getLogs("browser")));
    return messages.some(({ level }) => level === "SEVERE") || browser.execute(() => globalThis.outcome !== undefined);
  };
  const inTime = await browser.waitUntil(ended, { timeout: 20_000 }).catch(() => false);
  const outcome = await browser.execute(() => globalThis.outcome);
  if (outcome) return outcome;
  const reason = inTime ? "failed" : "did not come to an end";
  throw new Error(`${page} ${reason} in Chromium:\n${messages.map(({ message }) => message).join("\n")}`);
}
