import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, refuses, slowRegion, until, virtualClock } from "../helpers.js";

checkAfterEach();

const keys = ["n|1", "n|2", "n|3"];

describe.each(backends)("a cached function of many over %s", (_name, makeBackend) => {
  test("is called once with the arguments that have no value, in the order of the call", async () => {
    const region = makeRegion({ backend: makeBackend() }, keys);
    const fn = counted((...ids) => ids.map((id) => id * 10));
    const cached = region.cacheMultiOnArguments({ namespace: "n" }, fn);
    expect(await cached(2)).toEqual([20]);
    expect(await cached(10, 2, 9, 10, 1)).toEqual([100, 20, 90, 100, 10]);
    expect(await cached(1, 2, 9)).toEqual([10, 20, 90]);
    expect(await cached()).toEqual([]);
    expect(fn.calls).toEqual([[2], [10, 9, 1]]);
    expect(await region.getMulti(["n|10", "n|9"])).toEqual([100, 90]);
  });

  test("has get, set, invalidate, refresh and original", async () => {
    const region = makeRegion({ backend: makeBackend() }, keys);
    const fn = counted(async (...ids) => ids.map((id) => `${id}, call ${fn.times}`));
    const cached = region.cacheMultiOnArguments({ namespace: "n" }, fn);
    expect(cached.original).toBe(fn);
    expect(await cached.get(1, 2)).toEqual([undefined, undefined]);
    expect(
      await cached.set(
        new Map([
          [1, "one"],
          [2, "two"],
        ]),
      ),
    ).toBeUndefined();
    expect(await cached.get(2, 1, 3)).toEqual(["two", "one", undefined]);
    expect(await cached.refresh(1, 3)).toEqual(["1, call 1", "3, call 1"]);
    expect(await cached(1, 2, 3)).toEqual(["1, call 1", "two", "3, call 1"]);
    expect(await cached.invalidate(1, 2)).toBeUndefined();
    expect(await cached.get(1, 2, 3)).toEqual([undefined, undefined, "3, call 1"]);
    expect(fn.times).toBe(1);
  });

  test("with asDict: what the Map lacks is not stored and absent; null and undefined are values", async () => {
    const region = makeRegion({ backend: makeBackend() }, keys);
    const rows = new Map([
      [1, "one"],
      [2, null],
      [3, undefined],
    ]);
    const fn = counted((...ids) => new Map([...rows].filter(([id]) => ids.includes(id)).reverse()));
    const cached = region.cacheMultiOnArguments({ namespace: "n", asDict: true }, fn);
    const all = [
      [3, undefined],
      [1, "one"],
      [2, null],
    ];
    expect([...(await cached(4, 3, 1, 5, 2, 1))]).toEqual(all);
    expect([...(await cached(4, 3, 1, 5, 2))]).toEqual(all);
    expect(fn.calls).toEqual([
      [4, 3, 1, 5, 2],
      [4, 5],
    ]);
    expect(await cached.get(1, 2, 4)).toEqual(["one", null, undefined]);
    expect(await region.getValueMetadata("n|4")).toBeUndefined();
    rows.delete(1);
    expect([...(await cached.refresh(1, 2))]).toEqual([[2, null]]);
    await cached.set(new Map([[4, "four"]]));
    expect([...(await cached(4))]).toEqual([[4, "four"]]);
    expect([...(await cached())]).toEqual([]);
  });
});

describe("many who call at once", () => {
  test("share what is created, the absent included", async () => {
    const { backend, region } = slowRegion({}, keys);
    const creation = deferred();
    const fn = counted(async (...ids) => {
      await creation.promise;
      return new Map(ids.filter((id) => id !== 2).map((id) => [id, `row ${id}`]));
    });
    const cached = region.cacheMultiOnArguments({ namespace: "n", asDict: true }, fn);
    const calls = [cached(1, 2), cached(2, 3), cached(2)];
    await until(() => fn.times === 2);
    creation.resolve();
    expect((await Promise.all(calls)).map((rows) => [...rows])).toEqual([[[1, "row 1"]], [[3, "row 3"]], []]);
    expect(fn.calls).toEqual([[1, 2], [3]]);
    expect([...backend.store.keys()].sort()).toEqual(["n|1", "n|3"]);
  });

  test("share a rejection, and nothing is stored", async () => {
    const { backend, region } = slowRegion({}, keys);
    const creation = deferred();
    const fn = counted(() => creation.promise);
    const cached = region.cacheMultiOnArguments({ namespace: "n" }, fn);
    const calls = [outcome(cached(1, 2)), outcome(cached(2))];
    await until(() => fn.times === 1);
    creation.reject("no database");
    expect(await Promise.all(calls)).toEqual(Array(2).fill(["rejected", "no database"]));
    expect(backend.count("set")).toBe(0);
  });
});

test("shouldCacheFn is asked for each value that there is, and expirationTime at each call", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock }, []);
  for (const asDict of [true, false]) {
    const shouldCacheFn = counted((value) => (value === null ? undefined : true));
    const expirationTime = counted(() => 10);
    const rows = (...ids) => new Map(ids.flatMap((id) => (id === 2 && asDict ? [] : [[id, id === 3 ? null : id]])));
    const fn = counted((...ids) => (asDict ? rows(...ids) : [...rows(...ids).values()]));
    const cached = region.cacheMultiOnArguments({ namespace: `n${asDict}`, asDict, shouldCacheFn, expirationTime }, fn);
    expect([...(await cached(1, 2, 3))].length).toBe(asDict ? 2 : 3);
    expect(shouldCacheFn.calls).toEqual(asDict ? [[1], [null]] : [[1], [2], [null]]);
    expect(await cached.get(1, 3)).toEqual([1, undefined]);
    clock.advance(11);
    await cached(1);
    expect([fn.times, expirationTime.times]).toEqual([2, 2]);
  }
});

test("arguments of one content are one key; the function gets the last", async () => {
  const fn = counted((...points) => new Map(points.map((point) => [point, point.x + point.y])));
  const cached = makeRegion({}, []).cacheMultiOnArguments({ namespace: "n", asDict: true }, fn);
  const [first, second] = [
    { x: 1, y: 2 },
    { y: 2, x: 1 },
  ];
  expect([...(await cached(first, second))]).toEqual([
    [first, 3],
    [second, 3],
  ]);
  expect(fn.times).toBe(1);
  expect(fn.calls[0][0]).toBe(second);
});

test("`this` is passed on, and asked for its namespace", async () => {
  const table = (name) => ({ name, ids: many });
  const many = makeRegion({}, []).cacheMultiOnArguments({ namespace: (self) => self.name }, function (...ids) {
    return ids.map((id) => `${this.name} ${id}`);
  });
  const [a, b] = [table("a"), table("b")];
  expect(await Promise.all([a.ids(1), b.ids(1, 2)])).toEqual([["a 1"], ["b 1", "b 2"]]);
  await a.ids.set.call(a, new Map([[2, "set"]]));
  expect([await a.ids.get.call(a, 1, 2), await b.ids.refresh.call(b, 2)]).toEqual([["a 1", "set"], ["b 2"]]);
  await a.ids.invalidate.call(a, 1);
  expect([await a.ids.get.call(a, 1), await b.ids.get.call(b, 1)]).toEqual([[undefined], ["b 1"]]);
});

test("what is not one value for each argument, or no Map, is refused", async () => {
  const region = makeRegion({}, keys);
  for (const answer of [[], [1], [1, 2, 3], undefined, "ab", new Map()]) {
    await refuses(() => region.cacheMultiOnArguments({ namespace: "n" }, () => answer)(1, 2), "VALIDATION");
  }
  for (const answer of [undefined, null, [], {}, 5]) {
    await refuses(() => region.cacheMultiOnArguments({ namespace: "n", asDict: true }, async () => answer)(1, 2), "VALIDATION", "a Map");
  }
  for (const values of [undefined, 5, "ab", [1]]) await refuses(() => region.cacheMultiOnArguments({ namespace: "n" }, () => []).set(values), "VALIDATION");
  expect(await region.getMulti(keys)).toEqual([undefined, undefined, undefined]);
});

describe("a key that an asDict function has nothing for", () => {
  const setUp = (makeBackend) => {
    const region = makeRegion({ ...(makeBackend && { backend: makeBackend() }) }, keys);
    const creation = deferred();
    const fn = counted(async (...ids) => (await creation.promise, new Map(ids.filter((id) => id !== 3).map((id) => [id, `user ${id}`]))));
    return { region, creation, fn, cached: region.cacheMultiOnArguments({ namespace: "n", asDict: true }, fn) };
  };

  test.each(backends)("over %s: begins again for everyone else who waits", async (_name, makeBackend) => {
    const { region, creation, fn, cached } = setUp(makeBackend);
    const users = cached(1, 3);
    await until(() => fn.times === 1);
    const creator = counted(() => "created");
    const many = counted((missing) => missing.map((key) => `many ${key}`));
    const waiting = [
      region.getOrCreate("n|3", creator),
      region.getOrCreate("n|3", creator),
      region.getOrCreate("n|3", creator, { timeout: "1m" }),
      region.getOrCreate("n|1", creator),
    ];
    const entry = region.getOrCreateEntry("n|3", creator);
    const multi = region.getOrCreateMulti(["n|1", "n|2", "n|3"], many);
    creation.resolve();
    expect([...(await users)]).toEqual([[1, "user 1"]]);
    expect(await Promise.all(waiting)).toEqual(["created", "created", "created", "user 1"]);
    expect((await entry).payload).toBe("created");
    expect(await multi).toEqual(["user 1", "many n|2", "created"]);
    expect(creator.times).toBe(1);
    expect(await region.get("n|3")).toBe("created");
  });

  test("whoever begins again may leave, and gets his own error", async () => {
    const { region, creation, fn, cached } = setUp();
    const users = cached(3);
    await until(() => fn.times === 1);
    const leaving = new AbortController();
    const slow = deferred();
    const calls = [region.getOrCreate("n|3", () => slow.promise, { signal: leaving.signal }), region.getOrCreate("n|3", () => slow.promise)].map(outcome);
    creation.resolve();
    expect([...(await users)]).toEqual([]);
    await until(() => region.keyIsLocked("n|3"));
    leaving.abort("left");
    expect(await calls[0]).toEqual(["rejected", "left"]);
    slow.reject("failed");
    expect(await calls[1]).toEqual(["rejected", "failed"]);
  });

  test("is shared by those who ask the same function", async () => {
    const { creation, fn, cached } = setUp();
    const calls = [cached(3), cached(1, 3), cached(3, 2)];
    await until(() => fn.times >= 1);
    creation.resolve();
    expect((await Promise.all(calls)).map((found) => [...found])).toEqual([[], [[1, "user 1"]], [[2, "user 2"]]]);
    expect(fn.calls.flat().filter((id) => id === 3)).toEqual([3]);
  });
});
