import { dogpileError } from "dogpile";
import { button, make } from "./devtools/dom.js";
import { Panel } from "./devtools/panel.js";
import { namedRegions } from "./devtools/regions.js";
import { styleSheet } from "./devtools/style.js";
import { Watch } from "./devtools/watch.js";
import { isObject } from "./objects.js";
import { refused } from "./refused.js";

export { inspect } from "./devtools/inspect.js";

const OPTIONS = ["element", "theme", "isOpen"];
const THEMES = ["auto", "light", "dark"];

/** @type {{ unmount(): void } | undefined} The panel at the window's edge: a page has one. */
let mounted;

export function mountDevtools(regions, options) {
  const { element, theme = "auto", isOpen = false } = checked(options ?? {});
  const named = namedRegions(regions);
  if (element === undefined) mounted?.unmount();
  const watches = watchesOf(named);
  const tools = element === undefined ? inWindow(watches, isOpen) : inElement(watches, element);
  if (theme !== "auto") tools.host.dataset.theme = theme;
  const unmount = () => {
    tools.stop();
    tools.host.remove();
    for (const watch of watches.values()) watch.stop();
    if (mounted === handle) mounted = undefined;
  };
  const handle = { refresh: tools.refresh, unmount };
  if (element === undefined) mounted = handle;
  return handle;
}

/** By name; one that is given twice gets a number. */
function watchesOf(named) {
  const watches = new Map();
  for (const { name, region } of named) {
    let free = name;
    for (let number = 2; watches.has(free); number++) free = `${name} (${number})`;
    watches.set(free, new Watch(region));
  }
  return watches;
}

function checked(options) {
  if (globalThis.document === undefined)
    throw dogpileError("VALIDATION", "mountDevtools needs a document; where there is none, inspect(region) prints a table");
  if (!isObject(options)) throw refused("options", "an object", options);
  for (const name of Object.keys(options))
    if (!OPTIONS.includes(name)) throw dogpileError("VALIDATION", `There is no option ${name} here, but: ${OPTIONS.join(", ")}`);
  const { element, theme, isOpen } = options;
  if (element !== undefined && !(element instanceof Element)) throw refused("element", "an element of the document", element);
  if (theme !== undefined && !THEMES.includes(theme)) throw refused("theme", '"auto", "light" or "dark"', theme);
  if (isOpen !== undefined && typeof isOpen !== "boolean") throw refused("isOpen", "true or false", isOpen);
  if (element === undefined && !document.body) throw dogpileError("VALIDATION", "mountDevtools needs a document with a body: call it when the page has one");
  return options;
}

function makeHost(place) {
  const host = make("div");
  host.dataset.place = place;
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [styleSheet()];
  return { host, shadow };
}

/** In an element of the page, always open. */
function inElement(watches, element) {
  const { host, shadow } = makeHost("element");
  const panel = new Panel(watches, []);
  shadow.append(panel.element);
  element.append(host);
  panel.start();
  return { host, refresh: () => panel.look(), stop: () => panel.stop() };
}

/** At the window's lower edge, opened and closed by a button. */
function inWindow(watches, isOpen) {
  const { host, shadow } = makeHost("window");
  const panel = new Panel(watches, [button("Close", () => toggle(false), { "aria-keyshortcuts": "Escape" })]);
  const open = button("dogpile", () => toggle(true), { className: "open", "aria-label": "Open the dogpile devtools" });
  const toggle = (isOpened) => {
    panel.element.hidden = !isOpened;
    open.hidden = isOpened;
    if (isOpened) panel.start();
    else panel.stop();
    (isOpened ? panel : open).focus();
  };
  panel.element.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && toggle(false));
  shadow.append(open, panel.element);
  open.hidden = isOpen;
  panel.element.hidden = !isOpen;
  document.body.append(host);
  if (isOpen) panel.start();
  return { host, refresh: () => panel.look(), stop: () => panel.stop() };
}
