// Panels in the page, and what a user reads and presses in them.
import { createRegion, MemoryBackend } from "dogpile";
import { mountDevtools } from "dogpile/devtools";
import { afterEach } from "vitest";

export { deferred, until } from "../behaviour/helpers/promises.js";

const ends = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

export function makeRegion(options) {
  return createRegion({ backend: new MemoryBackend(), observer: { onError() {} }, ...options });
}

/** A panel in an element, or at the window's edge, and its shadow root. */
export function mount(regions, options = { element: container() }) {
  const tools = mountDevtools(regions, options);
  ends.push(tools.unmount);
  return view(tools, options.element?.lastElementChild ?? document.body.lastElementChild);
}

export function container() {
  const element = document.body.appendChild(document.createElement("div"));
  ends.push(() => element.remove());
  return element;
}

function view(tools, host) {
  const root = host.shadowRoot;
  const text = (selector) => root.querySelector(selector).textContent;
  const rows = () => [...root.querySelectorAll("tbody tr")].map(({ cells }) => [...cells].map(({ textContent }) => textContent));
  const button = (name) => [...root.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  return { ...tools, host, root, text, rows, keys: () => rows().map(([key]) => key), button, press: (name) => button(name).click() };
}

/** A key press where the focus is. */
export function type(root, key) {
  const target = root.activeElement ?? root.host;
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
}
