import { describe, expect, test, vi } from "vitest";
import {
  SlowMultiBackend,
  backends,
  checkAfterEach,
  counted,
  deferred,
  makeRegion,
  outcome,
  refuses,
  slowRegion,
  turns,
  until,
  virtualClock,
} from "../helpers.js";

checkAfterEach();

const reason = new Error("the origin is down");
const failing = [
  ["rejects", () => Promise.reject(reason)],
  [
    "throws",
    () => {
      throw reason;
    },
  ],
];

/** A region with `k`, whose value "old" expired `ago` seconds ago. */
async function expired(ago, options, makeBackend) {
  const clock = virtualClock();
  const onError = vi.fn();
  const backend = makeBackend?.();
  const region = makeRegion({ clock, expirationTime: 60, observer: { onError }, ...(backend && { backend }), ...options });
  await region.set("k", "old");
  clock.advance(60 + ago);
  return { clock, onError, region };
}

describe.each(failing)("when the creator %s", (_how, fail) => {
  describe.each(backends)("over %s", (_name, makeBackend) => {
    test("a value that expired no longer ago than staleIfError is served, and the failure reported", async () => {
      const { onError, region } = await expired(300, {}, makeBackend);
      const entry = await region.getOrCreateEntry("k", fail, { staleIfError: "5m" });
      expect(entry).toMatchObject({ payload: "old", state: "stale" });
      expect(onError).toHaveBeenCalledExactlyOnceWith(reason, "background");
      expect(region.stats.creationErrors).toBe(1);
    });

    test("one that expired longer ago is not: the call gets the rejection", async () => {
      const { region } = await expired(301, {}, makeBackend);
      expect(await outcome(region.getOrCreate("k", fail, { staleIfError: "5m" }))).toEqual(["rejected", reason]);
    });

    test("one that was hard-invalidated is never served", async () => {
      const { clock, region } = await expired(1, {}, makeBackend);
      await region.invalidate();
      clock.advance(1);
      expect(await outcome(region.getOrCreate("k", fail, { staleIfError: -1 }))).toEqual(["rejected", reason]);
      await region.invalidate(false);
      expect(await outcome(region.getOrCreate("k", fail, { staleIfError: -1 }))).toEqual(["rejected", reason]);
    });
  });

  test("a value that was soft-invalidated is served, whether it may expire or not", async () => {
    for (const expirationTime of [undefined, 600]) {
      const { clock, region } = await expired(-50, { expirationTime });
      await region.invalidate(false);
      clock.advance(1);
      expect(await region.getOrCreateEntry("k", fail, { staleIfError: "5m" })).toMatchObject({ payload: "old", state: "stale" });
    }
  });

  test("where there is no value, the call gets the rejection", async () => {
    const { region } = slowRegion();
    expect(await outcome(region.getOrCreate("k", fail, { staleIfError: -1 }))).toEqual(["rejected", reason]);
  });

  test("without the option a stale value is not served instead", async () => {
    const { region } = await expired(1);
    for (const staleIfError of [undefined, null]) {
      expect(await outcome(region.getOrCreate("k", fail, { staleIfError }))).toEqual(["rejected", reason]);
    }
  });

  test("the old value stays as it was, and the next caller tries again", async () => {
    const { region } = await expired(1);
    const before = (await region.getValueMetadata("k", { ignoreExpiration: true })).metadata;
    expect(await region.getOrCreate("k", fail, { staleIfError: "5m" })).toBe("old");
    expect((await region.getValueMetadata("k", { ignoreExpiration: true })).metadata).toEqual(before);
    expect(await region.keyIsLocked("k")).toBe(false);
    expect(await region.getOrCreate("k", () => "new", { staleIfError: "5m" })).toBe("new");
  });
});

describe("how long ago a value expired", () => {
  const [[, fail]] = failing;
  const serves = async (region, options) => (await outcome(region.getOrCreate("k", fail, options)))[0] === "resolved";

  test("is told by the expiration that counts: the call's", async () => {
    const { region } = await expired(0);
    expect(await serves(region, { expirationTime: 10, staleIfError: 50 })).toBe(true);
    expect(await serves(region, { expirationTime: 9, staleIfError: 50 })).toBe(false);
  });

  test("is told by the expiration that counts: the value's own", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock, expirationTime: 60 });
    await region.set("k", "old", { expiresIn: 10 });
    clock.advance(15);
    expect(await serves(region, { staleIfError: 5 })).toBe(true);
    clock.advance(1);
    expect(await serves(region, { staleIfError: 5 })).toBe(false);
  });

  test("is told when the creator has failed, not when it began", async () => {
    const { clock, region } = await expired(1);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const caller = outcome(region.getOrCreate("k", creator, { staleIfError: 10 }));
    await until(() => creator.times === 1);
    clock.advance(10);
    creation.reject(reason);
    expect(await caller).toEqual(["rejected", reason]);
  });

  test.each([
    ["-1", -1],
    ["Infinity", Infinity],
    ["365d", "365d"],
    ["365 days", { days: 365 }],
  ])("is no matter for %s", async (_name, staleIfError) => {
    const { region } = await expired(360 * 86_400);
    expect(await serves(region, { staleIfError })).toBe(true);
  });

  test("must be nothing at all for 0", async () => {
    const { clock, region } = await expired(0);
    expect(await serves(region, { expirationTime: 60, forceRefresh: true, staleIfError: 0 })).toBe(true);
    clock.advance(1);
    expect(await serves(region, { staleIfError: 0 })).toBe(false);
  });
});

describe("everyone who waits for a creation that fails has a choice of his own", () => {
  /** A creation of a stale value, and three who wait for it: with the option, without, and with too little patience. */
  async function waiting(options) {
    const { onError, region } = await expired(100);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const leader = outcome(region.getOrCreate("k", creator, options));
    await until(() => creator.times === 1);
    const waiters = [{ staleIfError: "5m" }, {}, { staleIfError: 99 }].map((each) =>
      outcome(region.getOrCreate("k", creator, { forceRefresh: true, ...each })),
    );
    await turns();
    return { creation, leader, onError, region, waiters };
  }

  test.each([
    ["an Error", reason],
    ["undefined", undefined],
    ["null", null],
  ])("that rejects with %s", async (_name, why) => {
    for (const [options, expected] of [
      [undefined, ["rejected", why]],
      [{ staleIfError: "5m" }, ["resolved", "old"]],
    ]) {
      const { creation, leader, onError, waiters } = await waiting(options);
      creation.reject(why);
      expect(await leader).toEqual(expected);
      expect(await Promise.all(waiters)).toEqual([
        ["resolved", "old"],
        ["rejected", why],
        ["rejected", why],
      ]);
      expect(onError).toHaveBeenCalledWith(why, "background");
    }
  });

  test("and a creation that succeeds is everyone's", async () => {
    const { creation, leader, onError, waiters } = await waiting({ staleIfError: "5m" });
    creation.resolve("new");
    expect(new Set((await Promise.all([leader, ...waiters])).map(([, value]) => value))).toEqual(new Set(["new"]));
    expect(onError).not.toHaveBeenCalled();
  });
});

test("what shouldCacheFn throws is no failure of the creator: it rejects the call", async () => {
  const { region } = await expired(1);
  const shouldCacheFn = () => {
    throw reason;
  };
  expect(await outcome(region.getOrCreate("k", () => "new", { shouldCacheFn, staleIfError: "5m" }))).toEqual(["rejected", reason]);
});

describe("of many keys", () => {
  async function many() {
    const clock = virtualClock();
    const onError = vi.fn();
    const region = makeRegion({ backend: new SlowMultiBackend(), clock, expirationTime: 60, observer: { onError } }, ["a", "b", "c"]);
    await region.set("a", "old a");
    clock.advance(100);
    await region.set("b", "old b");
    clock.advance(61);
    return { onError, region };
  }

  test("all that are old enough to create and young enough to serve are served", async () => {
    const { onError, region } = await many();
    expect(await region.getOrCreateMulti(["b", "a", "b"], () => Promise.reject(reason), { staleIfError: 200 })).toEqual(["old b", "old a", "old b"]);
    expect(onError).toHaveBeenCalledWith(reason, "background");
  });

  test("one that has nothing to serve makes it a rejection", async () => {
    const { region } = await many();
    for (const [keys, staleIfError] of [
      [["a", "b", "c"], 200],
      [["a", "b"], 50],
    ]) {
      expect(await outcome(region.getOrCreateMulti(keys, () => Promise.reject(reason), { staleIfError }))).toEqual(["rejected", reason]);
    }
  });

  test("a rejection for one key leaves the others their new values", async () => {
    const { region } = await many();
    const create = (keys) => keys.map((key) => (key === "a" ? Promise.reject(reason) : `new ${key}`));
    expect(await region.getOrCreateMulti(["a", "b", "c"], create, { staleIfError: 200 })).toEqual(["old a", "new b", "new c"]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual([undefined, "new b", "new c"]);
  });
});

test.each([
  ["NaN", NaN],
  ['"soon"', "soon"],
  ["true", true],
  ["a function", () => 5],
  ["a list", []],
])("%s is refused as staleIfError, and nothing is read", async (_name, staleIfError) => {
  const { backend, region } = slowRegion();
  await refuses(() => region.getOrCreate("k", () => "never", { staleIfError }), "VALIDATION", "staleIfError");
  await refuses(() => region.getOrCreateMulti(["k"], () => ["never"], { staleIfError }), "VALIDATION", "staleIfError");
  await refuses(() => makeRegion().getOrCreate("k", () => "never", { staleIfError }), "VALIDATION", "staleIfError");
  expect(backend.sent).toEqual([]);
});
