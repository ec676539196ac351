// A headless browser on the built site, and what its pages complained of.
import { remote } from "webdriverio";
import { chromedriver, chromium, firefox, geckodriver } from "../../scripts/browsers.mjs";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** `isStill`: the visitor prefers reduced motion. */
const capabilities = {
  chromium: (isStill) => ({
    browserName: "chrome",
    "goog:chromeOptions": { binary: chromium(), args: isStill ? [...flags, "--force-prefers-reduced-motion"] : flags },
    "wdio:chromedriverOptions": { binary: chromedriver() },
  }),
  firefox: (isStill) => ({
    browserName: "firefox",
    "moz:firefoxOptions": { binary: firefox(), args: ["-headless"], prefs: { "ui.prefersReducedMotion": Number(isStill) } },
    "wdio:geckodriverOptions": { binary: geckodriver() },
  }),
};

/** Ready for pages; whoever opens it ends it with `deleteSession`. */
export async function open(name, { isStill = false } = {}) {
  const browser = await remote({ logLevel: "error", capabilities: { ...capabilities[name](isStill), webSocketUrl: true } });
  // In every window, those that are opened later included.
  await browser.scriptAddPreloadScript({ functionDeclaration: collectProblems.toString() });
  return browser;
}

/** Errors, warnings, violations of the policy, failed requests and requests to elsewhere, since the page was opened. */
export function problems(browser) {
  return browser.execute(() => {
    const requests = performance.getEntriesByType("resource").filter(({ name }) => !name.startsWith("data:"));
    const foreign = requests.filter(({ name }) => new URL(name).origin !== location.origin).map(({ name }) => `foreign: ${name}`);
    const failed = requests.filter(({ responseStatus }) => responseStatus >= 400).map(({ name }) => `failed: ${name}`);
    return [...globalThis.problems, ...foreign, ...failed];
  });
}

/** Waits until what `read` finds in the page passes `test`, and gives it back. */
export async function until(browser, read, test, ...args) {
  let found;
  const passed = async () => test((found = await browser.execute(read, ...args)));
  await browser.waitUntil(passed, { timeout: 20_000, interval: 50 }).catch(() => {
    throw new Error(`The page still shows ${JSON.stringify(found)}`);
  });
  return found;
}

// It runs in the page, before anything else.
function collectProblems() {
  globalThis.problems = [];
  const note = (problem) => globalThis.problems.push(String(problem));
  for (const level of ["error", "warn"]) {
    const original = console[level];
    console[level] = (...parts) => {
      note(parts.join(" "));
      original.apply(console, parts);
    };
  }
  addEventListener("error", ({ message }) => note(message));
  addEventListener("unhandledrejection", ({ reason }) => note(reason));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => note(`${violatedDirective}: ${blockedURI}`));
}
