// Renders 2,000 components again and again, of each kind in turn. A figure is the tenth percentile, in microseconds a component.
import { createElement, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { createRegion, MemoryBackend } from "dogpile";
import { useCached, useCachedState } from "dogpile/react";

const COMPONENTS = 2_000;
const ROUNDS = 100;
const region = createRegion({ backend: new MemoryBackend() });
const creator = () => "value";
const store = { subscribe: () => () => {}, read: () => "value" };
const options = { expirationTime: "1m", refetchOnFocus: true };

const hooks = {
  "useSyncExternalStore alone": () => useSyncExternalStore(store.subscribe, store.read, store.read),
  useCached: () => useCached(region, "k", creator),
  useCachedState: () => useCachedState(region, "k", creator).value,
  "useCached with options": () => useCached(region, "k", creator, options),
};

const renders = Object.values(hooks).map((useValue) => {
  const Component = () => createElement("i", null, useValue());
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  return () => flushSync(() => root.render(createElement("p", null, ...Array.from({ length: COMPONENTS }, () => createElement(Component)))));
});
for (const render of renders) render();
await region.getOrCreate("k", creator);
await new Promise((resolve) => setTimeout(resolve, 100)); // the cells have heard of it

const times = renders.map(() => []);
for (let round = 0; round < ROUNDS; round++) {
  renders.forEach((render, index) => {
    const start = performance.now();
    render();
    times[index].push(((performance.now() - start) / COMPONENTS) * 1_000);
  });
}
const figures = times.map((each) => each.sort((a, b) => a - b)[ROUNDS / 10].toFixed(2));
globalThis.outcome = Object.fromEntries(Object.keys(hooks).map((name, index) => [name, figures[index]]));
