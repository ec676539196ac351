import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, makeRegion, plainBackend, refuses, slowRegion, until } from "../helpers.js";

checkAfterEach();

const long = "k".repeat(100_000);
const keys = [
  ["the empty string", ""],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
  ["hasOwnProperty", "hasOwnProperty"],
  ["toString", "toString"],
  ["a high surrogate alone", "\ud800"],
  ["a low surrogate alone", "\udc00"],
  ["a lone surrogate in a text", "a\udfffb"],
  ["the replacement character", "\ufffd"],
  ["an emoji", "\u{1f436}"],
  ["a zero character", "a\0b"],
  ["white space", " \n\t"],
  ["100,000 characters", long],
  ["one character more", `${long}k`],
];
const all = keys.map(([, key]) => key);
const notKeys = [
  ["number", 1],
  ["undefined", undefined],
  ["symbol", Symbol("k")],
  ["bigint", 1n],
  ["boolean", true],
  ["function", () => "k"],
  ["object", {}],
  ["object", new String("k")],
  ["", null],
  ["", ["k"]],
];

describe.each(backends)("over %s", (_backend, makeBackend) => {
  test.each(keys)("%s is a key like any other", async (_name, key) => {
    const region = makeRegion({ backend: makeBackend() }, [key]);
    const creator = counted((context) => context.key);
    expect(await region.getOrCreate(key, creator)).toBe(key);
    expect(await region.getOrCreate(key, creator)).toBe(key);
    expect(creator.times).toBe(1);
    expect(await region.get(key)).toBe(key);
    expect((await region.getValueMetadata(key)).payload).toBe(key);
    await region.set(key, "set");
    expect(await region.getMulti([key])).toEqual(["set"]);
    await region.delete(key);
    expect(await region.get(key)).toBeUndefined();
    await region.setMulti(new Map([[key, "multi"]]));
    expect(await region.get(key)).toBe("multi");
    await region.deleteMulti([key]);
    const makers = counted((keys) => keys.map((it) => `created ${it}`));
    expect(await region.getOrCreateMulti([key, key], makers)).toEqual([`created ${key}`, `created ${key}`]);
    expect(makers.calls[0][0]).toEqual([key]);
  });

  test("no two of them are the same key, stored or under creation", async () => {
    const region = makeRegion({ backend: makeBackend() }, all);
    await region.setMulti(all.map((key, index) => [key, index]));
    expect(await region.getMulti(all)).toEqual(all.map((_, index) => index));
    const creation = deferred();
    const creator = counted(() => creation.promise.then(() => "new"));
    const created = all.map((key) => region.getOrCreate(key, creator, { forceRefresh: true }));
    await until(() => creator.times === all.length);
    for (const key of all) expect(await region.keyIsLocked(key)).toBe(true);
    creation.resolve();
    await Promise.all(created);
  });

  test("an object of values to set may have a key of any name", async () => {
    const region = makeRegion({ backend: makeBackend() }, []);
    const values = Object.fromEntries(all.map((key, index) => [key, index]));
    Object.defineProperty(values, "__proto__", { value: "proto", enumerable: true });
    await region.setMulti(values);
    expect(await region.get("__proto__")).toBe("proto");
    expect(await region.getMulti(["\ud800", "\udc00", "\ufffd"])).toEqual(["\ud800", "\udc00", "\ufffd"].map((key) => all.indexOf(key)));
  });
});

describe("what is no string is refused as a key, by every method, with its type", () => {
  test.each(notKeys.map(([type, key]) => [`${type || "object or null"}: ${Object.prototype.toString.call(key)}`, type, key]))(
    "%s",
    async (_name, type, key) => {
      const { backend, region } = slowRegion();
      const creator = counted();
      const calls = [
        () => region.get(key),
        () => region.getValueMetadata(key),
        () => region.getOrCreate(key, creator),
        () => region.getOrCreateEntry(key, creator),
        () => region.set(key, 1),
        () => region.delete(key),
        () => region.keyIsLocked(key),
        () => region.getMulti(["k", key]),
        () => region.getOrCreateMulti(["k", key], creator),
        () => region.deleteMulti(["k", key]),
        () =>
          region.setMulti([
            ["k", 1],
            [key, 1],
          ]),
      ];
      for (const call of calls) await refuses(call, "VALIDATION", type);
      expect(creator.times).toBe(0);
      expect(backend.sent).toEqual([]);
    },
  );

  test("over MemoryBackend too", async () => {
    const region = makeRegion();
    for (const [type, key] of notKeys) await refuses(() => region.getOrCreate(key, () => "never"), "VALIDATION", type);
  });
});

describe("many keys", () => {
  test("may come from any iterable, read once", async () => {
    const region = makeRegion({}, ["a", "b"]);
    await region.set("a", 1);
    for (const make of [
      () => ["a", "b"],
      () => new Set(["a", "b"]),
      () =>
        new Map([
          ["a", 0],
          ["b", 0],
        ]).keys(),
      function* () {
        yield "a";
        yield "b";
      },
    ]) {
      expect(await region.getMulti(make())).toEqual([1, undefined]);
      expect(await region.getOrCreateMulti(make(), () => [2], { shouldCacheFn: () => false })).toEqual([1, 2]);
      await region.deleteMulti(
        (function* () {
          yield "b";
        })(),
      );
    }
  });

  test("as a string, or as what is not iterable, are refused", async () => {
    const { backend, region } = slowRegion();
    for (const given of ["ab", 5, null, undefined, {}, true, () => ["a"]]) {
      await refuses(() => region.getMulti(given), "VALIDATION");
      await refuses(() => region.deleteMulti(given), "VALIDATION");
      await refuses(() => region.getOrCreateMulti(given, () => []), "VALIDATION");
    }
    expect(backend.sent).toEqual([]);
  });

  test("whose iterator throws reject with what it threw", async () => {
    const region = makeRegion();
    const reason = new Error("no more");
    const broken = {
      *[Symbol.iterator]() {
        yield "k";
        throw reason;
      },
    };
    for (const call of [() => region.getMulti(broken), () => region.deleteMulti(broken), () => region.getOrCreateMulti(broken, () => [])]) {
      await expect(call()).rejects.toBe(reason);
    }
    const brokenPairs = {
      *[Symbol.iterator]() {
        yield ["k", 1];
        throw reason;
      },
    };
    await expect(region.setMulti(brokenPairs)).rejects.toBe(reason);
    expect(await region.get("k")).toBeUndefined();
  });
});

describe("a key mangler", () => {
  const lower = (key) => key.toLowerCase();

  test("is applied to every key before it reaches the backend; creators see the caller's key", async () => {
    const backend = plainBackend();
    const region = makeRegion({ backend, keyMangler: (key) => `v1:${key}` }, []);
    const seen = [];
    await region.getOrCreate("a", (context) => seen.push(context.key));
    await region.getOrCreateMulti(["b"], (keys) => [seen.push(...keys)]);
    await region.set("c", 1);
    await region.setMulti({ d: 1 });
    expect([...backend.store.keys()]).toEqual(["v1:a", "v1:b", "v1:c", "v1:d"]);
    expect(seen).toEqual(["a", "b"]);
    expect(await region.getMulti(["c", "d"])).toEqual([1, 1]);
    await region.delete("c");
    await region.deleteMulti(["d"]);
    expect([...backend.store.keys()]).toEqual(["v1:a", "v1:b"]);
  });

  test("two keys that mangle to one string are one key, in single calls", async () => {
    const region = makeRegion({ keyMangler: lower });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const calls = [region.getOrCreate("K", creator), region.getOrCreate("k", creator)];
    await until(() => creator.times === 1);
    expect(await region.keyIsLocked("K")).toBe(true);
    expect(await region.keyIsLocked("k")).toBe(true);
    creation.resolve("value");
    expect(await Promise.all(calls)).toEqual(["value", "value"]);
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("value");
  });

  test("two keys that mangle to one string are one key, in a call for many: the first asked for is created", async () => {
    const region = makeRegion({ keyMangler: lower }, ["a", "b"]);
    const creator = counted((keys) => keys.map((key) => `made for ${key}`));
    expect(await region.getOrCreateMulti(["B", "A", "a", "b"], creator)).toEqual(["made for B", "made for A", "made for A", "made for B"]);
    expect(creator.calls[0][0]).toEqual(["B", "A"]);
    expect(await region.getMulti(["a", "A"])).toEqual(["made for A", "made for A"]);
  });

  test("recommended by the backend is used; the region's replaces it; false switches it off", async () => {
    for (const [keyMangler, stored] of [
      [undefined, "recommended:k"],
      [(key) => `own:${key}`, "own:k"],
      [false, "k"],
    ]) {
      const backend = { ...plainBackend(), keyMangler: (key) => `recommended:${key}` };
      const region = makeRegion({ backend, keyMangler });
      await region.set("k", 1);
      expect([...backend.store.keys()]).toEqual([stored]);
      expect(await region.get("k")).toBe(1);
    }
  });

  test("that throws rejects the call with what it threw, and leaves nothing behind", async () => {
    const reason = new Error("cannot mangle");
    const { backend, region } = slowRegion({
      keyMangler: (key) => {
        if (key === "bad") throw reason;
        return key;
      },
    });
    const creator = counted();
    const calls = [
      () => region.get("bad"),
      () => region.getValueMetadata("bad"),
      () => region.getOrCreate("bad", creator),
      () => region.set("bad", 1),
      () => region.delete("bad"),
      () => region.keyIsLocked("bad"),
      () => region.getMulti(["k", "bad"]),
      () => region.getOrCreateMulti(["k", "bad"], creator),
      () => region.setMulti({ k: 1, bad: 1 }),
      () => region.deleteMulti(["k", "bad"]),
    ];
    for (const call of calls) await expect(call()).rejects.toBe(reason);
    expect(creator.times).toBe(0);
    expect(backend.sent).toEqual([]);
  });

  test.each([
    ["undefined", undefined],
    ["a number", 5],
    ["null", null],
    ["a promise", Promise.resolve("k")],
  ])("that answers %s is refused", async (_name, answer) => {
    const { backend, region } = slowRegion({ keyMangler: () => answer }, []);
    await refuses(() => region.get("k"), "VALIDATION");
    await refuses(() => region.getOrCreate("k", () => "never"), "VALIDATION");
    await refuses(() => region.set("k", 1), "VALIDATION");
    await refuses(() => region.getMulti(["k"]), "VALIDATION");
    expect(backend.sent).toEqual([]);
  });
});
