import { describe, expect, test, vi } from "vitest";
import { MemoryBackend, backgroundRunner } from "dogpile";
import {
  SlowMultiBackend,
  backends,
  checkAfterEach,
  counted,
  deferred,
  isSettled,
  makeRegion,
  outcome,
  refuses,
  slowRegion,
  turns,
  until,
  virtualClock,
} from "../helpers.js";
import { foreignSignal } from "./signals.js";

checkAfterEach();

const gone = new Error("the user has gone");

function held(make = (value) => value) {
  const creation = deferred();
  return Object.assign(
    counted(() => creation.promise.then(make)),
    creation,
  );
}

/** A region with a stale value, which is created anew in the background. */
async function inBackground() {
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 60, asyncCreationRunner: backgroundRunner });
  await region.set("k", "old");
  clock.advance(61);
  return region;
}

describe("a creation is kept alive", () => {
  test("by a caller whose timeout has passed", async () => {
    const region = makeRegion();
    const controller = new AbortController();
    const creator = held();
    const impatient = region.getOrCreate("k", creator, { timeout: "20ms" });
    await until(() => creator.times === 1);
    const waiter = outcome(region.getOrCreate("k", creator, { signal: controller.signal }));
    await refuses(() => impatient, "TIMEOUT");
    controller.abort(gone);
    expect(await waiter).toEqual(["rejected", gone]);
    await turns();
    expect(creator.calls[0][0].signal.aborted).toBe(false);
    creator.resolve("value");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.get("k")).toBe("value");
  });

  test("by a caller whose timeout passed before its signal aborted", async () => {
    const region = makeRegion();
    const controller = new AbortController();
    const creator = held();
    await refuses(() => region.getOrCreate("k", creator, { timeout: "20ms", signal: controller.signal }), "TIMEOUT");
    controller.abort(gone);
    await turns();
    expect(creator.calls[0][0].signal.aborted).toBe(false);
    creator.resolve("value");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.get("k")).toBe("value");
  });

  test("when it is one in the background, whatever becomes of those who came", async () => {
    const region = await inBackground();
    const controller = new AbortController();
    const creator = held();
    expect(await region.getOrCreate("k", creator, { signal: controller.signal })).toBe("old");
    const waiter = outcome(region.getOrCreate("k", creator, { forceRefresh: true, signal: controller.signal }));
    await until(() => creator.times === 1);
    controller.abort(gone);
    expect(await waiter).toEqual(["rejected", gone]);
    await turns();
    expect(creator.calls[0][0].signal.aborted).toBe(false);
    creator.resolve("new");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.get("k")).toBe("new");
  });
});

test("a caller whose signal aborted before its timeout passed keeps nothing alive", async () => {
  const region = makeRegion();
  const controller = new AbortController();
  const creator = held();
  const caller = outcome(region.getOrCreate("k", creator, { timeout: "1h", signal: controller.signal }));
  await until(() => creator.times === 1);
  controller.abort(gone);
  expect(await caller).toEqual(["rejected", gone]);
  await turns();
  expect(creator.calls[0][0].signal.aborted).toBe(true);
});

test("a caller that takes over leaves those with a signal their way out", async () => {
  const region = makeRegion({ lockTimeout: "150ms" });
  const controller = new AbortController();
  const [hung, heir] = [held(), held()];
  const first = outcome(region.getOrCreate("k", hung, { signal: controller.signal }));
  await until(() => hung.times === 1);
  const second = region.getOrCreate("k", heir);
  await until(() => heir.times === 1);
  controller.abort(gone);
  expect(await first).toEqual(["rejected", gone]);
  heir.resolve("value");
  expect(await second).toBe("value");
  expect(heir.calls[0][0].signal.aborted).toBe(false);
});

describe("of many keys", () => {
  const each = (keys) => keys.map((key) => `new ${key}`);

  test.each(backends)("the creation aborts when nobody waits for any of its keys, over %s", async (_name, makeBackend) => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
    const [many, one] = [new AbortController(), new AbortController()];
    const creator = held(() => ["a", "b"]);
    const all = region.getOrCreateMulti(["a", "b"], creator, { signal: many.signal });
    await until(() => creator.times === 1);
    const { signal } = creator.calls[0][1];
    const single = region.getOrCreate("b", () => "never", { signal: one.signal });
    await turns();
    many.abort(gone);
    expect(await isSettled(all)).toBe(true);
    expect(await outcome(all)).toEqual(["rejected", gone]);
    expect(signal.aborted).toBe(false);
    one.abort(gone);
    expect(await isSettled(single)).toBe(true);
    expect(await outcome(single)).toEqual(["rejected", gone]);
    expect(signal.aborted).toBe(true);
    const again = counted(each);
    expect(await region.getOrCreateMulti(["a", "b"], again)).toEqual(["new a", "new b"]);
    creator.resolve();
    await turns();
    expect(await region.getMulti(["a", "b"])).toEqual(["new a", "new b"]);
  });

  test("a caller that waits for one of them has its value, and it is stored", async () => {
    const region = makeRegion({}, ["a", "b"]);
    const controller = new AbortController();
    const creator = held(() => ["a", "b"]);
    const all = outcome(region.getOrCreateMulti(["a", "b"], creator, { signal: controller.signal }));
    await until(() => creator.times === 1);
    const single = region.getOrCreate("b", () => "never");
    await turns();
    controller.abort(gone);
    expect(await all).toEqual(["rejected", gone]);
    creator.resolve();
    expect(await single).toBe("b");
    expect(await region.get("b")).toBe("b");
  });

  test("a call that waits for another's creation is detached from it, and from its own", async () => {
    const region = makeRegion({}, ["a", "b"]);
    const controller = new AbortController();
    const [single, creator] = [held(), held(() => ["b"])];
    const first = region.getOrCreate("a", single);
    await until(() => single.times === 1);
    const all = outcome(region.getOrCreateMulti(["a", "b"], creator, { signal: controller.signal }));
    await until(() => creator.times === 1);
    controller.abort(gone);
    expect(await all).toEqual(["rejected", gone]);
    await turns();
    expect([single.calls[0][0].signal.aborted, creator.calls[0][1].signal.aborted]).toEqual([false, true]);
    single.resolve("value");
    expect(await first).toBe("value");
  });

  test("an abort during their read creates nothing", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    const read = backend.hold("getMulti");
    const controller = new AbortController();
    const creator = counted(each);
    const all = outcome(region.getOrCreateMulti(["a", "b"], creator, { signal: controller.signal }));
    await read.reached;
    controller.abort(gone);
    expect(await all).toEqual(["rejected", gone]);
    read.release();
    await turns();
    expect(creator.times).toBe(0);
  });
});

/** How a call may end: `[name, call]`, each over a region whose "k" has expired. */
const ends = [
  ["a fresh value", (region, signal) => region.getOrCreate("k", () => "never", { signal, expirationTime: "1h" })],
  ["a value that it created", (region, signal) => region.getOrCreate("k", async () => "new", { signal })],
  [
    "a value that another creates",
    async (region, signal) => {
      const creator = held();
      const first = region.getOrCreate("other", creator);
      const second = region.getOrCreate("other", creator, { signal });
      await turns();
      creator.resolve("value");
      await Promise.all([first, second]);
    },
  ],
  ["a rejection", (region, signal) => outcome(region.getOrCreate("k", () => Promise.reject(gone), { signal }))],
  [
    "the stale value",
    async (region, signal) => {
      const creator = held();
      const first = region.getOrCreate("k", creator);
      expect(await region.getOrCreate("k", creator, { signal })).toBe("old");
      creator.resolve("new");
      await first;
    },
  ],
  ["its timeout", (region, signal) => outcome(region.getOrCreate("other", held(), { signal, timeout: "20ms" }))],
  ["many values", (region, signal) => region.getOrCreateMulti(["k", "other"], async (keys) => keys, { signal })],
  ["what is wrong with its options", (region, signal) => outcome(region.getOrCreate("k", () => "never", { signal, expirationTime: "soon" }))],
];

describe("a signal that outlives the call is left without a listener when the call ended with", () => {
  test.each(ends)("%s", async (_name, call) => {
    for (const makeBackend of [() => new MemoryBackend(), () => slowRegion({}, []).backend]) {
      const clock = virtualClock();
      const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 }, ["k", "other"]);
      await region.set("k", "old");
      clock.advance(61);
      const { signal, listeners } = foreignSignal();
      await call(region, signal);
      await turns();
      expect(listeners.size).toBe(0);
    }
  });

  test("its abort, and with that of a call that goes on without it", async () => {
    const region = makeRegion();
    const creator = held();
    const [one, other] = [foreignSignal(), foreignSignal()];
    const callers = [one, other].map(({ signal }) => outcome(region.getOrCreate("k", creator, { signal })));
    await until(() => creator.times === 1);
    expect([one.listeners.size > 0, other.listeners.size > 0]).toEqual([true, true]);
    one.abort(gone);
    await turns();
    expect(one.listeners.size).toBe(0);
    creator.resolve("value");
    expect(await Promise.all(callers)).toEqual([
      ["rejected", gone],
      ["resolved", "value"],
    ]);
    expect(other.listeners.size).toBe(0);
  });
});

test.each([
  ["a controller", new AbortController()],
  ["an empty object", {}],
  ["a number", 5],
  ["a text", "abort"],
  ["true", true],
  ["a function", () => {}],
])("%s is refused as a signal, and nothing is read", async (_name, signal) => {
  const { backend, region } = slowRegion();
  await refuses(() => region.getOrCreate("k", () => "never", { signal }), "VALIDATION", "signal");
  await refuses(() => region.getOrCreateMulti(["k"], () => ["never"], { signal }), "VALIDATION", "signal");
  await refuses(() => makeRegion().getOrCreate("k", () => "never", { signal }), "VALIDATION", "signal");
  expect(backend.sent).toEqual([]);
});

test("null and undefined are no signal", async () => {
  const region = makeRegion();
  expect(await region.getOrCreate("k", () => "value", { signal: null })).toBe("value");
  expect(await region.getOrCreate("k", () => "never", { signal: undefined })).toBe("value");
});

test("one listener serves all calls of a signal, and goes with the last of them", async () => {
  const region = makeRegion();
  const controller = new AbortController();
  const { signal } = controller;
  const add = vi.spyOn(signal, "addEventListener");
  const remove = vi.spyOn(signal, "removeEventListener");
  const creation = deferred();
  const calls = Array.from({ length: 100 }, (_, index) => region.getOrCreate(`k${index}`, () => creation.promise, { signal }));
  expect(add).toHaveBeenCalledTimes(1);
  creation.resolve("value");
  await Promise.all(calls);
  expect(remove).toHaveBeenCalledTimes(1);
  const others = Array.from({ length: 100 }, (_, index) => outcome(region.getOrCreate(`other${index}`, () => new Promise(() => {}), { signal })));
  controller.abort(gone);
  expect((await Promise.all(others)).every(([how, reason]) => how === "rejected" && reason === gone)).toBe(true);
});

test("a call whose one key begins again and whose other one fails leaves nothing on its signal", async () => {
  const region = makeRegion({}, ["n|1", "b"]);
  const { signal, listeners } = foreignSignal();
  const [rows, b, again] = [held(), held(), held()];
  const others = [region.cacheMultiOnArguments({ namespace: "n", asDict: true }, rows)(1), region.getOrCreate("b", b)];
  const call = outcome(region.getOrCreateMulti(["n|1", "b"], again, { signal }));
  await until(() => rows.times + b.times === 2);
  rows.resolve(new Map());
  await until(() => again.times === 1);
  b.reject(gone);
  expect(await call).toEqual(["rejected", gone]);
  expect(listeners.size).toBe(0);
  expect(await outcome(others[1])).toEqual(["rejected", gone]);
  again.resolve(["late"]);
  await others[0];
});
