// The panel: what it shows is what the regions hold and do, and it changes nothing unless somebody presses a button.
import axe from "axe-core";
import { createRegion, IndexedDBBackend, MemoryBackend, Region, TagInvalidation, TieredBackend } from "dogpile";
import { mountDevtools } from "dogpile/devtools";
import { describe, expect, test } from "vitest";
import { container, deferred, until, makeRegion, mount, type } from "./page.js";

describe("keys", () => {
  test("state, age, hits, value and tags of each, over memory and IndexedDB", async () => {
    const database = new IndexedDBBackend({ databaseName: `devtools-${Math.random()}` });
    for (const backend of [new MemoryBackend(), database]) {
      const region = makeRegion({ backend, expirationTime: "5m", tagInvalidator: new TagInvalidation() });
      const panel = mount(region);
      await region.getOrCreate("user:1", () => ({ name: "Ada" }), { tags: ["team:1"] });
      await region.getOrCreate("user:1", () => "never");
      await region.set("user:10", [1n]);
      await region.set("user:2", new Map([["a", new Date(0)]]));
      await panel.refresh();
      expect(panel.rows().map(([key, state, , ...rest]) => [key, state, ...rest])).toEqual([
        ["user:1", "fresh", "1", '{"name":"Ada"}', "team:1"],
        ["user:2", "fresh", "0", '{"Map":[["a","1970-01-01T00:00:00.000Z"]]}', ""],
        ["user:10", "fresh", "0", '["1n"]', ""],
      ]);
      expect(panel.text(".summary")).toBe("3 values: 3 fresh");
    }
    await database.close();
  });

  test("stale, invalidated and unreadable ones are called so", async () => {
    const backend = new MemoryBackend();
    let now = 1_700_000_000;
    const region = makeRegion({ backend, clock: () => now, expirationTime: 60, tagInvalidator: new TagInvalidation() });
    const panel = mount(region);
    const states = async () => (await panel.refresh(), panel.rows().map(([key, state]) => `${key} ${state}`));
    await region.set("a", 1, { tags: ["t"] });
    await region.set("b", 2, { expiresIn: 600 });
    await backend.set("c", { payload: 3, metadata: { ct: now, v: 1 } });
    expect(await states()).toEqual(["a fresh", "b fresh", "c unreadable"]);
    now += 1;
    await region.invalidateTags(["t"], { soft: true });
    expect(await states()).toEqual(["a stale", "b fresh", "c unreadable"]);
    await region.invalidateTags(["t"]);
    expect(await states()).toEqual(["a invalidated", "b fresh", "c unreadable"]);
    await region.set("a", 1);
    now += 61;
    expect(await states()).toEqual(["a stale", "b fresh", "c unreadable"]);
    await region.invalidate({ soft: true });
    expect(await states()).toEqual(["a stale", "b stale", "c unreadable"]);
    await region.invalidate();
    expect(await states()).toEqual(["a invalidated", "b invalidated", "c unreadable"]);
  });

  test("it changes no counter, and observers hear nothing of it", async () => {
    const events = [];
    const names = ["onHit", "onStale", "onMiss", "onSet", "onDelete", "onCreateStart", "onError"];
    const region = makeRegion({ observer: Object.fromEntries(names.map((name) => [name, () => events.push(name)])) });
    await region.set("a", 1);
    const before = [region.stats, events.splice(0)];
    const panel = mount(region);
    await panel.refresh();
    await panel.refresh();
    expect([region.stats, events]).toEqual([before[0], []]);
  });

  test("the filter finds keys, tags and states, and Escape empties it", async () => {
    const region = makeRegion({ tagInvalidator: new TagInvalidation() });
    for (const [key, tag] of [
      ["user:1", "red"],
      ["user:2", "blue"],
      ["order:1", "red"],
    ])
      await region.set(key, key, { tags: [tag] });
    const panel = mount(region);
    await panel.refresh();
    const filter = panel.root.querySelector("input");
    for (const [text, keys] of [
      ["USER", ["user:1", "user:2"]],
      ["red", ["order:1", "user:1"]],
      ["stale", []],
    ]) {
      filter.value = text;
      filter.dispatchEvent(new Event("input"));
      await until(() => panel.keys().join() === keys.join());
    }
    filter.focus();
    type(panel.root, "Escape");
    await until(() => panel.keys().length === 3);
  });

  test("at most 500 are shown, of a backend of many more", async () => {
    const region = makeRegion();
    await region.setMulti(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]));
    const panel = mount(region);
    await panel.refresh();
    expect(panel.rows().length).toBe(500);
    expect(panel.text(".summary")).toBe("the first 500 values: 500 fresh");
  });

  test("a backend without entries shows the keys that were used, by the user's names", async () => {
    const store = new Map();
    const backend = { get: (key) => store.get(key), set: (key, value) => void store.set(key, value), delete: (key) => void store.delete(key) };
    const region = makeRegion({ backend, keyMangler: (key) => `app/${key}` });
    const panel = mount(region);
    await region.getOrCreate("a", () => 1);
    await region.set("b", 2);
    await panel.refresh();
    expect(panel.keys()).toEqual(["a", "b"]);
    panel.root.querySelector("tbody button").click();
    panel.press("Delete");
    await until(() => panel.keys().join() === "b");
    expect([...store.keys()]).toEqual(["app/b"]);
  });

  test("two tiers whose far one lists nothing show the keys that were used", async () => {
    const store = new Map();
    const far = { get: async (key) => store.get(key), set: async (key, value) => void store.set(key, value), delete: async (key) => void store.delete(key) };
    const region = makeRegion({ backend: new TieredBackend(new MemoryBackend(), far) });
    const panel = mount(region);
    await region.getOrCreate("a", () => 1);
    await panel.refresh();
    expect(panel.rows().map(([key, state, , , value]) => [key, state, value])).toEqual([["a", "fresh", "1"]]);
  });

  test("mangled keys that were not used since are shown as they are, and cannot be deleted", async () => {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, keyMangler: (key) => `app/${key}`, serializer: JSON });
    await region.set("a", { deep: [1] });
    const panel = mount(region);
    await panel.refresh();
    expect(panel.rows().map(([key, , , , value]) => [key, value])).toEqual([["app/a", '{"deep":[1]}']]);
    panel.root.querySelector("tbody button").click();
    await until(() => panel.button("Delete").disabled && panel.text(".detail .note").includes("keyMangler"));
    await region.get("a");
    await panel.refresh();
    expect(panel.keys()).toEqual(["a"]);
  });

  test("a backend that fails is told of, and values that JSON cannot write are shown", async () => {
    const failing = { get() {}, set() {}, delete() {} };
    const panel = mount(
      makeRegion({
        backend: {
          ...failing,
          entries: () => [Promise.reject(new Error("closed"))],
        },
      }),
    );
    await until(() => panel.text(".summary") === "the backend cannot be read: closed");
    const region = makeRegion();
    const circular = { name: "it" };
    circular.self = circular;
    await region.set("a", circular);
    await region.set("b", {
      toJSON: () => {
        throw new Error("no");
      },
    });
    await region.set("c", undefined);
    await region.set("d", "x".repeat(10_000));
    const other = mount(region);
    await other.refresh();
    const [a, b, c, d] = other.rows().map(([, , , , value]) => value);
    expect([a, b, c]).toEqual(['{"name":"it","self":"[circular]"}', '{"toJSON":"[function]"}', '"undefined"']);
    expect(d.length).toBeLessThan(200);
  });
});

test("a value with millions of paths to its parts is shown at once", async () => {
  const region = makeRegion();
  let value = ["leaf"];
  for (let level = 0; level < 8; level++) value = Array(50).fill(value);
  await region.set("a", value);
  await region.set("b", new Map(Array.from({ length: 1_000 }, (_, index) => [index, { index }])));
  const panel = mount(region);
  await panel.refresh();
  panel.root.querySelector("tbody button").click();
  expect(panel.text("pre").length).toBeLessThanOrEqual(20_000);
  expect(panel.rows()[1][4]).toMatch(/^\{"Map":\[\[0,\{"index":0\}\]/);
});

test("a backend that hangs keeps nobody from another region, nor an act from being told", async () => {
  const hung = {
    get() {},
    set() {},
    delete: () => Promise.reject(Symbol("no")),
    entries: async function* () {
      yield* await new Promise(() => {});
    },
  };
  const other = makeRegion();
  await other.set("a", 1);
  const panel = mount({ hung: makeRegion({ backend: hung }), other });
  panel.press("Invalidate");
  await until(() => panel.text(".status").startsWith("What is stored is missing now"));
  const select = panel.root.querySelector("select");
  select.value = "other";
  select.dispatchEvent(new Event("change"));
  await until(() => panel.keys().join() === "a");
});

test("an error that has no text is told as well", async () => {
  const store = new Map([["k", { payload: 1, metadata: { ct: Date.now() / 1000, v: 2 } }]]);
  const backend = { get: (key) => store.get(key), set() {}, delete: () => Promise.reject(Object.create(null)), entries: () => store.entries() };
  const panel = mount(makeRegion({ backend }));
  await panel.refresh();
  panel.root.querySelector("tbody button").click();
  panel.press("Delete");
  await until(() => panel.text(".status") === "This failed: an error without a text");
});

describe("the chosen key", () => {
  test("shows its whole value and times; its tag can be invalidated", async () => {
    const region = makeRegion({ expirationTime: "5m", tagInvalidator: new TagInvalidation() });
    const panel = mount(region);
    await region.getOrCreate("user:1", () => ({ name: "Ada", langs: ["en", "fr"] }), { tags: ["team:1"] });
    await panel.refresh();
    panel.root.querySelector("tbody button").click();
    await until(() => panel.text(".detail h3") === "user:1");
    expect(panel.text("pre")).toBe(JSON.stringify({ name: "Ada", langs: ["en", "fr"] }, undefined, 2));
    expect(panel.text(".facts")).toMatch(/^StatefreshCreated.* agoExpiresin (4|5) minSeen here0 hits, 1 load, 0 failed/);
    panel.press("team:1");
    await until(() => panel.rows()[0][1] === "invalidated");
    expect(panel.text(".status")).toBe("Invalidated the tag team:1.");
  });

  test("Refresh loads it as it was loaded last, alone or among many; it is disabled until the creator is known", async () => {
    const region = makeRegion();
    await region.setMulti({ a: "set", b: "set" });
    const panel = mount(region);
    await panel.refresh();
    panel.root.querySelector("tbody button").click();
    await until(() => panel.text(".detail h3") === "a");
    expect(panel.button("Refresh").disabled).toBe(true);
    expect(panel.text(".detail .note")).toContain("creator");
    let loads = 0;
    await region.getOrCreate("a", (...args) => `load ${++loads} of ${args}`, { forceRefresh: true, creatorArgs: [7] });
    await panel.refresh();
    panel.press("Refresh");
    await until(() => panel.rows()[0][4] === '"load 2 of 7"');
    await region.getOrCreateMulti(["a", "b"], (keys) => keys.map((key) => `${key} ${++loads}`), { forceRefresh: true });
    panel.press("Refresh");
    await until(() => panel.rows()[0][4] === '"a 5"');
  });

  test("Refresh keeps to the call's own retry", async () => {
    const region = makeRegion({ retry: { attempts: 3, delay: 0 } });
    const panel = mount(region);
    let calls = 0;
    let isBroken = false;
    const creator = () => (++calls, isBroken ? Promise.reject(new Error("broken")) : 1);
    await region.getOrCreate("a", creator, { retry: false });
    isBroken = true;
    await panel.refresh();
    panel.root.querySelector("tbody button").click();
    panel.press("Refresh");
    await until(() => panel.text(".status") === "This failed: broken");
    expect(calls).toBe(2);
  });

  test("a failure of an act is told", async () => {
    const region = makeRegion();
    const panel = mount(region);
    let isBroken = false;
    await region.getOrCreate("a", () => (isBroken ? Promise.reject(new Error("broken")) : 1));
    isBroken = true;
    await panel.refresh();
    panel.root.querySelector("tbody button").click();
    await until(() => !panel.button("Refresh").disabled);
    panel.press("Refresh");
    await until(() => panel.text(".status") === "This failed: broken");
  });

  test("a region can be invalidated, softly and hard", async () => {
    const region = makeRegion();
    await region.set("a", 1);
    const panel = mount(region);
    panel.press("Invalidate softly");
    await until(() => panel.rows()[0]?.[1] === "stale");
    panel.press("Invalidate");
    await until(() => panel.rows()[0]?.[1] === "invalidated");
  });
});

describe("activity", () => {
  test("what is under way: phase, callers and the keys of the same call; then nothing", async () => {
    const region = makeRegion();
    const panel = mount(region);
    const [one, many] = [deferred(), deferred()];
    const calls = [1, 2, 3].map(() => region.getOrCreate("a", () => one.promise));
    const multi = region.getOrCreateMulti(["b", "c"], () => many.promise);
    await panel.refresh();
    const loads = () => [...panel.root.querySelectorAll(".loads li")].map(({ textContent }) => textContent.replace(/\d+(\.\d+)? m?s/, "TIME"));
    expect(loads()).toEqual([
      "a runs its creator for TIME; 2 more callers wait for it",
      "b runs its creator for TIME, together with c",
      "c runs its creator for TIME, together with b",
    ]);
    one.resolve(1);
    many.resolve([2, 3]);
    await Promise.all([...calls, multi]);
    await panel.refresh();
    expect(loads()).toEqual([]);
  });

  test("a load that waits for a lock says so", async () => {
    const lock = deferred();
    const mutex = { acquire: () => lock.promise, release() {} };
    const store = new Map();
    const backend = { get: (key) => store.get(key), set: (key, value) => void store.set(key, value), delete() {}, getMutex: () => mutex };
    const region = makeRegion({ backend });
    const panel = mount(region);
    const call = region.getOrCreate("a", () => 1);
    await panel.refresh();
    expect(panel.text(".loads")).toContain("waits for the lock");
    lock.resolve(true);
    expect(await call).toBe(1);
  });

  test("creations: what they took, attempts and failures; the latest is first", async () => {
    const region = makeRegion({ retry: { attempts: 2, delay: 0 } });
    const panel = mount(region);
    let calls = 0;
    await region.getOrCreate("a", () => (++calls < 2 ? Promise.reject(new Error("busy")) : "a"));
    await region.getOrCreate("b", () => Promise.reject(new Error("broken"))).catch(() => {});
    await region.getOrCreateMulti(["c", "d"], async () => [1, 2]);
    await panel.refresh();
    const lines = [...panel.root.querySelectorAll(".timeline li")];
    expect(lines.map(({ dataset, firstChild }) => [firstChild.textContent, dataset.state])).toEqual([
      ["c and 1 more", "created"],
      ["b", "failed"],
      ["a", "created"],
    ]);
    const lanes = lines.map(({ children: [, lane] }) => lane.getBoundingClientRect());
    for (const { left, width } of lanes) expect([left, width]).toEqual([lanes[0].left, lanes[0].width]); // one scale of time for all
    expect(lines.map(({ lastChild }) => lastChild.textContent.replace(/\d+(\.\d+)? m?s/, "TIME"))).toEqual([
      "TIME",
      "failed, TIME, 2 attempts",
      "TIME, 2 attempts",
    ]);
  });

  test("counters follow the region's", async () => {
    const region = makeRegion();
    const panel = mount(region);
    await region.getOrCreate("a", () => 1);
    await region.getOrCreate("a", () => 1);
    await panel.refresh();
    expect(panel.text(".stats")).toMatch(/^hit ratio50 %hits1stale hits0misses1creations1/);
  });

  test("it looks again by itself, and while something is asked for, once more", async () => {
    const region = makeRegion();
    const panel = mount(region);
    await panel.refresh();
    await region.set("a", 1);
    await until(() => panel.keys().join() === "a");
  });
});

describe("regions", () => {
  test("several, by name; one is shown at a time", async () => {
    const [users, orders] = [makeRegion({ name: "users" }), makeRegion()];
    await users.set("u", 1);
    await orders.set("o", 1);
    const panel = mount({ users, orders });
    await until(() => panel.keys().join() === "u");
    const select = panel.root.querySelector("select");
    expect([...select.options].map(({ value }) => value)).toEqual(["users", "orders"]);
    select.value = "orders";
    select.dispatchEvent(new Event("change"));
    await until(() => panel.keys().join() === "o");
    const names = (regions) => [...mount(regions).root.querySelectorAll("option")].map(({ value }) => value);
    expect(names([users, orders, makeRegion({ name: "users" })])).toEqual(["users", "region 2", "users (2)"]);
    expect(names({ a: users, b: orders, "a (2)": users })).toEqual(["a", "b", "a (2)"]);
    const [a, second, third] = [makeRegion({ name: "a" }), makeRegion({ name: "a" }), makeRegion({ name: "a (2)" })];
    expect(names([a, second, third])).toEqual(["a", "a (2)", "a (2) (2)"]);
  });

  test("one that is not configured yet is empty, then shows what it holds", async () => {
    const region = new Region({ name: "later" });
    const panel = mount(region);
    await until(() => panel.text(".summary") === "nothing is stored");
    region.configure({ backend: new MemoryBackend() });
    await region.set("a", 1);
    await until(() => panel.keys().join() === "a");
  });

  test("what is no region, an unknown option and the like are refused, and nothing is mounted", () => {
    const region = makeRegion();
    const before = document.body.children.length;
    for (const [args, text] of [
      [[undefined], "regions must be a region, a list of regions, or an object of regions"],
      [[[]], "regions must be at least one region"],
      [[{ users: {} }], "each of regions must be a region of this version of dogpile"],
      [[new Map([["users", region]])], "each of regions must be"],
      [[region, 1], "options must be an object"],
      [[region, { open: true }], "There is no option open here, but: element, theme, isOpen"],
      [[region, { element: "#panel" }], "element must be an element of the document"],
      [[region, { theme: "blue" }], 'theme must be "auto", "light" or "dark"'],
      [[region, { isOpen: 1 }], "isOpen must be true or false"],
    ])
      expect(() => mountDevtools(...args)).toThrow(expect.objectContaining({ code: "VALIDATION", message: expect.stringContaining(text) }));
    expect(document.body.children.length).toBe(before);
  });
});

describe("at the window's edge", () => {
  test("a button opens it, Escape and Close close it; the focus goes along", async () => {
    const panel = mount(makeRegion(), {});
    const [open] = panel.root.children;
    const isOpen = () => panel.root.querySelector(".panel").checkVisibility();
    expect([isOpen(), open.checkVisibility()]).toEqual([false, true]);
    open.click();
    expect([isOpen(), open.checkVisibility()]).toEqual([true, false]);
    expect(panel.root.activeElement).toBe(panel.root.querySelector("input"));
    type(panel.root, "Escape");
    expect([isOpen(), panel.root.activeElement === open]).toEqual([false, true]);
    open.click();
    panel.press("Close");
    expect(isOpen()).toBe(false);
  });

  test("a second one replaces the first, and unmounting leaves nothing, observers included", async () => {
    const region = makeRegion();
    const before = document.body.children.length;
    const first = mount(region, { isOpen: true });
    const second = mount(region, { isOpen: true });
    expect([first.host.isConnected, second.host.isConnected]).toEqual([false, true]);
    expect(second.root.querySelector(".panel").checkVisibility()).toBe(true);
    first.unmount();
    expect(second.host.isConnected).toBe(true);
    second.unmount();
    expect(document.body.children.length).toBe(before);
    expect(region[Symbol.for("dogpile.inside")].reporter.isSilent).toBe(true);
  });
});

test("the keyboard: arrows choose a key, one of them is in the order of Tab, Delete deletes it, / leads to the filter", async () => {
  const region = makeRegion();
  await region.setMulti({ a: 1, b: 2, c: 3 });
  const panel = mount(region);
  await until(() => panel.keys().length === 3);
  const stops = () => [...panel.root.querySelectorAll(".key")].filter(({ tabIndex }) => tabIndex === 0).map(({ textContent }) => textContent);
  expect(stops()).toEqual(["a"]);
  panel.root.querySelector(".key").focus();
  for (const [key, chosen] of [
    ["ArrowDown", "b"],
    ["End", "c"],
    ["ArrowUp", "b"],
    ["Home", "a"],
    ["ArrowDown", "b"],
  ]) {
    type(panel.root, key);
    await until(() => panel.text(".detail h3") === chosen);
    expect([panel.root.activeElement.textContent, ...stops()]).toEqual([chosen, chosen]);
  }
  await panel.refresh();
  expect(panel.root.activeElement.textContent).toBe("b");
  type(panel.root, "Delete");
  await until(() => panel.keys().join() === "a,c");
  expect(panel.root.activeElement.textContent).toBe("c");
  panel.root.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", ctrlKey: true, bubbles: true, composed: true }));
  type(panel.root, "ArrowUp");
  type(panel.root, "Delete");
  await until(() => panel.keys().join() === "c");
  type(panel.root, "/");
  expect(panel.root.activeElement).toBe(panel.root.querySelector("input"));
  panel.root.querySelector(".key").focus();
  type(panel.root, "Delete"); // the last one: the focus must be somewhere
  await until(() => panel.keys().length === 0);
  expect(panel.root.activeElement).toBe(panel.root.querySelector("input"));
});

test("the page's own keys are not pressed by what is typed in the panel", async () => {
  const panel = mount(makeRegion());
  const pressed = [];
  const listener = ({ type: event, key }) => pressed.push(`${event} ${key}`);
  for (const event of ["keydown", "keypress", "keyup"]) document.addEventListener(event, listener);
  panel.root.querySelector("input").focus();
  for (const event of ["keydown", "keypress", "keyup"])
    panel.root.activeElement.dispatchEvent(new KeyboardEvent(event, { key: "s", bubbles: true, composed: true }));
  for (const event of ["keydown", "keypress", "keyup"]) document.removeEventListener(event, listener);
  expect(pressed).toEqual([]);
});

test.each(["light", "dark"])("axe finds nothing, %s, open and closed, wide and narrow", async (theme) => {
  const region = createRegion({ backend: new MemoryBackend(), tagInvalidator: new TagInvalidation(), expirationTime: "5m" });
  const [element, at] = [container(), container()];
  at.style.width = "360px";
  const [wide, narrow, edge] = [mount({ region, other: makeRegion() }, { element, theme }), mount(region, { element: at, theme }), mount(region, { theme })];
  const held = deferred();
  const call = region.getOrCreate("held", () => held.promise);
  await region.getOrCreate("failed", () => Promise.reject(new Error("broken"))).catch(() => {});
  await region.getOrCreate("a", () => ({ name: "Ada" }), { tags: ["t"] });
  await region.set("b", 2);
  await Promise.all([wide, narrow, edge].map(({ refresh }) => refresh()));
  wide.root.querySelector(".key").click();
  await until(() => wide.text(".detail h3") === "a");
  const rules = { region: { enabled: false } }; // the page of this test has no landmarks
  for (const { host } of [wide, narrow, edge]) expect((await axe.run(host, { rules })).violations).toEqual([]);
  edge.button("dogpile").click();
  expect((await axe.run(edge.host, { rules })).violations).toEqual([]);
  held.resolve(1);
  await call;
});
