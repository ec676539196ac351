import { describe, expect, test, vi } from "vitest";
import {
  SlowMultiBackend,
  backends,
  checkAfterEach,
  counted,
  deferred,
  isSettled,
  makeRegion,
  now,
  outcome,
  plainBackend,
  record,
  slowRegion,
  turns,
  until,
} from "../helpers.js";

checkAfterEach();

const hang = () => deferred().promise;

describe.each(backends)("a call for many that takes over, over %s", (_name, makeBackend, brief) => {
  test("does so though it waits for another key for ever: nobody else has to wait for that", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: brief }, ["a", "b"]);
    const hung = counted(hang);
    const first = region.getOrCreate("a", hung);
    await until(() => hung.times === 1);
    const creator = counted((keys) => (keys.includes("b") ? hang() : keys.map((key) => `new ${key}`)));
    const many = region.getOrCreateMulti(["b", "a"], creator);
    await until(() => creator.times === 1);
    const waiter = region.getOrCreate("a", () => "never", { lockTimeout: 60 });
    expect(await Promise.all([first, waiter])).toEqual(["new a", "new a"]);
    expect(await isSettled(many)).toBe(false);
  });

  test("and finds a fresh value instead: those who waited begin again, and find it too", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: brief }, ["a", "b"]);
    const hung = counted(hang);
    const first = region.getOrCreate("a", hung);
    await until(() => hung.times === 1);
    const waiter = region.getOrCreate("a", () => "never", { lockTimeout: 60 });
    const creator = counted(hang);
    const many = region.getOrCreateMulti(["a", "b"], creator);
    await until(() => creator.times === 1);
    await region.set("a", "set");
    expect(await Promise.all([first, waiter])).toEqual(["set", "set"]);
    expect(await isSettled(many)).toBe(false);
  });
});

test("those who wait after a takeover need no timer any more: there is the one of the new creation", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const region = makeRegion({ lockTimeout: 30 });
  const callers = [region.getOrCreate("k", hang)];
  const slow = deferred();
  const creator = counted(() => slow.promise);
  for (let caller = 0; caller < 5; caller++) callers.push(region.getOrCreate("k", creator));
  vi.advanceTimersByTime(31_000);
  await turns();
  expect(creator.times).toBe(1);
  expect(vi.getTimerCount()).toBe(1);
  slow.resolve("new");
  expect(new Set(await Promise.all(callers))).toEqual(new Set(["new"]));
  expect(vi.getTimerCount()).toBe(0);
});

test("a call for many that shares a slow read does not create what was created while it waited", async () => {
  const { backend, region } = slowRegion({}, ["k", "other"]);
  backend.store.set("k", record("old", now() - 100));
  const [first, slow] = [backend.hold("get"), backend.hold("get")];
  const patient = region.getOrCreate("k", () => "never");
  const slowReader = region.getOrCreate("other", () => "other");
  const many = region.getOrCreateMulti(["k", "other"], (keys) => keys.map((key) => `too late: ${key}`), { expirationTime: 1 });
  await slow.reached;
  first.release();
  expect(await patient).toBe("old");
  expect(await region.getOrCreate("k", () => "new", { expirationTime: 1 })).toBe("new");
  slow.release();
  expect(await slowReader).toBe("other");
  expect(await many).toEqual(["new", "other"]);
});

describe.each([
  ["at once", (value) => value],
  ["by promise", (value) => Promise.resolve(value)],
])("an array with holes that comes %s", (_how, answer) => {
  test("from a backend's getMulti: a hole is a miss", async () => {
    const backend = Object.assign(plainBackend(), { getMulti: (keys) => answer(Object.assign(new Array(keys.length), { 1: record("held", now()) })) });
    const region = makeRegion({ backend }, ["a", "b"]);
    expect(await region.getMulti(["a", "b"])).toEqual([undefined, "held"]);
    expect(await region.getOrCreateMulti(["a", "b"], (keys) => keys.map((key) => `new ${key}`))).toEqual(["new a", "held"]);
    expect(await region.getOrCreate("a", () => "never")).toBe("new a");
  });

  test("from a creator of many: a hole is undefined, a value like any other", async () => {
    const region = makeRegion({}, ["a", "b"]);
    const call = () => region.getOrCreateMulti(["a", "b"], (keys) => answer(Object.assign(new Array(keys.length), { 1: "b" })));
    expect(await Promise.all([call(), call()])).toEqual([
      [undefined, "b"],
      [undefined, "b"],
    ]);
    expect(await region.keyIsLocked("a")).toBe(false);
  });

  test("or cannot be read: everyone who waits is rejected or creates, and nobody hangs", async () => {
    const unreadable = (length) => new Proxy(new Array(length), { get: (array, name) => (name === "0" ? fail() : Reflect.get(array, name)) });
    const backend = Object.assign(plainBackend(), { getMulti: (keys) => answer(unreadable(keys.length)) });
    const region = makeRegion({ backend }, ["a"]);
    expect(await region.getOrCreateMulti(["a"], (keys) => keys)).toEqual(["a"]);
    const other = makeRegion({}, ["a"]);
    const call = () => outcome(other.getOrCreateMulti(["a"], () => answer(unreadable(1))));
    expect(await Promise.all([call(), call()])).toEqual([
      ["rejected", reason],
      ["rejected", reason],
    ]);
  });
});

const reason = new Error("unreadable");
function fail() {
  throw reason;
}

test("a backend whose getMulti cannot be looked at is an unreadable one", async () => {
  const backend = new SlowMultiBackend();
  const region = makeRegion({ backend }, ["a"]);
  Object.defineProperty(backend, "getMulti", { get: fail });
  const call = () => region.getOrCreateMulti(["a"], (keys) => keys);
  expect(await Promise.all([call(), call()])).toEqual([["a"], ["a"]]);
  expect(await region.getOrCreate("a", () => "never")).toBe("a");
  expect(await outcome(region.getMulti(["a"]))).toEqual(["rejected", reason]);
});

test("what a read of many rejects with is passed on, undefined included", async () => {
  const region = makeRegion({ backend: Object.assign(plainBackend(), { getMulti: () => Promise.reject(undefined) }) });
  expect(await outcome(region.getMulti(["k"]))).toEqual(["rejected", undefined]);
});
