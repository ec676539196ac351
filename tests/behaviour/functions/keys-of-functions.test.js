import { describe, expect, test } from "vitest";
import { functionKeyGenerator, functionMultiKeyGenerator } from "dogpile";
import { checkAfterEach, counted, makeRegion, outcome, plainBackend, refuses, throws } from "../helpers.js";

checkAfterEach();

const keyOf = async (...args) => {
  const backend = plainBackend();
  await makeRegion({ backend }, []).cacheOnArguments({ namespace: "n" }, () => 1)(...args);
  const [key] = backend.store.keys();
  return key;
};

describe("the key of a call", () => {
  test.each([
    ["no arguments", [], "n|"],
    ["arguments", [1, "a b", true], 'n|1 "a b" true'],
    ["an object", [{ b: [1, { d: 1, c: 2 }], a: null }], 'n|{"a":null,"b":[1,{"c":2,"d":1}]}'],
    ["an object without a prototype", [Object.assign(Object.create(null), { a: 1 })], 'n|{"a":1}'],
    [
      "what JSON would lose",
      [undefined, NaN, Infinity, -Infinity, 10n, new Date(5), [undefined, , 1]],
      "n|undefined NaN Infinity -Infinity 10n Date(5) [undefined,empty,1]",
    ],
    ["undefined at the end", [1, undefined, undefined], "n|1"],
    ["undefined alone", [undefined], "n|"],
    ["one object twice", [...Array(2).fill({ a: [] })], 'n|{"a":[]} {"a":[]}'],
    ["minus zero", [-0, 0], "n|-0 0"],
  ])("of %s", async (_name, args, key) => {
    expect(await keyOf(...args)).toBe(key);
  });

  const different = [
    [],
    [1],
    ["1"],
    [1n],
    ["1n"],
    [true],
    ["true"],
    [null],
    ["null"],
    [undefined, null],
    [null, null],
    [NaN],
    ["NaN"],
    [[]],
    [{}],
    [[undefined]],
    [[null]],
    [[[]]],
    ["a b", "c"],
    ["a", "b c"],
    ["a", "b", "c"],
    ["a b c"],
    ['a" "b'],
    ["a\\"],
    ["a", ""],
    ["a|b"],
    [""],
    ["", ""],
    [{ a: 1 }],
    [{ a: "1" }],
    [{ a: 1, b: undefined }],
    [{ a: undefined }],
    [new Date(0)],
    [0],
    [new Date(0).toISOString()],
    [new Date(NaN)],
    ["Date(0)"],
    [Infinity],
    [-Infinity],
    ["\ud800"],
    ["\\ud800"],
    ["\udc00"],
    [[1, 2]],
    [1, 2],
    ["1,2"],
    [["1,2"]],
    [12],
    ["undefined"],
    [JSON.parse('{"__proto__":1}')],
    [{ a: { b: 1 } }, 2],
    [{ a: { b: 1, c: 2 } }],
  ];

  test("is another one for other arguments", async () => {
    const keys = await Promise.all(different.map((args) => keyOf(...args)));
    const seen = new Map();
    keys.forEach((key, index) => {
      expect(seen.get(key), `${key} stands for two`).toBeUndefined();
      seen.set(key, different[index]);
    });
  });

  test("does not depend on the order of an object's names", async () => {
    const ways = [
      { a: 1, b: { c: 2, d: [{ e: 3, f: 4 }] } },
      { b: { d: [{ f: 4, e: 3 }], c: 2 }, a: 1 },
    ];
    const [one, other] = await Promise.all(ways.map((way) => keyOf(way)));
    expect(one).toBe(other);
  });

  class Point {
    x = 1;
  }
  const cycle = { list: [] };
  cycle.list.push(cycle);
  test.each([
    ["a function", () => 1],
    ["a class", Point],
    ["a symbol", Symbol("s")],
    ["an instance of a class", new Point()],
    ["an instance inside of a list inside of an object", { a: [new Point()] }],
    ["a Map", new Map()],
    ["a Set", new Set()],
    ["bytes", new Uint8Array(1)],
    ["an error", new Error("e")],
    ["a regular expression", /a/],
    ["a promise", Promise.resolve()],
    ["a text object", new String("a")],
    ["a list of a class", new (class extends Array {})()],
    ["Math", Math],
    ["a name that is a symbol", { [Symbol("s")]: 1 }],
    ["names that are symbols", { [Symbol("s")]: 1, [Symbol("t")]: 2 }],
    ["a method", { toJSON: () => 1 }],
    ["itself", cycle],
  ])("is refused for %s", async (_name, argument) => {
    const fn = counted();
    const cached = makeRegion({}, []).cacheOnArguments({ namespace: "n" }, fn);
    for (const call of [
      () => cached(argument),
      () => cached.get(argument),
      () => cached.set(1, argument),
      () => cached.invalidate(argument),
      () => cached.refresh(argument),
    ]) {
      const [how, error] = await outcome(call());
      expect([how, error instanceof TypeError]).toEqual(["rejected", true]);
    }
    expect(fn.times).toBe(0);
  });
});

describe("functionKeyGenerator and functionMultiKeyGenerator", () => {
  test("join what toStr says, and give it one argument at a time", () => {
    const toStr = counted((argument) => `<${argument}>`);
    expect(functionKeyGenerator("n", () => 1, toStr)(1, "b")).toBe("n|<1> <b>");
    expect(functionMultiKeyGenerator("n", () => 1, toStr)(1, "b")).toEqual(["n|<1>", "n|<b>"]);
    expect(functionKeyGenerator("", () => 1, toStr)()).toBe("|");
    expect(functionMultiKeyGenerator("n", () => 1, toStr)()).toEqual([]);
    expect(toStr.calls).toEqual([[1], ["b"], [1], ["b"]]);
  });

  test("want a namespace, and text from toStr", () => {
    for (const generator of [functionKeyGenerator, functionMultiKeyGenerator]) {
      throws(() => generator(undefined, () => 1, String), "VALIDATION", "namespace", "undefined");
      throws(
        () =>
          generator(
            "n",
            () => 1,
            () => 5,
          )(1),
        "VALIDATION",
        "toStr",
        "5 (a number)",
      );
    }
  });

  test("are the same to one argument and to one key", async () => {
    const region = makeRegion({}, []);
    const one = region.cacheOnArguments({ namespace: "user" }, (id) => `user ${id}`);
    const many = region.cacheMultiOnArguments({ namespace: "user" }, (...ids) => ids.map((id) => `users ${id}`));
    expect(await one(1)).toBe("user 1");
    expect(await many(1, 2)).toEqual(["user 1", "users 2"]);
    expect(await one(2)).toBe("users 2");
  });
});

describe("a key generator of one's own", () => {
  test("gets the namespace, the function and toStr; a function's comes before the region's", async () => {
    const backend = plainBackend();
    const generator = (name) =>
      counted(
        (namespace, fn, toStr) =>
          (...args) =>
            [name, namespace, fn.name, ...args.map(toStr)].join(":"),
      );
    const [regions, own] = [generator("region"), generator("own")];
    const region = makeRegion({ backend, functionKeyGenerator: regions }, []);
    const load = () => 1;
    await region.cacheOnArguments({}, load)(1, "a");
    await region.cacheOnArguments({ namespace: "n", toStr: String }, load)(1, "a");
    await region.cacheOnArguments({ functionKeyGenerator: own, namespace: null }, load)("a");
    expect([...backend.store.keys()]).toEqual(['region::load:1:"a"', "region:n:load:1:a", 'own::load:"a"']);
    expect(own.calls).toEqual([[undefined, load, expect.any(Function)]]);
  });

  test("for many keys gives one for each argument", async () => {
    const backend = plainBackend();
    const region = makeRegion(
      {
        backend,
        functionMultiKeyGenerator:
          (namespace) =>
          (...ids) =>
            ids.map((id) => `${namespace}:${id}`),
      },
      [],
    );
    const fn = (...ids) => ids.map((id) => id * 10);
    expect(await region.cacheMultiOnArguments({ namespace: "n" }, fn)(1, 2)).toEqual([10, 20]);
    expect(
      await region.cacheMultiOnArguments(
        {
          functionMultiKeyGenerator:
            () =>
            (...ids) =>
              ids.map((id) => `own:${id}`),
        },
        fn,
      )(3),
    ).toEqual([30]);
    expect([...backend.store.keys()]).toEqual(["n:1", "n:2", "own:3"]);
  });

  test("that gives no text, not one for each argument, or throws, rejects every call", async () => {
    const region = makeRegion({}, []);
    const reason = new Error("no key");
    const fail = () => {
      throw reason;
    };
    for (const made of [() => 5, () => undefined, async () => "k"]) {
      const cached = region.cacheOnArguments({ functionKeyGenerator: () => made }, () => 1);
      for (const call of [() => cached(1), () => cached.get(1), () => cached.set(1, 1), () => cached.invalidate(1), () => cached.refresh(1)])
        await refuses(call, "VALIDATION");
    }
    for (const made of [() => "ab", () => ["a"], () => ["a", 5], () => undefined, () => ["a", "b", "c"]]) {
      const cached = region.cacheMultiOnArguments({ functionMultiKeyGenerator: () => made }, () => [1, 2]);
      for (const call of [
        () => cached(1, 2),
        () => cached.get(1, 2),
        () =>
          cached.set([
            [1, 1],
            [2, 2],
          ]),
        () => cached.invalidate(1, 2),
        () => cached.refresh(1, 2),
      ])
        await refuses(call, "VALIDATION");
    }
    expect(await outcome(region.cacheOnArguments({ functionKeyGenerator: () => fail }, () => 1)())).toEqual(["rejected", reason]);
    expect(() => region.cacheOnArguments({ functionKeyGenerator: fail }, () => 1)).toThrow(reason);
    throws(() => region.cacheOnArguments({ functionKeyGenerator: () => "k" }, () => 1), "VALIDATION", "functionKeyGenerator");
  });
});
