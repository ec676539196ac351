// useCachedState: the same value without Suspense, with its state.
import { createElement as h, useState } from "react";
import { useCached, useCachedState } from "dogpile/react";
import { expect, test, vi } from "vitest";
import { eventually, makeCreator, makeRegion, render, replace, shows, waiting } from "./page.js";

function State({ region, id = "k", creator, options, seen = [] }) {
  const shown = useCachedState(region, id, creator, options);
  if (seen.at(-1) !== shown) seen.push(shown);
  return h("p", null, `${shown.state} ${String(shown.value)} ${shown.error?.message ?? ""}`.trim());
}

test("it is pending, fresh, stale and fresh again; refresh is one function", async () => {
  const [region, creator, seen] = [makeRegion(), makeCreator(), []];
  const page = render(h(State, { region, creator, seen }));
  await shows(page, "pending undefined");
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("one");
  await shows(page, "fresh one");
  await region.invalidate();
  await shows(page, "stale one");
  creator.last().resolve("two");
  await shows(page, "fresh two");
  expect(new Set(seen.map(({ refresh }) => refresh)).size).toBe(1);
  expect(seen.map(({ state }) => state)).toEqual(["pending", "fresh", "stale", "fresh"]);
});

test("a set renders once", async () => {
  const [region, seen] = [makeRegion(), []];
  const page = render(h(State, { region, creator: () => "one", seen }));
  await shows(page, "fresh one");
  const before = seen.length;
  await region.set("k", "set");
  await shows(page, "fresh set");
  expect(seen.length).toBe(before + 1);
});

test("a first rejection is failed, until somebody asks again: refresh, or a component that comes later", async () => {
  const [region, creator, seen] = [makeRegion(), makeCreator(), []];
  const page = render(h(State, { region, creator, seen }), { isStrict: true });
  await eventually(() => creator.calls.length === 1);
  creator.last().reject(new Error("no"));
  await shows(page, "failed undefined no");
  const { now } = performance;
  replace(performance, "now", { value: () => now.call(performance) + 60_000 });
  page.rerender(h(State, { region, creator, seen, options: {} }));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  expect(creator.calls.length).toBe(1);
  seen.at(-1).refresh();
  await shows(page, "pending undefined no");
  creator.last().reject(new Error("again"));
  await shows(page, "failed undefined again");
  page.unmount();
  replace(performance, "now", { value: () => now.call(performance) + 120_000 });
  const later = render(h(State, { region, creator }));
  await eventually(() => creator.calls.length === 3);
  creator.last().resolve("there");
  await shows(later, "fresh there");
});

test("a later rejection keeps the value beside the error; the next value ends it", async () => {
  const [region, creator, seen] = [makeRegion(), makeCreator(), []];
  const page = render(h(State, { region, creator, seen }));
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("one");
  await shows(page, "fresh one");
  const refreshed = seen.at(-1).refresh("arguments do not matter");
  await eventually(() => creator.calls.length === 2);
  creator.last().reject(new Error("no"));
  await expect(refreshed).rejects.toThrow("no");
  await shows(page, "stale one no");
  const again = seen.at(-1).refresh();
  await eventually(() => creator.calls.length === 3);
  creator.last().resolve("three");
  expect(await again).toBe("three");
  await shows(page, "fresh three");
});

test("a failed refresh that nobody looks at is no unhandled rejection", async () => {
  const unhandled = [];
  const note = (event) => unhandled.push(event.reason);
  addEventListener("unhandledrejection", note);
  const [region, seen] = [makeRegion(), []];
  const creator = async () => {
    throw new Error("no");
  };
  const page = render(h(State, { region, creator, seen }));
  await shows(page, "failed undefined no");
  seen.at(-1).refresh();
  await eventually(() => region.stats.creationErrors === 2);
  await new Promise((resolve) => setTimeout(resolve));
  removeEventListener("unhandledrejection", note);
  expect(unhandled).toEqual([]);
});

test("a load in the background that fails is told beside the stale value", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  await region.set("k", "old");
  await region.invalidate({ soft: true });
  const page = render(h(State, { region, creator }));
  await shows(page, "stale old");
  await eventually(() => creator.calls.length === 1);
  creator.last().reject(new Error("offline"));
  await shows(page, "stale old offline");
  await region.set("k", "set");
  await shows(page, "fresh set");
});

test("a load in the background that succeeds at its second attempt is no error", async () => {
  const region = makeRegion({ retry: { attempts: 2, delay: 0 } });
  await region.set("k", "old");
  await region.invalidate({ soft: true });
  const seen = [];
  let loads = 0;
  const creator = () => (++loads === 1 ? Promise.reject(new Error("busy")) : "new");
  const page = render(h(State, { region, creator, seen }));
  await shows(page, "fresh new");
  await new Promise((resolve) => setTimeout(resolve, 50)); // what follows the load is over
  expect(page.text()).toBe("fresh new");
  expect(seen.filter(({ error }) => error !== undefined)).toEqual([]);
});

test("a stale value that somebody else is loading becomes fresh, however that ends", async () => {
  const [region, theirs, ours] = [makeRegion(), makeCreator(), makeCreator()];
  await region.set("k", "old");
  await region.invalidate({ soft: true });
  const call = region.getOrCreate("k", theirs).catch(() => "failed");
  await eventually(() => theirs.calls.length === 1);
  const page = render(h(State, { region, creator: ours }));
  await shows(page, "stale old");
  theirs.last().reject(new Error("theirs"));
  await call;
  await eventually(() => ours.calls.length === 1);
  ours.last().resolve("ours");
  await shows(page, "fresh ours");
});

test("enabled: false loads nothing, shows what comes, and begins when it is true", async () => {
  const [region, creator] = [makeRegion(), vi.fn(async () => "loaded")];
  const refetch = { refetchOnFocus: true, refetchOnReconnect: true, refetchInterval: "10ms" };
  const page = render(h(State, { region, creator, options: { enabled: false, ...refetch } }));
  await shows(page, "pending undefined");
  await region.invalidate();
  dispatchEvent(new Event("focus"));
  dispatchEvent(new Event("online"));
  const beside = render(h(State, { region, id: "beside", creator: () => new Promise((resolve) => setTimeout(resolve, 50, "beside")) }));
  await shows(beside, "fresh beside");
  expect(creator).not.toHaveBeenCalled();
  await region.set("k", "set");
  await shows(page, "fresh set");
  await region.delete("k");
  page.rerender(h(State, { region, creator, options: { enabled: true } }));
  await shows(page, "fresh loaded");
  expect(creator).toHaveBeenCalledTimes(1);
});

test("both hooks of one key share one load and one value", async () => {
  const [region, creator] = [makeRegion(), vi.fn(async () => "shared")];
  const Suspending = () => h("i", null, useCached(region, "k", creator));
  const page = render(h("div", null, h(State, { region, creator }), waiting(h(Suspending))));
  await shows(page, "fresh sharedshared");
  expect(creator).toHaveBeenCalledTimes(1);
});

test("tags reach the value, so that invalidating them renders", async () => {
  const { TagInvalidation } = await import("dogpile");
  const region = makeRegion({ tagInvalidator: new TagInvalidation() });
  let loads = 0;
  const page = render(h(State, { region, creator: () => `load ${++loads}`, options: { tags: ["users"] } }));
  await shows(page, "fresh load 1");
  await region.invalidateTags(["others"]);
  await region.invalidateTags(["users"]);
  await shows(page, "fresh load 2");
});

test("a component that comes later asks again for what has expired", async () => {
  let now = 1_800_000_000;
  const region = makeRegion({ clock: () => now, expirationTime: "1m" });
  let loads = 0;
  const creator = () => `load ${++loads}`;
  const page = render(h(State, { region, creator }));
  await shows(page, "fresh load 1");
  now += 61;
  const other = render(h(State, { region, creator }));
  await shows(other, "fresh load 2");
  await shows(page, "fresh load 2");
});

test("with a clock that stands still, what is set is shown", async () => {
  const region = makeRegion({ clock: () => 1_800_000_000 });
  let set;
  function Named() {
    const [creator] = useState(() => () => ({ name: "created" }));
    const { value, refresh } = useCachedState(region, "k", creator);
    set = (name) => region.set("k", { name });
    return h("button", { type: "button", onClick: refresh }, value?.name ?? "pending");
  }
  const page = render(h(Named));
  await shows(page, "created");
  await new Promise((resolve) => setTimeout(resolve, 20)); // its own "stored" has been heard of by then
  await set("set");
  await shows(page, "set");
  page.container.querySelector("button").click();
  await shows(page, "created");
});

const becomes = (visibility) => {
  replace(document, "hidden", { get: () => visibility === "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
};

test.each([
  ["refetchOnFocus", "focus"],
  ["refetchOnReconnect", "online"],
])("%s loads what is stale, and only where it is asked for", async (option, event) => {
  let now = 1_800_000_000;
  const region = makeRegion({ clock: () => now, expirationTime: "1m" });
  let loads = 0;
  const page = render(h(State, { region, creator: () => `load ${++loads}`, options: { [option]: true } }));
  const without = vi.fn(() => "once");
  const other = render(h(State, { region, id: "other", creator: without }));
  await shows(page, "fresh load 1");
  await shows(other, "fresh once");
  const asked = vi.spyOn(region, "getOrCreateEntry");
  dispatchEvent(new Event(event));
  await eventually(() => asked.mock.calls.length === 1);
  expect(loads).toBe(1);
  now += 61;
  dispatchEvent(new Event(event));
  await shows(page, "fresh load 2");
  now += 61;
  becomes("hidden");
  dispatchEvent(new Event(event));
  await region.get("k");
  expect(loads).toBe(2);
  becomes("visible");
  await shows(page, "fresh load 3");
  expect(without).toHaveBeenCalledTimes(1);
});

test("refetchInterval loads again and again, not in a hidden tab, and ends with the component", async () => {
  const region = makeRegion();
  let loads = 0;
  const page = render(h(State, { region, creator: () => `load ${++loads}`, options: { refetchInterval: "20ms" } }));
  await eventually(() => loads >= 4);
  becomes("hidden");
  await region.get("k");
  const before = loads;
  const beside = render(h(State, { region, id: "beside", creator: () => new Promise((resolve) => setTimeout(resolve, 100, "beside")) }));
  await shows(beside, "fresh beside");
  expect(loads - before).toBeLessThanOrEqual(1); // one that was under way
  becomes("visible");
  await eventually(() => loads > before + 2);
  page.unmount();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const after = loads;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(loads).toBe(after);
});

test("refetchInterval longer than a timer can be does not fire at once, and -1 is never", async () => {
  const region = makeRegion();
  let loads = 0;
  const creator = () => `load ${++loads}`;
  const long = render(h(State, { region, id: "long", creator, options: { refetchInterval: "60d" } }));
  await shows(long, "fresh load 1");
  const never = render(h(State, { region, id: "never", creator, options: { refetchInterval: -1 } }));
  await shows(never, "fresh load 2");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(loads).toBe(2);
});

test("after ten thousand mounts nothing is left", async () => {
  const region = makeRegion({ backend: { get() {}, set() {}, delete() {} } });
  let subscribed = 0;
  const subscribe = region.subscribe.bind(region);
  region.subscribe = (key, listener) => {
    const end = subscribe(key, listener);
    subscribed += 1;
    return () => {
      subscribed -= 1;
      end();
    };
  };
  const runTimers = holdLongTimers();
  const creator = ({ key }) => key;
  const list = (from) =>
    h(
      "div",
      null,
      Array.from({ length: 100 }, (_, index) => h(State, { key: from + index, id: `${from + index}`, region, creator })),
    );
  const page = render(list(0));
  for (let from = 0; from < 10_000; from += 100) {
    page.rerender(list(from));
    await eventually(() => page.text().endsWith(`fresh ${from + 99}`));
  }
  expect(subscribed).toBe(10_000);
  page.unmount();
  await eventually(() => (runTimers(), subscribed === 0));
}, 60_000);

/** Timers of ten seconds or more fire when the test says so. Returns what lets them. */
function holdLongTimers() {
  const held = new Map();
  const { setTimeout: start, clearTimeout: clear } = globalThis;
  const hold = (callback, delay, ...args) => {
    if (!(delay >= 10_000)) return start(callback, delay, ...args);
    const timer = { callback };
    held.set(timer, callback);
    return timer;
  };
  replace(globalThis, "setTimeout", { value: hold, writable: true });
  replace(globalThis, "clearTimeout", { value: (timer) => held.delete(timer) || clear(timer), writable: true });
  return () => {
    for (const [timer, callback] of held) held.delete(timer) && callback();
  };
}
