import { describe, expect, test } from "vitest";
import { MemoryBackend, createRegion } from "dogpile";
import { backends, checkAfterEach, makeRegion, outcome, throws, until, virtualClock } from "../helpers.js";

checkAfterEach();

const DAY = 86_400;
const down = () => Promise.reject(new Error("the origin is down"));

/** The hint that comes with what `write` writes. */
async function hintOf(options, write) {
  let hint;
  const store = new Map();
  const set = (key, value, given) => (store.set(key, value), (hint = given));
  await write(createRegion({ backend: { get: (key) => store.get(key), set, delete: (key) => store.delete(key) }, ...options }));
  return hint?.expirationTime;
}

const create = (options, expiresIn) => (region) => region.getOrCreate("k", (context) => (context.expiresIn(expiresIn), "value"), options);
const createMulti = (options, expiresIn) => (region) =>
  region.getOrCreateMulti(["k"], (_keys, context) => (context.expiresIn("k", expiresIn), ["value"]), options);

describe.each([
  ["getOrCreate", create],
  ["getOrCreateMulti", createMulti],
])("the hint of %s", (_name, make) => {
  test.each([
    ["the region's expiration and as much again", { expirationTime: 300 }, {}, undefined, 600],
    ["a minute more at least", { expirationTime: 5 }, {}, undefined, 65],
    ["the longest of the call's, the value's and the region's", { expirationTime: 100 }, { expirationTime: 300 }, 200, 600],
    ["the region's if that is longest", { expirationTime: 300 }, { expirationTime: 100 }, 200, 600],
    ["the value's if that is longest", { expirationTime: 100 }, { expirationTime: 200 }, 300, 600],
    ["the call's staleIfError on top", { expirationTime: 60 }, { staleIfError: "1d" }, undefined, 60 + DAY],
    ["the region's staleIfError on top", { expirationTime: 60, staleIfError: "1d" }, { expirationTime: 90 }, undefined, 90 + DAY],
    ["the longer of both", { expirationTime: 60, staleIfError: "1d" }, { staleIfError: "1h" }, undefined, 60 + DAY],
    ["nothing where values never expire", { staleIfError: "1d" }, { expirationTime: 60 }, undefined, undefined],
    ["nothing where a stale value always serves", { expirationTime: 60 }, { staleIfError: -1 }, undefined, undefined],
  ])("is %s", async (_what, options, call, own, expected) => {
    expect(await hintOf(options, make(call, own))).toBe(expected);
  });
});

test("the region's staleIfError holds for set, too", async () => {
  const options = { expirationTime: 60, staleIfError: "1d" };
  expect(await hintOf(options, (region) => region.set("k", 1))).toBe(60 + DAY);
  expect(await hintOf(options, (region) => region.setMulti({ k: 1 }, { expiresIn: 90 }))).toBe(90 + DAY);
});

test("what a background creation stores has the call's", async () => {
  const clock = virtualClock();
  const options = { expirationTime: 60, staleWhileRevalidate: true, clock };
  const hint = await hintOf(options, async (region) => {
    await region.set("k", "old");
    clock.advance(61);
    expect(await region.getOrCreate("k", () => "new", { staleIfError: "1d" })).toBe("old");
    await until(async () => (await region.get("k")) === "new");
  });
  expect(hint).toBe(60 + DAY);
});

describe.each(backends)("a region's staleIfError over %s", (_name, makeBackend) => {
  test("is the default of its calls, which may say otherwise", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60, staleIfError: "5m", observer: {} });
    await region.set("k", "old");
    clock.advance(360);
    expect(await region.getOrCreate("k", down)).toBe("old");
    expect(await region.getOrCreateMulti(["k"], down)).toEqual(["old"]);
    expect(await region.getOrCreateEntry("k", down)).toMatchObject({ payload: "old", state: "stale" });
    expect((await outcome(region.getOrCreate("k", down, { staleIfError: 10 })))[0]).toBe("rejected");
    clock.advance(1);
    expect((await outcome(region.getOrCreate("k", down)))[0]).toBe("rejected");
    expect(await region.getOrCreate("k", down, { staleIfError: "1h" })).toBe("old");
  });

  test("serves all who wait for the creation that failed", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60, staleIfError: "5m", observer: {} });
    await region.set("k", "old");
    clock.advance(61);
    expect(await Promise.all([1, 2, 3].map(() => region.getOrCreate("k", down)))).toEqual(["old", "old", "old"]);
  });
});

test("is refused where it is no length of time", () => {
  throws(() => makeRegion({ staleIfError: "soon" }, []), "VALIDATION", "staleIfError must be");
});

test("a record survives half an hour without its origin, while others are set", async () => {
  const backend = new MemoryBackend();
  const region = createRegion({ backend, expirationTime: "1m", observer: {} });
  const options = { expirationTime: "1m", staleIfError: "1d" };
  const start = Date.now();
  const { now } = Date;
  try {
    Date.now = () => start;
    await region.getOrCreate("k", () => "value", options);
    for (let minute = 1; minute <= 30; minute += 1) {
      Date.now = () => start + minute * 60_000;
      for (let each = 0; each < 10; each += 1) await region.set(`other ${minute} ${each}`, each);
    }
    expect(backend.size).toBeLessThan(200); // what nobody will ask for was swept
    expect(await region.getOrCreate("k", down, options)).toBe("value");
  } finally {
    Date.now = now;
  }
});
