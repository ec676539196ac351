import { describe, expect, test } from "vitest";
import { MemoryBackend, Region } from "dogpile";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, refuses, slowRegion, throws, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const key = 'n|1 "a"';

describe.each(backends)("a cached function over %s", (_name, makeBackend) => {
  test("is called once for each list of arguments, and gets exactly those", async () => {
    const region = makeRegion({ backend: makeBackend() }, []);
    const fn = counted((...args) => `${args.length} arguments`);
    const cached = region.cacheOnArguments({ namespace: "n" }, fn);
    expect(await cached(1, "a")).toBe("2 arguments");
    expect(await cached(1, "a")).toBe("2 arguments");
    expect(await cached()).toBe("0 arguments");
    expect(fn.calls).toEqual([[1, "a"], []]);
    expect(await region.get(key)).toBe("2 arguments");
  });

  test("has get, set, invalidate, refresh and original", async () => {
    const region = makeRegion({ backend: makeBackend() }, [key]);
    const fn = counted(async () => fn.times);
    const cached = region.cacheOnArguments({ namespace: "n" }, fn);
    expect(cached.original).toBe(fn);
    expect(await cached.get(1, "a")).toBeUndefined();
    expect(await cached.set("set", 1, "a")).toBeUndefined();
    expect([await cached.get(1, "a"), await cached(1, "a"), fn.times]).toEqual(["set", "set", 0]);
    expect(await cached.refresh(1, "a")).toBe(1);
    expect([await cached.get(1, "a"), await cached(1, "a")]).toEqual([1, 1]);
    expect(await cached.invalidate(1, "a")).toBeUndefined();
    expect(await cached.get(1, "a")).toBeUndefined();
    expect(await cached(1, "a")).toBe(2);
    expect(fn.calls).toEqual([
      [1, "a"],
      [1, "a"],
    ]);
  });

  test("is called once for all who call at once, and they share what it throws", async () => {
    const region = makeRegion({ backend: makeBackend() }, [key]);
    const creation = deferred();
    const fn = counted(() => creation.promise);
    const cached = region.cacheOnArguments({ namespace: "n" }, fn);
    const calls = [1, 2, 3].map(() => outcome(cached(1, "a")));
    await until(() => fn.times === 1);
    creation.reject(undefined);
    expect(await Promise.all(calls)).toEqual(Array(3).fill(["rejected", undefined]));
    expect(fn.times).toBe(1);
    const failing = region.cacheOnArguments({ namespace: "n" }, () => {
      throw 5;
    });
    expect(await outcome(failing(1, "a"))).toEqual(["rejected", 5]);
  });
});

describe("refresh is a creation like any other", () => {
  test("it joins one that is running", async () => {
    const { backend, region } = slowRegion({}, [key]);
    const creation = deferred();
    const fn = counted(() => creation.promise);
    const cached = region.cacheOnArguments({ namespace: "n" }, fn);
    const calls = [cached(1, "a"), cached.refresh(1, "a"), cached.refresh(1, "a")];
    await until(() => fn.times === 1);
    await turns();
    creation.resolve("value");
    expect(await Promise.all(calls)).toEqual(["value", "value", "value"]);
    expect([fn.times, backend.count("set")]).toEqual([1, 1]);
  });

  test("it is fenced off by what happens meanwhile", async () => {
    const region = makeRegion({}, [key]);
    const creation = deferred();
    const fn = counted(() => creation.promise);
    const cached = region.cacheOnArguments({ namespace: "n" }, fn);
    const refreshing = cached.refresh(1, "a");
    await until(() => fn.times === 1);
    await cached.set("newer", 1, "a");
    creation.resolve("older");
    expect(await refreshing).toBe("older");
    expect(await cached.get(1, "a")).toBe("newer");
  });

  test("shouldCacheFn is asked, the expiration is not", async () => {
    const region = makeRegion({}, []);
    const expirationTime = counted(() => 60);
    const cached = region.cacheOnArguments({ namespace: "n", expirationTime, shouldCacheFn: (value) => value > 0 }, (value) => value);
    expect([await cached.refresh(0), await cached.get(0), await cached.refresh(1), await cached.get(1)]).toEqual([0, undefined, 1, 1]);
    await cached.set(5, 0);
    await cached.invalidate(0);
    expect(expirationTime.times).toBe(0);
  });
});

describe("expirationTime of a cached function", () => {
  test("counts for its calls; get goes by the region's", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock, expirationTime: 100 }, []);
    const fn = counted(() => fn.times);
    const cached = region.cacheOnArguments({ namespace: "n", expirationTime: 10 }, fn);
    await cached();
    clock.advance(50);
    expect(await cached.get()).toBe(1);
    expect(await cached()).toBe(2);
  });

  test("as a function is asked at each call", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock, expirationTime: 100 }, []);
    const fn = counted(() => fn.times);
    let answer = 10;
    const cached = region.cacheOnArguments({ namespace: "n", expirationTime: () => answer }, fn);
    await cached();
    clock.advance(5);
    for (const [next, expected] of [
      [10, 1],
      ["3s", 2],
      [{ seconds: 1 }, 2],
      [undefined, 2],
      [null, 2],
    ]) {
      answer = next;
      expect(await cached(), String(next)).toBe(expected);
    }
    clock.advance(1);
    answer = 0;
    expect(await cached()).toBe(3);
    answer = "soon";
    await refuses(() => cached(), "VALIDATION", "expirationTime", "soon");
    answer = -1;
    clock.advance(1_000_000);
    expect(await cached()).toBe(3);
  });

  test("that throws rejects the call", async () => {
    const reason = new Error("no time");
    const cached = makeRegion({}, []).cacheOnArguments(
      {
        namespace: "n",
        expirationTime: () => {
          throw reason;
        },
      },
      () => 1,
    );
    expect(await outcome(cached())).toEqual(["rejected", reason]);
  });
});

test("the other options are those of a call, and read once", async () => {
  const { backend, region } = slowRegion({}, []);
  const reads = [];
  const source = { namespace: "n", shouldCacheFn: (value) => value !== "skip", forceRefresh: true, lockTimeout: "5s" };
  const options = Object.freeze(
    Object.defineProperties(
      {},
      Object.fromEntries(Object.entries(source).map(([name, value]) => [name, { enumerable: true, get: () => (reads.push(name), value) }])),
    ),
  );
  const fn = counted((value) => value);
  const cached = region.cacheOnArguments(options, fn);
  expect(await cached("skip")).toBe("skip");
  expect(await cached("keep")).toBe("keep");
  expect(await cached("keep")).toBe("keep");
  expect([fn.times, backend.count("set")]).toEqual([3, 2]);
  expect(reads.filter((name) => name === "shouldCacheFn" || name === "namespace").sort()).toEqual(["namespace", "shouldCacheFn"]);
});

test("a value that is undefined is kept like any other", async () => {
  const fn = counted(() => undefined);
  const cached = makeRegion({}, []).cacheOnArguments({ namespace: "n" }, fn);
  expect([await cached(), await cached(), fn.times]).toEqual([undefined, undefined, 1]);
});

test("a cached function may call itself with other arguments", async () => {
  const fn = counted(async (n) => (n < 2 ? n : (await fibonacci(n - 1)) + (await fibonacci(n - 2))));
  const fibonacci = makeRegion({}, []).cacheOnArguments({ namespace: "fibonacci" }, fn);
  expect(await fibonacci(50)).toBe(12_586_269_025);
  expect(fn.times).toBe(51);
});

test("a function may be wrapped before its region is configured", async () => {
  const region = new Region();
  const cached = region.cacheOnArguments({ namespace: "n" }, () => "value");
  for (const call of [() => cached(), () => cached.get(), () => cached.set(1), () => cached.invalidate(), () => cached.refresh()])
    await refuses(call, "REGION_NOT_CONFIGURED");
  region.configure({ backend: new MemoryBackend() });
  expect(await cached()).toBe("value");
});

describe("with options alone", () => {
  test("it wraps as many functions as it is given", async () => {
    const region = makeRegion({}, []);
    const wrap = region.cacheOnArguments({ namespace: "n", functionKeyGenerator: (namespace, fn) => (id) => `${namespace}.${fn.name}.${id}` });
    const [load, count] = [
      wrap(function load(id) {
        return `loaded ${id}`;
      }),
      wrap(function count(id) {
        return id;
      }),
    ];
    expect([await load(1), await count(1)]).toEqual(["loaded 1", 1]);
    expect(await region.getMulti(["n.load.1", "n.count.1"])).toEqual(["loaded 1", 1]);
  });

  /** What a class definition does with `@decorator name() {}`. */
  function decorate(target, name, decorator) {
    const method = decorator(target.prototype[name], { kind: "method", name, static: false, private: false, access: {}, addInitializer() {} });
    Object.defineProperty(target.prototype, name, { value: method, configurable: true, writable: true });
  }

  function makeShops(options) {
    class Shop {
      calls = 0;
      constructor(name) {
        this.name = name;
      }
      price(product) {
        this.calls += 1;
        return `${product} at ${this.name}`;
      }
    }
    decorate(Shop, "price", makeRegion({}, []).cacheOnArguments(options));
    return [new Shop("A"), new Shop("B")];
  }

  test("it decorates a method, which gets its `this`", async () => {
    const [a, b] = makeShops({ namespace: "shop" });
    expect([await a.price("tea"), await b.price("tea"), await b.price("nut")]).toEqual(["tea at A", "tea at A", "nut at B"]);
    expect([a.calls, b.calls]).toEqual([1, 1]);
    expect(a.price.original.call(b, "tea")).toBe("tea at B");
  });

  test("a namespace that depends on `this` keeps instances apart, and calls at once too", async () => {
    const [a, b] = makeShops({ namespace: ({ name }) => `shop ${name}` });
    const prices = await Promise.all([a.price("tea"), b.price("tea"), a.price("tea")]);
    expect(prices).toEqual(["tea at A", "tea at B", "tea at A"]);
    expect([a.calls, b.calls]).toEqual([1, 1]);
    await a.price.invalidate.call(a, "tea");
    expect([await a.price.get.call(a, "tea"), await b.price.get.call(b, "tea")]).toEqual([undefined, "tea at B"]);
    await a.price.set.call(a, "free", "tea");
    expect([await a.price("tea"), await b.price.refresh.call(b, "tea"), b.calls]).toEqual(["free", "tea at B", 2]);
  });

  test("such a namespace is asked with undefined by helpers that nobody is named to, and must be text", async () => {
    const [a] = makeShops({ namespace: (self) => (self === undefined ? "nobody" : self.kind) });
    await a.price.set("given", "tea");
    expect(await a.price.get("tea")).toBe("given");
    const { get } = a.price;
    expect(await get("tea")).toBe("given");
    await refuses(() => a.price("tea"), "VALIDATION", "namespace", "undefined");
  });
});

describe("what is refused at once", () => {
  const region = new Region();
  test.each([
    ["no options", undefined, "namespace"],
    ["no namespace", {}, "namespace"],
    ["a namespace that is null", { namespace: null }, "namespace"],
    ["a namespace that is a number", { namespace: 5 }, "5 (a number)"],
    [
      "such a namespace beside a generator",
      { namespace: 5, functionKeyGenerator: () => () => "k", functionMultiKeyGenerator: () => () => ["k"] },
      "5 (a number)",
    ],
    ["options that are no object", 5, "options"],
    ["an expiration that is none", { namespace: "n", expirationTime: "soon" }, "expirationTime"],
    ["a shouldCacheFn that is none", { namespace: "n", shouldCacheFn: true }, "shouldCacheFn"],
    ["a lockTimeout that is none", { namespace: "n", lockTimeout: 0 }, "lockTimeout"],
    ["a toStr that is none", { namespace: "n", toStr: "id" }, "toStr"],
    ["generators that are none", { functionKeyGenerator: "k", functionMultiKeyGenerator: "k" }, '"k" (a string)'],
  ])("%s", (_name, options, text) => {
    throws(() => region.cacheOnArguments(options), "VALIDATION", text);
    throws(() => region.cacheOnArguments(options, () => 1), "VALIDATION", text);
    throws(() => region.cacheMultiOnArguments(options, () => [1]), "VALIDATION", text);
  });

  test("what is no function", () => {
    for (const fn of [undefined, null, 5, {}, Promise.resolve()]) {
      throws(() => region.cacheOnArguments({ namespace: "n" }, fn), "VALIDATION", "a function");
      throws(() => region.cacheOnArguments({ namespace: "n" })(fn, { kind: "field", name: "f" }), "VALIDATION", "a function");
      throws(() => region.cacheMultiOnArguments({ namespace: "n" }, fn), "VALIDATION", "a function");
    }
  });

  test("a region's generators that are no functions", () => {
    for (const name of ["functionKeyGenerator", "functionMultiKeyGenerator"]) throws(() => new Region({ [name]: "k" }), "VALIDATION", name);
    expect(new Region({ functionKeyGenerator: undefined, functionMultiKeyGenerator: null }).isConfigured).toBe(false);
  });
});
