// The search: "/" or Ctrl and K opens it, the arrows go through what is found.
import { find } from "./find.js";

const [dialog, opener, input, list, status] = ["#search", "#search-open", "#query", "#found", "#search-status"].map((selector) =>
  document.querySelector(selector),
);
const MOST = 12; // results that are shown
const { root } = document.documentElement.dataset;
let asked = 0;

opener.addEventListener("click", open);
document.querySelector("#search-close").addEventListener("click", () => dialog.close());
input.addEventListener("input", search);
dialog.addEventListener("click", ({ target }) => {
  // Outside of it, on what it covers; and a result that leads to another place of this page.
  if (target === dialog || target.closest("a")) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  // The first Escape would only empty the input.
  if (event.key === "Escape") dialog.close();
  if (event.key === "Enter" && event.target === input) links()[0]?.click();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  move(step);
});
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !isShortcut(event)) return;
  event.preventDefault();
  open();
});

function isShortcut(event) {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (key.toLowerCase() === "k") return (ctrlKey || metaKey) && !altKey;
  return key === "/" && !altKey && !ctrlKey && !metaKey && !isText(event.composedPath()[0]);
}

/** Whoever writes there means the character. */
function isText(element) {
  return element.isContentEditable || element.matches?.("input:not([type=radio], [type=range]), textarea, select");
}

function open() {
  if (!dialog.open) dialog.showModal();
  input.select();
}

async function search() {
  const mine = ++asked;
  const query = input.value.trim();
  try {
    const results = query === "" ? [] : await find(query);
    if (mine !== asked) return;
    list.replaceChildren(...results.slice(0, MOST).map(item));
    status.textContent = query === "" ? "" : summary(results.length);
  } catch (error) {
    status.textContent = `The search failed: ${error.message}`;
  }
}

function summary(count) {
  if (count === 0) return "Nothing found.";
  if (count > MOST) return `The first ${MOST} of ${count} results`;
  return count === 1 ? "1 result" : `${count} results`;
}

function item({ heading, page, section, href, excerpt }) {
  const link = element("a", "", heading);
  link.href = root + href;
  link.append(element("small", "place", heading === page ? section : `${section} › ${page}`), element("small", "excerpt", excerpt));
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

function element(name, className, textContent) {
  return Object.assign(document.createElement(name), { className, textContent });
}

function links() {
  return [...list.querySelectorAll("a")];
}

/** Above the first link is the input. */
function move(step) {
  const stops = [input, ...links()];
  const next = stops.indexOf(document.activeElement) + step;
  stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
}
