import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, makeRegion, outcome, plainBackend, refuses, slowRegion, virtualClock } from "../helpers.js";

checkAfterEach();

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("what is set is what get answers, until it is deleted", async () => {
    const region = makeRegion({ backend: makeBackend() });
    expect(await region.get("k")).toBeUndefined();
    expect(await region.set("k", "one")).toBeUndefined();
    expect(await region.get("k")).toBe("one");
    await region.set("k", "two");
    expect(await region.get("k")).toBe("two");
    expect(await region.delete("k")).toBeUndefined();
    expect(await region.get("k")).toBeUndefined();
    await region.delete("k");
  });

  test("a set value is a hit for getOrCreate, a deleted one is created anew", async () => {
    const region = makeRegion({ backend: makeBackend() });
    await region.set("k", "set");
    expect(await region.getOrCreate("k", () => "created")).toBe("set");
    await region.delete("k");
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
  });

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["0", 0],
    ["the empty string", ""],
    ["false", false],
  ])("%s may be set, and is a hit", async (_value, value) => {
    const region = makeRegion({ backend: makeBackend() });
    await region.set("k", value);
    expect(await region.getOrCreate("k", () => "never")).toBe(value);
    expect(await region.getValueMetadata("k")).toHaveProperty("payload", value);
    await region.setMulti({ k: value });
    expect(await region.getOrCreateMulti(["k"], () => ["never"])).toEqual([value]);
  });

  test("setMulti takes a Map, an object or any iterable of pairs", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
    const bare = Object.assign(Object.create(null), { a: 4, b: 5 });
    const many = [
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      { a: 2, b: 3 },
      [
        ["a", 3],
        ["b", 4],
      ],
      bare,
      new Set([
        ["a", 5],
        ["b", 6],
      ]),
      (function* () {
        yield ["a", 6];
        yield ["b", 7];
      })(),
    ];
    for (const [index, values] of many.entries()) {
      expect(await region.setMulti(values)).toBeUndefined();
      expect(await region.getMulti(["a", "b"])).toEqual([index + 1, index + 2]);
    }
  });

  test("deleteMulti takes unknown keys and duplicates", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b", "c"]);
    await region.setMulti({ a: 1, b: 2, c: 3 });
    expect(await region.deleteMulti(["a", "nothing", "a", "c"])).toBeUndefined();
    expect(await region.getMulti(["a", "b", "c"])).toEqual([undefined, 2, undefined]);
    await region.deleteMulti([]);
  });

  test("getMulti answers in the order of the keys, duplicates repeated", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["a", "b"]);
    await region.setMulti({ a: 1, b: null });
    expect(await region.getMulti(["b", "none", "a", "b"])).toEqual([null, undefined, 1, null]);
    expect(await region.getMulti([])).toEqual([]);
  });
});

describe("a promise or another thenable as value is refused, and nothing is written", () => {
  const thenables = [
    ["a promise", Promise.resolve(1)],
    ["a thenable", { then: () => {} }],
    ["a function with a then", Object.assign(() => {}, { then: () => {} })],
  ];

  test.each(thenables)("%s", async (_name, value) => {
    const { backend, region } = slowRegion();
    await refuses(() => region.set("k", value), "VALIDATION");
    await refuses(() => region.setMulti({ a: 1, k: value }), "VALIDATION");
    expect(backend.sent).toEqual([]);
  });

  test("one that would be rejected leaves no unhandled rejection", async () => {
    const region = makeRegion();
    const doomed = Promise.reject(new Error("the caller's own"));
    await refuses(() => region.set("k", doomed), "VALIDATION");
    await outcome(doomed);
  });

  test("an object whose then cannot be read rejects, and one whose then is no function is a value", async () => {
    const region = makeRegion();
    const [how] = await outcome(
      region.set("k", {
        get then() {
          throw new Error("private");
        },
      }),
    );
    expect(how).toBe("rejected");
    expect(await region.getValueMetadata("k")).toBeUndefined();
    await region.set("k", { then: "later" });
    expect(await region.get("k")).toEqual({ then: "later" });
  });
});

test("what is no collection of values is refused by setMulti", async () => {
  const { backend, region } = slowRegion();
  for (const values of [undefined, null, 5, "text", true, Symbol("values"), [1], ["k"], [["k", 1], null], [null]])
    await refuses(() => region.setMulti(values), "VALIDATION");
  expect(backend.sent).toEqual([]);
});

test("setMulti gives all its records one creation time", async () => {
  const region = makeRegion({}, ["a", "b"]);
  await region.setMulti({ a: 1, b: 2 });
  const [a, b] = await Promise.all(["a", "b"].map((key) => region.getValueMetadata(key)));
  expect(a.cachedTime).toBe(b.cachedTime);
});

test("a backend gets plain records: the payload, and metadata of a creation time and the version", async () => {
  const clock = virtualClock();
  const backend = plainBackend();
  const region = makeRegion({ backend, clock }, []);
  const payload = { any: "thing" };
  const expected = { payload, metadata: { ct: clock.now, v: 2 } };
  await region.set("set", payload);
  await region.setMulti({ multi: payload });
  await region.getOrCreate("created", () => payload);
  await region.getOrCreateMulti(["created many"], () => [payload]);
  expect([...backend.store.keys()]).toEqual(["set", "multi", "created", "created many"]);
  for (const stored of backend.store.values()) {
    expect(stored).toEqual(expected);
    expect(structuredClone(stored)).toEqual(expected);
    expect(JSON.parse(JSON.stringify(stored))).toEqual(expected);
  }
});
