import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { webdriverio } from "@vitest/browser-webdriverio";
import { defineConfig } from "vitest/config";
import { ForksPoolWorker } from "vitest/node";
import { chromedriver, chromium, firefox, geckodriver } from "../scripts/browsers.mjs";
import { which } from "../scripts/run.mjs";

const behaviour = "behaviour/**/*.test.js";
const kvBackends = fileURLToPath(new URL("workerd/kv-backends.js", import.meta.url));

const react = { include: "react/*.test.js", libraries: ["react", "react-dom", "react-dom/client", "react-dom/server.browser"] };
const devtools = { include: "devtools/*.test.js", libraries: ["axe-core"] };

const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-quic", "--disable-sync", "--no-first-run"];

const chromiumCapabilities = {
  // Chromium's sandbox refuses to run as root, as containers do, and their /dev/shm is small.
  "goog:chromeOptions": { binary: chromium(), args: [...quiet, "--disable-dev-shm-usage", "--disable-gpu", "--headless", "--no-sandbox"] },
  "wdio:chromedriverOptions": { binary: chromedriver() },
};

const firefoxCapabilities = {
  "moz:firefoxOptions": { binary: firefox(), args: ["-headless"] },
  "wdio:geckodriverOptions": { binary: geckodriver() },
};

/** The package supports an older Node than vitest, whose reporters need 22; its workers do not. */
class SystemNodeWorker extends ForksPoolWorker {
  name = "system-node";

  /** fork() takes the executable from here, before `start` first waits for anything. */
  start() {
    const { execPath } = process;
    process.execPath = which("node");
    const started = super.start();
    process.execPath = execPath;
    return started;
  }
}

const systemNode = { name: "system-node", createPoolWorker: (options) => new SystemNodeWorker(options) };

/** Over KV the conformance's thousands of steps take minutes, and the others have time limits that a busy machine's KV exceeds. */
const notOverKV = ["conformance", "many-waits", "misuse", "reentrancy", "takeover", "timeout"].map((name) => `${name}.test.js`);

export default defineConfig({
  test: {
    projects: [
      node("behaviour-node", behaviour),
      node("behaviour-system-node", behaviour, { pool: systemNode }),
      browser("behaviour-chromium", "chrome", chromiumCapabilities),
      browser("behaviour-firefox", "firefox", firefoxCapabilities),
      node("react-node", "react/node/*.test.js"),
      browser("react-chromium", "chrome", chromiumCapabilities, react),
      browser("react-firefox", "firefox", firefoxCapabilities, react),
      node("behaviour-kv", undefined, { include: testsOfEveryBackend(), alias: { "#backends": kvBackends } }),
      browser("devtools-chromium", "chrome", chromiumCapabilities, devtools),
      browser("devtools-firefox", "firefox", firefoxCapabilities, devtools),
      node("redis", "redis/*.test.js", { testTimeout: 60_000, hookTimeout: 600_000, maxWorkers: 2 }),
      node("workerd", "workerd/*.test.js", { testTimeout: 60_000, hookTimeout: 600_000 }),
      ...["chromium", "firefox", "webkit"].map((engine) => driving(engine)),
      site("site-chromium", "chromium"),
      site("site-firefox", "firefox"),
      node("packaging", "packaging/**/*.test.js", { testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false }),
    ],
  },
});

/** The files with tests for every backend. */
function testsOfEveryBackend() {
  const folder = new URL("behaviour/", import.meta.url);
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".test.js") && !notOverKV.includes(basename(file)));
  return files.filter((file) => readFileSync(new URL(file, folder), "utf8").includes("(backends)(")).map((file) => `behaviour/${file}`);
}

/** Vite has nothing to do with what Node imports: the package is loaded as an application would load it, in one file that is made anew. */
function node(name, include, options) {
  return { test: { name, include: [include], globalSetup: ["bundle.js"], server: { deps: { external: [/\/pkg\//] } }, ...options } };
}

/** The tests drive the browser from outside, as a visitor would. */
function site(name, browserName) {
  const test = { name, include: ["site/**/*.test.js"], globalSetup: ["site/setup.js"], maxWorkers: 2 };
  return { test: { ...test, testTimeout: 120_000, hookTimeout: 120_000, provide: { browserName } } };
}

function browser(name, browserName, capabilities, { include = behaviour, libraries = [] } = {}) {
  const provider = webdriverio({ capabilities: { browserName, ...capabilities }, logLevel: "error" });
  // A dependency that Vite bundles when a test first imports it makes it reload the page in mid-test, where its own cache is empty.
  const optimizeDeps = { include: ["expect-type", ...libraries], noDiscovery: true };
  const instances = [{ browser: browserName, name }];
  return { optimizeDeps, test: { include: [include], browser: { enabled: true, headless: true, screenshotFailures: false, provider, instances } } };
}

/** Tests that drive a browser from outside: several tabs, workers, what happens to them. One file at a time, since each has a browser of its own. */
function driving(engine) {
  const include = ["browser/*.test.js", `browser/${engine}/*.test.js`];
  return { test: { name: `browser-${engine}`, include, provide: { engine }, testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false } };
}
