import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, refuses, slowRegion, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const values = [
  ["undefined", undefined],
  ["null", null],
  ["0", 0],
  ["NaN", NaN],
  ["the empty string", ""],
  ["false", false],
  ["an empty array", []],
  ["a bigint", 1n],
];
const reasons = [
  ["an Error", new Error("failed")],
  ["undefined", undefined],
  ["null", null],
  ["0", 0],
  ["the empty string", ""],
  ["false", false],
  ["a string", "failed"],
];

describe.each(backends)("over %s", (_backend, makeBackend) => {
  describe.each(values)("a creator that returns %s", (_name, value) => {
    test.each([
      ["at once", () => value],
      ["by promise", async () => value],
    ])("%s: it is stored, and is a hit", async (_how, make) => {
      const region = makeRegion({ backend: makeBackend() });
      const creator = counted(make);
      expect(await region.getOrCreate("k", creator)).toEqual(value);
      expect(await region.getOrCreate("k", creator)).toEqual(value);
      expect(creator.times).toBe(1);
      expect(await region.get("k")).toEqual(value);
      expect(await region.getValueMetadata("k")).toHaveProperty("payload", value);
    });
  });

  describe.each(reasons)("a creator that fails with %s", (_name, reason) => {
    test.each([
      [
        "throws at once",
        () => {
          throw reason;
        },
      ],
      ["rejects", () => Promise.reject(reason)],
      [
        "throws later",
        async () => {
          await turns(3);
          throw reason;
        },
      ],
    ])("%s: every waiter gets that very reason, nothing is stored", async (_how, creator) => {
      const region = makeRegion({ backend: makeBackend() });
      const callers = [1, 2, 3].map(() => outcome(region.getOrCreate("k", creator)));
      for (const [how, why] of await Promise.all(callers)) {
        expect(how).toBe("rejected");
        expect(why).toBe(reason);
      }
      expect(await region.getValueMetadata("k")).toBeUndefined();
      expect(await region.keyIsLocked("k")).toBe(false);
      expect(await region.getOrCreate("k", () => "value")).toBe("value");
    });
  });

  test("the created value itself is returned, to everyone", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const value = { nested: { deep: 1 } };
    const [one, two] = await Promise.all([region.getOrCreate("k", () => value), region.getOrCreate("k", () => value)]);
    expect(one).toBe(value);
    expect(two).toBe(value);
  });
});

describe("what a creator returns is awaited when it can be", () => {
  test.each([
    ["resolves", (resolve) => resolve("value")],
    ["resolves with another thenable", (resolve) => resolve({ then: (inner) => inner("value") })],
    [
      "resolves twice",
      (resolve) => {
        resolve("value");
        resolve("second");
      },
    ],
    [
      "resolves and then rejects",
      (resolve, reject) => {
        resolve("value");
        reject(new Error("ignored"));
      },
    ],
    [
      "resolves and then throws",
      (resolve) => {
        resolve("value");
        throw new Error("ignored");
      },
    ],
  ])("a thenable that is no promise and %s", async (_name, then) => {
    const region = makeRegion();
    expect(await region.getOrCreate("k", () => ({ then }))).toBe("value");
    expect(await region.get("k")).toBe("value");
  });

  test.each([
    ["rejects", { then: (_resolve, reject) => reject("why") }],
    [
      "throws in then",
      {
        then() {
          throw "why";
        },
      },
    ],
    [
      "throws when its then is read",
      {
        get then() {
          throw "why";
        },
      },
    ],
  ])("a thenable that %s is a rejection", async (_name, thenable) => {
    const region = makeRegion();
    expect(await outcome(region.getOrCreate("k", () => thenable))).toEqual(["rejected", "why"]);
    expect(await region.getValueMetadata("k")).toBeUndefined();
  });

  test("an object whose then is no function is a value", async () => {
    const region = makeRegion();
    expect(await region.getOrCreate("k", () => ({ then: 5 }))).toEqual({ then: 5 });
    expect(await region.get("k")).toEqual({ then: 5 });
  });
});

describe("what a creator is given", () => {
  test("the key, and nothing to replace where there was nothing", async () => {
    const region = makeRegion();
    let context;
    await region.getOrCreate("k", (it) => ((context = { key: it.key, stale: it.stale }), "value"));
    expect(context).toEqual({ key: "k", stale: undefined });
  });

  test("the stale value that it replaces, with its age", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock, expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(100);
    let stale;
    await region.getOrCreate("k", (it) => ((stale = [it.stale.payload, it.stale.cachedTime, it.stale.age]), "new"));
    expect(stale).toEqual(["old", clock.now - 100, 100]);
  });

  test("creatorArgs, spread, when they are given", async () => {
    const region = makeRegion();
    const creator = counted((one, two) => one + two);
    expect(await region.getOrCreate("k", creator, { creatorArgs: [1, 2] })).toBe(3);
    expect(creator.calls[0].slice(0, 2)).toEqual([1, 2]);
  });
});

test("a creator that is no function is refused, and nothing is read", async () => {
  const { backend, region } = slowRegion();
  for (const creator of [undefined, null, 5, "value", {}, Promise.resolve(1)]) await refuses(() => region.getOrCreate("k", creator), "VALIDATION");
  expect(backend.sent).toEqual([]);
});

describe("shouldCacheFn", () => {
  test.each(backends)("a falsy answer returns the value without storing it, over %s", async (_name, makeBackend) => {
    const region = makeRegion({ backend: makeBackend() });
    for (const answer of [false, 0, "", null, undefined]) {
      expect(await region.getOrCreate("k", () => "value", { shouldCacheFn: () => answer })).toBe("value");
      expect(await region.getValueMetadata("k")).toBeUndefined();
    }
    for (const answer of [true, 1, "yes", {}]) {
      expect(await region.getOrCreate("k", () => "value", { shouldCacheFn: () => answer, forceRefresh: true })).toBe("value");
      expect(await region.get("k")).toBe("value");
      await region.delete("k");
    }
  });

  test("is asked once per created value, with that value, and not for a hit", async () => {
    const region = makeRegion();
    const value = {};
    const shouldCacheFn = counted(() => true);
    await Promise.all([1, 2, 3].map(() => region.getOrCreate("k", async () => value, { shouldCacheFn })));
    await region.getOrCreate("k", () => "never", { shouldCacheFn });
    expect(shouldCacheFn.times).toBe(1);
    expect(shouldCacheFn.calls[0][0]).toBe(value);
  });

  test("leaves the old record alone when the answer is falsy", async () => {
    const region = makeRegion();
    await region.set("k", "old");
    expect(await region.getOrCreate("k", () => "new", { forceRefresh: true, shouldCacheFn: () => false })).toBe("new");
    expect(await region.get("k")).toBe("old");
  });

  test("what it throws rejects the call and everyone who waits, and nothing is stored", async () => {
    const { backend, region } = slowRegion();
    const reason = new Error("no opinion");
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const options = {
      shouldCacheFn: () => {
        throw reason;
      },
    };
    const callers = [1, 2, 3].map(() => outcome(region.getOrCreate("k", creator, options)));
    await until(() => creator.times === 1);
    creation.resolve("value");
    for (const it of await Promise.all(callers)) expect(it).toEqual(["rejected", reason]);
    expect(backend.count("set")).toBe(0);
  });

  test("that is no function is refused before anything is created", async () => {
    const region = makeRegion();
    const creator = counted();
    await refuses(() => region.getOrCreate("k", creator, { shouldCacheFn: "yes" }), "VALIDATION");
    expect(creator.times).toBe(0);
  });
});

describe("a copy of a creator's context", () => {
  test("has all of it, the signal included", async () => {
    const region = makeRegion({});
    await region.set("k", "old");
    await region.invalidate(false);
    const value = await region.getOrCreate("k", (context) => {
      const { key, signal, stale, expiresIn } = { ...context };
      expiresIn("1m");
      expect(context.signal).toBe(signal);
      return [key, signal.aborted, stale.payload];
    });
    expect(value).toEqual(["k", false, "old"]);
    expect((await region.getValueMetadata("k")).metadata.et).toBe(60);
  });

  test("has the signal for many keys, too", async () => {
    const region = makeRegion({});
    expect(await region.getOrCreateMulti(["k"], (_keys, context) => [{ ...context }.signal.aborted])).toEqual([false]);
  });

  test("no AbortController is made unless somebody asks", async () => {
    const { AbortController } = globalThis;
    let made = 0;
    globalThis.AbortController = class extends AbortController {
      constructor() {
        super();
        made += 1;
      }
    };
    try {
      const region = makeRegion({}, []);
      await region.getOrCreate("k", ({ key }) => key);
      await region.getOrCreateMulti(["l"], (missing, { expiresIn }) => (expiresIn("l", 5), missing));
      expect(made).toBe(0);
      await region.getOrCreate("m", ({ signal }) => signal.aborted);
      expect(made).toBe(1);
    } finally {
      globalThis.AbortController = AbortController;
    }
  });
});
