// A session in one of the three engines, driven by WebDriver.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { remote } from "webdriverio";
import { chromedriver, chromium, firefox, geckodriver, webkit, webkitDriver, xvfb } from "../../scripts/browsers.mjs";

const common = { "wdio:enforceWebDriverClassic": true };

const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const engines = {
  chromium: ({ blocksStorage, profile }) =>
    withoutDisplay("Chromium", [chromium(), chromedriver()], {
      browserName: "chrome",
      "goog:chromeOptions": {
        binary: chromium(),
        args: [...chromiumFlags, ...(profile === undefined ? [] : [`--user-data-dir=${profile}`])],
        prefs: blocksStorage ? { "profile.default_content_setting_values.cookies": 2 } : {},
      },
      "wdio:chromedriverOptions": { binary: chromedriver() },
    }),
  firefox: ({ blocksStorage, hasFineClock }) =>
    withoutDisplay("Firefox", [firefox(), geckodriver()], {
      browserName: "firefox",
      "moz:firefoxOptions": {
        binary: firefox(),
        args: ["-headless"],
        prefs: {
          ...(blocksStorage && { "network.cookie.cookieBehavior": 2 }),
          ...(hasFineClock && { "privacy.reduceTimerPrecision": false }),
        },
      },
      "wdio:geckodriverOptions": { binary: geckodriver() },
    }),
  webkit: openWebKit,
};

/** `{ browser, close }`. Names that are not of this machine lead to the server whose port is given as `proxy`. */
export function openEngine(name, { proxy, ...options }) {
  Object.assign(common, proxy && { proxy: { proxyType: "manual", httpProxy: `127.0.0.1:${proxy}` } });
  return engines[name](options);
}

async function withoutDisplay(name, programs, capabilities) {
  if (programs.includes(undefined)) throw new Error(`These tests need ${name} and its driver in the PATH: npm run setup installs them.`);
  const browser = await remote({ logLevel: "error", capabilities: { ...common, ...capabilities } });
  return { browser, close: () => browser.deleteSession() };
}

async function openWebKit() {
  if ([webkit(), webkitDriver(), xvfb()].includes(undefined)) {
    throw new Error("These tests need WebKitGTK's MiniBrowser, WebKitWebDriver and Xvfb: npm run setup installs them.");
  }
  const display = spawn(xvfb(), ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const number = await firstLine(display, display.stdio[3]);
  const port = await freePort();
  const driver = spawn(webkitDriver(), [`--port=${port}`], { env: { ...process.env, DISPLAY: `:${number}` }, stdio: "ignore" });
  await accepts(driver, port);
  const browser = await remote({
    logLevel: "error",
    hostname: "127.0.0.1",
    port,
    capabilities: { ...common, browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: webkit(), args: ["--automation"] } },
  });
  const close = async () => {
    try {
      await browser.deleteSession();
    } finally {
      await Promise.all([driver, display].map(ended));
    }
  };
  return { browser, close };
}

function firstLine(child, stream) {
  return new Promise((resolve, reject) => {
    stream.once("data", (data) => resolve(String(data).trim()));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${child.spawnfile} ended with ${code}`)));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function accepts(driver, port) {
  while (driver.exitCode === null) {
    const status = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
    if (status?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${driver.spawnfile} ended with ${driver.exitCode}`);
}

function ended(child) {
  return new Promise((resolve) => {
    child.once("exit", resolve);
    if (child.exitCode === null && child.signalCode === null) child.kill();
    else resolve();
  });
}
