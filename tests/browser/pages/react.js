import "./page.js";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { useCachedState } from "dogpile/react";

/** A region over IndexedDB that hears of the other tabs. */
function openRegion(name, options) {
  const bus = new BroadcastBus(name);
  const stored = new IndexedDBBackend({ databaseName: name });
  const backend = new TieredBackend(new MemoryBackend(), stored, { bus });
  return createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(stored, { bus }), ...options });
}

/** Shows the value under a key, and notes in `seen` what was in the page. */
function show(region, key, creator, options) {
  const container = document.querySelector("#root");
  globalThis.seen = [];
  new MutationObserver(() => seen.push(container.textContent)).observe(container, { subtree: true, childList: true, characterData: true });
  function Value() {
    const { value, state, error } = useCachedState(region, key, creator, options);
    return createElement("p", null, `${state} ${value?.name ?? "nothing"}${error ? ` ${error.message}` : ""}`);
  }
  createRoot(container).render(createElement(Value));
}

const shown = () => document.querySelector("#root").textContent;
Object.assign(globalThis, { openRegion, show, shown });
