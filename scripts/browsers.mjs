// The browsers and their drivers: found where the system has them, installed where the system lets us.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { installByApt } from "./apt.mjs";
import { isExecutable, which } from "./run.mjs";
import { toolBin } from "./tools.mjs";

export function chromium() {
  return which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome") ?? application("Google Chrome") ?? application("Chromium");
}

export function chromedriver() {
  return process.env.CHROMEDRIVER ?? which("chromedriver");
}

export function firefox() {
  return which("firefox-esr", "firefox") ?? application("Firefox", "firefox");
}

export function geckodriver() {
  return process.env.GECKODRIVER ?? which("geckodriver") ?? existing(join(toolBin("geckodriver"), "geckodriver"));
}

/** WebKitGTK's: Safari's engine, where there is no Safari. */
export function webkit() {
  const places = ["/usr/lib", "/usr/lib64", "/usr/libexec"].flatMap((folder) => [folder, ...foldersIn(folder)]);
  const folders = places.flatMap(foldersIn).filter((folder) => /\/webkit\w*gtk-[^/]*$/.test(folder));
  return which("MiniBrowser") ?? folders.map((folder) => join(folder, "MiniBrowser")).find(isExecutable);
}

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

export function webkitDriver() {
  return process.env.WEBKITDRIVER ?? which("WebKitWebDriver");
}

/** WebKitGTK has no headless mode: it needs a display, which nobody has to see. */
export function xvfb() {
  return which("Xvfb");
}

export async function installBrowsers() {
  if (missing().length === 0) return;
  await installByApt(missing());
  if (missing().length === 0) return;
  throw new Error(`The tests run in headless browsers. Please install ${missing().join(", ")} and put them into the PATH.`);
}

/** By Debian's names. */
function missing() {
  const wanted = {
    chromium: chromium(),
    "chromium-driver": chromedriver(),
    "firefox-esr": firefox(),
    "webkit2gtk-driver": webkitDriver() && webkit(),
    xvfb: xvfb() && which("xvfb-run"),
    xauth: which("xauth"), // xvfb-run's
    dbus: which("dbus-daemon"),
  };
  return Object.keys(wanted).filter((name) => !wanted[name]);
}

function application(name, program = name) {
  return existing(`/Applications/${name}.app/Contents/MacOS/${program}`);
}

function existing(path) {
  return isExecutable(path) ? path : undefined;
}
