// Components in the page, as React renders them, and what they do to a region.
import { Component, createElement as h, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { createRegion, MemoryBackend } from "dogpile";
import { afterEach, vi } from "vitest";

const ends = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

/** Renders into the page; `text()` is what is read there. */
export function render(element, { isStrict = false } = {}) {
  const container = document.body.appendChild(document.createElement("div"));
  const errors = [];
  const note = (error) => errors.push(error);
  const root = createRoot(container, { onCaughtError: note, onRecoverableError: note, onUncaughtError: note });
  let isMounted = true;
  const unmount = () => {
    if (isMounted) root.unmount();
    isMounted = false;
  };
  ends.push(() => {
    unmount();
    container.remove();
  });
  const rerender = (next) => root.render(isStrict ? h(StrictMode, null, next) : next);
  rerender(element);
  return { container, errors, rerender, unmount, text: () => container.textContent };
}

export const shows = (page, text) =>
  vi.waitFor(() => page.text() === text || Promise.reject(new Error(`shows ${page.text()}`)), { timeout: 5000, interval: 5 });

export const eventually = (condition) => vi.waitFor(() => condition() || Promise.reject(new Error(`not yet: ${condition}`)), { timeout: 5000, interval: 5 });

/** What was in the page at any time since then. */
export function history({ container, text }) {
  const seen = [text()];
  const observer = new MutationObserver(() => {
    if (text() !== seen.at(-1)) seen.push(text());
  });
  observer.observe(container, { subtree: true, childList: true, characterData: true, attributes: true });
  ends.push(() => observer.disconnect());
  return seen;
}

/** A region, and a creator that counts and waits for `release` where it is told to. */
export function makeRegion(options) {
  return createRegion({ backend: new MemoryBackend(), observer: { onError() {} }, ...options });
}

/** A creator whose calls are settled by the test. */
export function makeCreator() {
  const calls = [];
  const creator = () => new Promise((resolve, reject) => calls.push({ resolve, reject }));
  return Object.assign(creator, { calls, last: () => calls.at(-1) });
}

export const waiting = (child) => h(Suspense, { fallback: "waiting" }, child);

/** With a button of its own to try again. */
export class Boundary extends Component {
  state = { error: undefined };

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    const { error } = this.state;
    return error === undefined
      ? this.props.children
      : h("button", { type: "button", onClick: () => this.setState({ error: undefined }) }, `failed: ${error.message}`);
  }
}

/** One change of the value of a property, for a test. */
export function replace(target, name, value) {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, ...value });
  ends.push(() => (before === undefined ? delete target[name] : Object.defineProperty(target, name, before)));
}
