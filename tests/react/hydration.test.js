// Pages that a server has rendered, as the browser takes them over.
import { createElement as h, Suspense } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server.browser";
import { useCached, useCachedState } from "dogpile/react";
import { afterEach, expect, test, vi } from "vitest";
import { eventually, makeCreator, makeRegion } from "./page.js";

const ends = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

function hydrate(html, element) {
  const container = document.body.appendChild(Object.assign(document.createElement("div"), { innerHTML: html }));
  const errors = [];
  const root = hydrateRoot(container, element, { onRecoverableError: (error) => errors.push(error), onUncaughtError: (error) => errors.push(error) });
  ends.push(() => (root.unmount(), container.remove()));
  return { container, errors, text: () => container.textContent };
}

function State({ region, creator, options }) {
  const { value, state } = useCachedState(region, "k", creator, options);
  return h("p", null, `${state} ${String(value)}`);
}

function Value({ region, creator, options }) {
  return h("p", null, useCached(region, "k", creator, options));
}

test("a state with initial is what the server has rendered, and is asked for afterwards; the region is not given it", async () => {
  const options = { initial: "of the server" };
  const html = renderToString(h(State, { region: makeRegion(), creator: () => "not called", options }));
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = hydrate(html, h(State, { region, creator, options }));
  expect(page.text()).toBe("stale of the server");
  await eventually(() => creator.calls.length === 1);
  expect(await region.get("k")).toBe(undefined);
  creator.last().resolve("new");
  await eventually(() => page.text() === "fresh new");
  expect(page.errors).toEqual([]);
});

test("a state without initial is pending first, even if the value is there", async () => {
  const html = renderToString(h(State, { region: makeRegion(), creator: () => "not called" }));
  const region = makeRegion();
  const first = hydrate(renderToString(h(State, { region, creator: () => "there" })), h(State, { region, creator: () => "there" }));
  await eventually(() => first.text() === "fresh there");
  const page = hydrate(html, h(State, { region, creator: () => "not called" }));
  await eventually(() => page.text() === "fresh there");
  expect(page.errors).toEqual([]);
});

test("useCached with initial hydrates without a fallback", async () => {
  const options = { initial: "of the server" };
  const tree = (region, creator) => h(Suspense, { fallback: "waiting" }, h(Value, { region, creator, options }));
  const html = renderToString(tree(makeRegion(), () => "not called"));
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = hydrate(html, tree(region, creator));
  expect(page.text()).toBe("of the server");
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("new");
  await eventually(() => page.text() === "new");
  expect(page.errors).toEqual([]);
});

test("useCached without initial keeps the server's page until the value is there", async () => {
  const [region, creator] = [makeRegion(), vi.fn(makeCreator())];
  const html = "<!--$--><p>the value</p><!--/$-->";
  const tree = h(Suspense, { fallback: "waiting" }, h(Value, { region, creator: () => new Promise((resolve) => creator.mockImplementation(resolve)) }));
  const page = hydrate(html, tree);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  expect(page.text()).toBe("the value");
  creator("the value");
  await eventually(async () => (await region.get("k")) === "the value");
  expect(page.text()).toBe("the value");
  expect(page.errors).toEqual([]);
});
