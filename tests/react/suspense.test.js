// useCached: the value suspends until it is there, and stays until the next one is.
import { createElement as h, startTransition, Suspense, useState } from "react";
import { useCached } from "dogpile/react";
import { expect, test, vi } from "vitest";
import { Boundary, eventually, history, makeCreator, makeRegion, render, replace, shows, waiting } from "./page.js";

function Value({ region, id = "k", creator, options, renders }) {
  const value = useCached(region, id, creator, options);
  if (renders) renders.count += 1;
  return h("p", null, typeof value === "object" ? value.name : String(value));
}

test("it suspends until the value is there, and shows it", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = render(waiting(h(Value, { region, creator })));
  await shows(page, "waiting");
  creator.last().resolve("one");
  await shows(page, "one");
  expect(creator.calls.length).toBe(1);
});

test("a thousand components of one key in StrictMode cost one creation, and render once a change", async () => {
  const region = makeRegion();
  let creations = 0;
  const creator = async () => ({ name: `value ${++creations};` });
  const renders = { count: 0 };
  const all = Array.from({ length: 1000 }, (_, index) => h(Value, { key: index, region, creator, renders }));
  const page = render(waiting(h("div", null, all)));
  await shows(page, "value 1;".repeat(1000));
  const strict = render(waiting(h("div", null, h(Value, { region, creator }))), { isStrict: true });
  await shows(strict, "value 1;");
  expect(creations).toBe(1);
  renders.count = 0;
  await region.set("k", { name: "set;" });
  await shows(page, "set;".repeat(1000));
  await shows(strict, "set;");
  expect(renders.count).toBe(1000);
  await region.invalidate();
  await shows(page, "value 2;".repeat(1000));
  expect(renders.count).toBe(2000);
  expect(creations).toBe(2);
});

test("what is shown stays until the new value is there: no fallback, nothing undefined", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = render(waiting(h(Value, { region, creator })));
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("one");
  await shows(page, "one");
  const seen = history(page);
  for (const [change, number] of [
    [() => region.invalidate(), 2],
    [() => region.delete("k"), 3],
    [() => region.invalidate({ soft: true }), 4],
  ]) {
    await change();
    await eventually(() => creator.calls.length === number);
    creator.last().resolve(`value ${number}`);
    await shows(page, `value ${number}`);
  }
  await region.set("k", "set");
  await shows(page, "set");
  expect(seen).toEqual(["one", "value 2", "value 3", "value 4", "set"]);
  expect(creator.calls.length).toBe(4);
});

test("the same value renders nothing", async () => {
  const region = makeRegion();
  const value = { name: "same" };
  const renders = { count: 0 };
  const page = render(waiting(h(Value, { region, creator: () => value, renders })));
  await shows(page, "same");
  renders.count = 0;
  const before = region.stats;
  await region.set("k", value);
  await region.invalidate();
  await eventually(() => region.stats.creations > before.creations);
  await region.set("k", { name: "other" });
  await shows(page, "other");
  expect(renders.count).toBe(1);
});

test("changes in one task ask once", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = render(waiting(h(Value, { region, creator })));
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("one");
  await shows(page, "one");
  const asked = vi.spyOn(region, "getOrCreateEntry");
  for (let index = 0; index < 10; index++) region.invalidate();
  await eventually(() => creator.calls.length === 2);
  for (let index = 0; index < 10; index++) region.invalidate();
  creator.last().resolve("two");
  await eventually(() => creator.calls.length === 3);
  creator.last().resolve("three");
  await shows(page, "three");
  expect(asked).toHaveBeenCalledTimes(2);
});

test("a rejection of the first creation reaches the boundary, whose reset tries again", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = render(h(Boundary, null, waiting(h(Value, { region, creator }))));
  await eventually(() => creator.calls.length === 1);
  for (const number of [1, 2]) {
    creator.last().reject(new Error(`number ${number}`));
    await shows(page, `failed: number ${number}`);
    expect(creator.calls.length).toBe(number);
    // A reset within the moment in which React may render again shows the same error.
    await eventually(() => (page.container.querySelector("button")?.click(), creator.calls.length === number + 1));
  }
  await shows(page, "waiting");
  creator.last().resolve("there");
  await shows(page, "there");
  expect(creator.calls.length).toBe(3);
});

test("a boundary that is reset again and again tries again all the same", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = render(h(Boundary, null, waiting(h(Value, { region, creator }))));
  await eventually(() => creator.calls.length === 1);
  let now = performance.now();
  replace(performance, "now", { value: () => now });
  creator.last().reject(new Error("no"));
  await shows(page, "failed: no");
  const seen = page.errors.length;
  for (const times of [1, 2]) {
    now += 60;
    page.container.querySelector("button").click();
    await eventually(() => page.errors.length > seen || times === 2);
  }
  await eventually(() => creator.calls.length === 2);
  creator.last().resolve("there");
  await shows(page, "there");
});

test("a creation that fails at once is tried once before the boundary has its error", async () => {
  const region = makeRegion();
  const creator = vi.fn(() => {
    throw new Error("at once");
  });
  const page = render(h(Boundary, null, waiting(h("div", null, h(Value, { region, creator }), h(Value, { region, creator })))), { isStrict: true });
  await shows(page, "failed: at once");
  expect(creator).toHaveBeenCalledTimes(1);
});

test("a later rejection leaves the value where it is", async () => {
  const [region, creator] = [makeRegion(), makeCreator()];
  const page = render(h(Boundary, null, waiting(h(Value, { region, creator }))));
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("one");
  await shows(page, "one");
  await region.invalidate();
  await eventually(() => creator.calls.length === 2);
  creator.last().reject(new Error("no"));
  await region.invalidate();
  await eventually(() => creator.calls.length === 3);
  expect(page.text()).toBe("one");
  creator.last().resolve("three");
  await shows(page, "three");
});

test("another key or region shows its own value at once; within a transition the old one stays meanwhile", async () => {
  const [one, other] = [makeRegion(), makeRegion()];
  let turn;
  function Turning() {
    const [props, setProps] = useState({ region: one, id: "a", creator: () => "one a" });
    turn = setProps;
    return h(Value, props);
  }
  const page = render(waiting(h(Turning)));
  await shows(page, "one a");
  turn({ region: one, id: "b", creator: () => "one b" });
  await shows(page, "one b");
  turn({ region: other, id: "b", creator: () => "other b" });
  await shows(page, "other b");
  turn({ region: one, id: "a", creator: () => "not called" });
  await shows(page, "one a");
  const creator = makeCreator();
  const seen = history(page);
  startTransition(() => turn({ region: one, id: "slow", creator }));
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("slow");
  await shows(page, "slow");
  expect(seen).toEqual(["one a", "slow"]);
});

test("the latest render's creator and options count", async () => {
  const region = makeRegion();
  const page = render(waiting(h(Value, { region, creator: () => "of the first" })));
  await shows(page, "of the first");
  page.rerender(waiting(h(Value, { region, creator: () => "of the second", options: { shouldCacheFn: () => false } })));
  await region.invalidate();
  await shows(page, "of the second");
  expect(await region.get("k")).toBe(undefined);
});

test("a component that is gone is told nothing, and nothing is loaded for it", async () => {
  const [region, renders] = [makeRegion(), { count: 0 }];
  const creator = vi.fn(() => "value");
  const page = render(waiting(h(Value, { region, creator, renders })));
  await shows(page, "value");
  page.unmount();
  renders.count = 0;
  await region.invalidate();
  await region.set("k", "set");
  await region.invalidate();
  const other = render(waiting(h(Value, { region, id: "other", creator: () => "beside" })));
  await shows(other, "beside");
  expect(renders.count).toBe(0);
  expect(creator).toHaveBeenCalledTimes(1);
  const again = render(waiting(h(Value, { region, creator: () => "new" })));
  await shows(again, "new");
});

test("a stale value is shown at once, and then the new one, without a fallback", async () => {
  const region = makeRegion();
  await region.set("k", "old");
  await region.invalidate({ soft: true });
  const creator = makeCreator();
  const page = render(waiting(h(Value, { region, creator })));
  await shows(page, "old");
  const seen = history(page);
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("new");
  await shows(page, "new");
  expect(seen).toEqual(["old", "new"]);
});

test("a value that could not be stored is shown all the same", async () => {
  const backend = new Map([["k", { payload: "old", metadata: { ct: 1, v: 2 } }]]);
  const failing = { get: (key) => backend.get(key), set: () => Promise.reject(new Error("full")), delete: (key) => backend.delete(key) };
  const region = makeRegion({ backend: failing, expirationTime: "1h" });
  const creator = makeCreator();
  const page = render(waiting(h(Value, { region, creator })));
  await shows(page, "old");
  await eventually(() => creator.calls.length === 1);
  creator.last().resolve("new");
  await shows(page, "new");
  expect(creator.calls.length).toBe(1);
});

test("a value that is stale as soon as it is there causes no loop", async () => {
  const region = makeRegion({ expirationTime: 0 });
  const creator = vi.fn(async () => ({ name: "brief" }));
  const page = render(waiting(h(Value, { region, creator })));
  await shows(page, "brief");
  const other = render(waiting(h(Value, { region, id: "later", creator: () => new Promise((resolve) => setTimeout(resolve, 100, "later")) })));
  await shows(other, "later");
  expect(creator).toHaveBeenCalledTimes(1);
});

test("it throws in render what the region throws for a key or without a backend, and names what it cannot use", async () => {
  const { Region } = await import("dogpile");
  const creator = () => 1;
  const messageOf = async (props) => {
    const page = render(h(Boundary, null, waiting(h(Value, props))));
    await eventually(() => page.errors.length > 0);
    return page.text();
  };
  const region = makeRegion();
  expect(await messageOf({ region, id: 42, creator })).toMatch(/key .*42/);
  expect(await messageOf({ region: new Region(), creator })).toMatch(/No backend is configured/);
  expect(await messageOf({ region: {}, creator })).toBe("failed: region must be a Region, not a value of type object");
  expect(await messageOf({ region, creator: null })).toBe("failed: creator must be a function, not null");
  expect(await messageOf({ region, creator, options: { ttl: 1 } })).toMatch(/There is no option ttl here/);
  expect(await messageOf({ region, creator, options: { enabled: false } })).toMatch(/There is no option enabled here/);
  expect(await messageOf({ region, creator, options: { refetchInterval: 0 } })).toMatch(/refetchInterval must be greater than 0/);
  expect(await messageOf({ region, creator, options: { refetchOnFocus: 1 } })).toMatch(/refetchOnFocus must be true or false/);
  expect(await messageOf({ region, id: "bad", creator, options: { expirationTime: "soon" } })).toMatch(/expirationTime must be/);
});

test("values that are null, undefined, false or empty are values", async () => {
  const region = makeRegion();
  for (const value of [null, undefined, false, 0, ""]) {
    const Falsy = () => h("p", null, `it is ${String(useCached(region, `is ${value}`, () => value))}`);
    const page = render(h(Suspense, { fallback: "waiting" }, h(Falsy)));
    await shows(page, `it is ${value}`);
  }
});
