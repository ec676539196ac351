import { describe, expect, test } from "vitest";
import { ProxyBackend } from "dogpile";
import { checkAfterEach, makeRegion, until, virtualClock } from "../helpers.js";

checkAfterEach();

/** A backend of the user's that keeps the hints it was given, by key. */
function hinted(methods = {}) {
  const store = new Map();
  const hints = new Map();
  const set = (key, value, hint) => {
    store.set(key, value);
    hints.set(key, hint);
  };
  return { store, hints, get: (key) => store.get(key), set, delete: (key) => void store.delete(key), ...methods };
}

/** The same with one operation for many. */
function hintedMulti() {
  const backend = hinted();
  const setMulti = (values, hint) => values.forEach((value, key) => backend.set(key, value, hint));
  return Object.assign(backend, { setMulti });
}

const lasts = (backend, key) => backend.hints.get(key)?.expirationTime;

class Passing extends ProxyBackend {}

/** Passes its own hint on. */
class Doubling extends ProxyBackend {
  set(key, value, hint) {
    return super.set(key, value, hint?.expirationTime && { expirationTime: hint.expirationTime * 2 });
  }
}

const shapes = [
  ["operations for one", hinted, {}],
  ["operations for many", hintedMulti, {}],
  ["proxies", hintedMulti, { wrap: [Passing, Passing] }],
  ["proxies over operations for one", hinted, { wrap: [Passing] }],
  ["a serializer", hinted, { serializer: JSON }],
];

/** Every way to write: `[name, (region, key, options) => …]`, where the options are those of the creation. */
const creations = [
  ["getOrCreate", (region, options, expiresIn) => region.getOrCreate("k", (context) => (context.expiresIn(expiresIn), "value"), options)],
  [
    "getOrCreateMulti",
    (region, options, expiresIn) => region.getOrCreateMulti(["k"], (_keys, context) => (context.expiresIn("k", expiresIn), ["value"]), options),
  ],
];
const writes = [
  ["set", (region, expiresIn) => region.set("k", "value", { expiresIn })],
  ["setMulti", (region, expiresIn) => region.setMulti({ k: "value" }, { expiresIn })],
  ...creations.map(([name, create]) => [name, (region, expiresIn) => create(region, {}, expiresIn)]),
];

describe.each(shapes)("with %s, the backend's hint of", (_shape, makeBackend, options) => {
  const make = (more) => {
    const backend = makeBackend();
    return { backend, region: makeRegion({ backend, ...options, ...more }) };
  };

  test.each(writes)("%s is at least the region's expiration", async (_name, write) => {
    for (const [expirationTime, seconds] of [
      [60, 60],
      ["5m", 300],
      [{ hours: 1 }, 3600],
      [0.5, 0.5],
    ]) {
      const { backend, region } = make({ expirationTime });
      await write(region, undefined);
      expect(lasts(backend, "k")).toBeGreaterThanOrEqual(seconds);
      expect(Number.isFinite(lasts(backend, "k"))).toBe(true);
    }
  });

  test.each(writes)("%s is at least the value's own expiration", async (_name, write) => {
    for (const expirationTime of [60, undefined]) {
      const { backend, region } = make({ expirationTime });
      await write(region, "1h");
      expect(lasts(backend, "k")).toBeGreaterThanOrEqual(3600);
      expect(Number.isFinite(lasts(backend, "k"))).toBe(true);
    }
  });

  test.each(writes)("%s is none where values never expire", async (_name, write) => {
    for (const [expirationTime, expiresIn] of [
      [undefined, undefined],
      [-1, undefined],
      [Infinity, undefined],
      [60, -1],
      [60, Infinity],
    ]) {
      const { backend, region } = make({ expirationTime });
      await write(region, expiresIn);
      expect(backend.hints.has("k")).toBe(true);
      expect(lasts(backend, "k")).toBeUndefined();
    }
  });

  test.each(creations)("%s is at least the call's expiration, and none where that never comes", async (_name, create) => {
    const { backend, region } = make({ expirationTime: 60 });
    await create(region, { expirationTime: "2h" });
    expect(lasts(backend, "k")).toBeGreaterThanOrEqual(7200);
    await create(region, { expirationTime: -1, forceRefresh: true });
    expect(lasts(backend, "k")).toBeUndefined();
  });

  test.each(creations)("%s is not less than the region's expiration for a call that has less patience", async (_name, create) => {
    const { backend, region } = make({ expirationTime: 60 });
    await create(region, { expirationTime: 1 });
    expect(lasts(backend, "k") ?? Infinity).toBeGreaterThanOrEqual(60);
  });
});

test("the hint of many values holds for the one that lasts longest", async () => {
  for (const [makeBackend, first, second, expected] of [
    [hintedMulti, 3600, 7200, 7200],
    [hintedMulti, 3600, -1, undefined],
    [hinted, 3600, 7200, 7200],
  ]) {
    const backend = makeBackend();
    const region = makeRegion({ backend, expirationTime: 60 }, ["a", "b"]);
    await region.getOrCreateMulti(["a", "b"], (_keys, { expiresIn }) => {
      expiresIn("a", first);
      expiresIn("b", second);
      return [1, 2];
    });
    if (expected === undefined) expect(lasts(backend, "b")).toBeUndefined();
    else expect(lasts(backend, "b")).toBeGreaterThanOrEqual(expected);
    expect(lasts(backend, "a") ?? Infinity).toBeGreaterThanOrEqual(first);
  }
});

test("a proxy sees the hint, and may give another", async () => {
  const [plain, doubled] = [hinted(), hinted()];
  await makeRegion({ backend: plain, expirationTime: 60 }).set("k", 1);
  await makeRegion({ backend: doubled, expirationTime: 60, wrap: [Passing, Doubling] }).set("k", 1);
  expect(lasts(doubled, "k")).toBe(2 * lasts(plain, "k"));
});

test("what a runner stores comes with a hint", async () => {
  const clock = virtualClock();
  const backend = hinted();
  const asyncCreationRunner = async (_region, _key, creator, mutex, job) => {
    await job.store(await creator());
    mutex.release();
  };
  const region = makeRegion({ backend, clock, expirationTime: 60, asyncCreationRunner });
  await region.set("k", "old");
  backend.hints.clear();
  clock.advance(61);
  expect(await region.getOrCreate("k", () => "new")).toBe("old");
  await until(() => backend.hints.has("k"));
  expect(lasts(backend, "k")).toBeGreaterThanOrEqual(60);
  await until(async () => !(await region.keyIsLocked("k")));
});
