import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, makeRegion, outcome, refuses, slowRegion, throws, virtualClock } from "../helpers.js";

checkAfterEach();

/** `[what is given, the seconds that it means]`. */
const durations = [
  [60, 60],
  [0.5, 0.5],
  ["250ms", 0.25],
  ["30s", 30],
  ["5m", 300],
  ["2h", 7200],
  ["7d", 604_800],
  ["1h30m", 5400],
  ["1.5h", 5400],
  ["1d2h3m4s500ms", 93_784.5],
  ["0s", 0],
  [{ minutes: 1, seconds: 30 }, 90],
  [{ days: 1 }, 86_400],
  [{ hours: 2 }, 7200],
  [{ milliseconds: 250 }, 0.25],
];
const never = [-1, Infinity];
const atOnce = [-2, -0.5, -Infinity];
const notADuration = [
  NaN,
  "",
  " ",
  "abc",
  "5 parsecs",
  "s",
  "60",
  "1x",
  "1 s",
  "-1s",
  "+1s",
  "1e3s",
  "30m1h",
  "1s1s",
  ".5s",
  "5.s",
  "1.2.3s",
  "1S",
  "1h30",
  "inf",
  "∞s",
  true,
  [],
  () => 5,
  Symbol("five"),
  5n,
  { seconds: NaN },
  { seconds: "1" },
];
const text = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

describe.each(backends)("over %s", (_name, makeBackend) => {
  test.each(durations)("an expirationTime of %j lives for %d s, to the end of the last", async (expirationTime, seconds) => {
    const clock = virtualClock(1_700_000_000);
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime });
    const call = makeRegion({ backend: makeBackend(), clock });
    for (const each of [region, call]) await each.set("k", "value");
    const reads = async () => [
      await region.get("k"),
      (await region.getMulti(["k"]))[0],
      (await region.getValueMetadata("k"))?.payload,
      await call.get("k", { expirationTime }),
      (await call.getMulti(["k"], { expirationTime }))[0],
      (await call.getValueMetadata("k", { expirationTime }))?.payload,
    ];
    const created = async (it, options) => await it.getOrCreate("k", () => "new", { shouldCacheFn: () => false, ...options });
    clock.advance(seconds);
    expect(await reads()).toEqual(Array(6).fill("value"));
    expect([await created(region), await created(call, { expirationTime })]).toEqual(["value", "value"]);
    clock.advance(0.125);
    expect(await reads()).toEqual(Array(6).fill(undefined));
    expect([await created(region), await created(call, { expirationTime })]).toEqual(["new", "new"]);
  });

  test.each(never)("an expirationTime of %d never expires, for every read", async (expirationTime) => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime });
    const call = makeRegion({ backend: makeBackend(), clock, expirationTime: 1 });
    for (const [it, options] of [
      [region, undefined],
      [call, { expirationTime }],
    ]) {
      await it.set("k", "value");
      clock.advance(1e9);
      expect(await it.get("k", options)).toBe("value");
      expect(await it.getMulti(["k"], options)).toEqual(["value"]);
      expect((await it.getValueMetadata("k", options)).payload).toBe("value");
      expect(await it.getOrCreate("k", () => "never", options)).toBe("value");
      expect(await it.getOrCreateMulti(["k"], () => ["never"], options)).toEqual(["value"]);
    }
  });

  test.each(atOnce)("an expirationTime of %d expires at once", async (expirationTime) => {
    const region = makeRegion({ backend: makeBackend(), clock: virtualClock(), expirationTime });
    await region.set("k", "value");
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
  });

  test("an expirationTime of 0 expires with the next moment, and is not the same as none", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock });
    await region.set("k", "value");
    expect(await region.get("k", { expirationTime: 0 })).toBe("value");
    clock.advance(0.001);
    expect(await region.get("k", { expirationTime: 0 })).toBeUndefined();
    expect(await region.get("k")).toBe("value");
    expect(await region.getOrCreate("k", () => "new", { expirationTime: 0 })).toBe("new");
  });

  test("without an expirationTime values never expire, and null and undefined mean the same", async () => {
    const clock = virtualClock();
    for (const expirationTime of [undefined, null]) {
      const region = makeRegion({ backend: makeBackend(), clock, expirationTime });
      await region.set("k", "value");
      clock.advance(1e9);
      expect(await region.get("k")).toBe("value");
    }
  });

  test("a call's null or undefined leaves the region's in force", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 });
    for (const options of [undefined, null, {}, { expirationTime: undefined }, { expirationTime: null }]) {
      await region.set("k", "value");
      clock.advance(60);
      expect(await region.getOrCreate("k", () => "never", options)).toBe("value");
      clock.advance(1);
      expect(await region.get("k", options)).toBeUndefined();
      expect(await region.getOrCreate("k", () => "new", options)).toBe("new");
    }
  });

  test("neither the region's nor a call's expirationTime is stored with the value", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 });
    await region.getOrCreate("k", () => "value", { expirationTime: 5 });
    clock.advance(50);
    expect(await region.get("k")).toBe("value");
    expect((await region.getValueMetadata("k")).metadata).toEqual({ ct: clock.now - 50, v: 2 });
  });

  test("reading an expired value leaves it in the backend", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 1 });
    await region.set("k", "value");
    clock.advance(10);
    expect(await region.get("k")).toBeUndefined();
    expect(await region.get("k", { ignoreExpiration: true })).toBe("value");
    expect((await region.getValueMetadata("k", { ignoreExpiration: true })).payload).toBe("value");
    expect(await region.getMulti(["k"], { ignoreExpiration: true })).toEqual(["value"]);
  });
});

describe("what is no duration is refused with a quotation", () => {
  test.each(notADuration.map((value) => [text(value), value]))("%s", async (_name, value) => {
    const quoted = ["number", "string", "boolean", "bigint"].includes(typeof value) ? [text(value)] : [];
    const { backend, region } = slowRegion();
    throws(() => makeRegion({ expirationTime: value }), "VALIDATION", ...quoted);
    throws(() => makeRegion({ lockTimeout: value }), "VALIDATION", ...quoted);
    const creator = counted();
    for (const warm of [false, true]) {
      if (warm) await region.set("k", "value");
      backend.sent.length = 0;
      await refuses(() => region.getOrCreate("k", creator, { expirationTime: value }), "VALIDATION", ...quoted);
      await refuses(() => region.getOrCreate("k", creator, { lockTimeout: value }), "VALIDATION", ...quoted);
      await refuses(() => region.getOrCreateMulti(["k"], creator, { expirationTime: value }), "VALIDATION", ...quoted);
      await refuses(() => region.get("k", { expirationTime: value }), "VALIDATION", ...quoted);
      await refuses(() => region.set("k", 1, { expiresIn: value }), "VALIDATION", ...quoted);
      await refuses(() => region.setMulti({ k: 1 }, { expiresIn: value }), "VALIDATION", ...quoted);
      expect(backend.sent).toEqual([]);
    }
    expect(creator.times).toBe(0);
    expect(await region.get("k")).toBe("value");
  });

  test("also over MemoryBackend with a warm value", async () => {
    const region = makeRegion();
    await region.set("k", "value");
    for (const value of notADuration) await refuses(() => region.getOrCreate("k", () => "never", { expirationTime: value }), "VALIDATION");
  });

  test("also what is too long to be counted, or to be quoted", () => {
    for (const value of ["1s\n", `${"9".repeat(400)}s`]) throws(() => makeRegion({ expirationTime: value }), "VALIDATION", "expirationTime");
  });

  test("also in a creator, where it is the creator's rejection", async () => {
    const region = makeRegion();
    const [how, error] = await outcome(region.getOrCreate("k", (context) => (context.expiresIn("a while"), "value")));
    expect([how, error.code]).toEqual(["rejected", "VALIDATION"]);
    expect(await region.get("k")).toBeUndefined();
  });
});

describe("a value's own expiration", () => {
  const given = [
    ["by its creator", (region, expiresIn) => region.getOrCreate("k", (context) => (context.expiresIn(expiresIn), "value"))],
    ["by its creator, later", (region, expiresIn) => region.getOrCreate("k", async (context) => (await undefined, context.expiresIn(expiresIn), "value"))],
    ["by set", (region, expiresIn) => region.set("k", "value", { expiresIn })],
    ["by setMulti", (region, expiresIn) => region.setMulti({ k: "value" }, { expiresIn })],
    ["by a creator of many", (region, expiresIn) => region.getOrCreateMulti(["k"], (_keys, context) => (context.expiresIn("k", expiresIn), ["value"]))],
  ];

  test.each(given)("given %s, supersedes the region's and is superseded by a call's", async (_name, give) => {
    const clock = virtualClock();
    for (const [own, expirationTime] of [
      ["10s", 60],
      [{ seconds: 60 }, 10],
      [-1, 10],
      [60, undefined],
    ]) {
      const region = makeRegion({ clock, expirationTime });
      await give(region, own);
      clock.advance(11);
      expect(await region.get("k")).toBe(own === "10s" ? undefined : "value");
      expect(await region.get("k", { expirationTime: 12 })).toBe("value");
      expect(await region.get("k", { expirationTime: 10 })).toBeUndefined();
      clock.advance(50);
      expect(await region.get("k")).toBe(own === -1 ? "value" : undefined);
      expect(await region.getOrCreate("k", () => "new")).toBe(own === -1 ? "value" : "new");
    }
  });

  test.each(given)("given %s, is kept in the metadata as et", async (_name, give) => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    await give(region, "1m");
    expect((await region.getValueMetadata("k")).metadata).toEqual({ ct: clock.now, v: 2, et: 60 });
  });

  test("is not inherited by the next value", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    await region.set("k", "value", { expiresIn: 1 });
    await region.set("k", "next");
    clock.advance(100);
    expect(await region.get("k")).toBe("next");
  });

  test("null and undefined give none", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    for (const expiresIn of [null, undefined]) {
      await region.set("k", "value", { expiresIn });
      expect((await region.getValueMetadata("k")).metadata.et).toBeUndefined();
    }
  });
});
