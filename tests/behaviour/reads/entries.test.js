import { describe, expect, test } from "vitest";
import {
  backends,
  checkAfterEach,
  counted,
  deferred,
  isSettled,
  makeRegion,
  now,
  plainBackend,
  record,
  refuses,
  throws,
  turns,
  until,
  virtualClock,
} from "../helpers.js";
import { backgroundRunner } from "dogpile";

checkAfterEach();

describe.each(backends)("an entry over %s", (_name, makeBackend) => {
  const make = (options) => {
    const clock = virtualClock();
    return { clock, region: makeRegion({ backend: makeBackend(), clock, ...options }) };
  };

  test("says when it becomes stale for whoever asked", async () => {
    const { clock, region } = make({ expirationTime: 60 });
    await region.set("k", "value");
    const start = clock.now;
    clock.advance(10);
    const creator = () => "new";
    expect((await region.getValueMetadata("k")).expiresAt).toBe(start + 60);
    expect((await region.getValueMetadata("k", { expirationTime: "2m" })).expiresAt).toBe(start + 120);
    expect((await region.getOrCreateEntry("k", creator)).expiresAt).toBe(start + 60);
    expect((await region.getOrCreateEntry("k", creator, { expirationTime: -1 })).expiresAt).toBe(Infinity);
    await region.set("k", "value", { expiresIn: 5 });
    expect((await region.getValueMetadata("k")).expiresAt).toBe(clock.now + 5);
    expect((await region.getOrCreateEntry("k", creator, { expirationTime: 20 })).expiresAt).toBe(clock.now + 20);
    await region.set("k", "value", { expiresIn: -1 });
    expect((await region.getValueMetadata("k")).expiresAt).toBe(Infinity);
  });

  test("never does where nothing says so", async () => {
    const { region } = make();
    const entry = await region.getOrCreateEntry("k", () => "value");
    expect(entry).toMatchObject({ state: "created", expiresAt: Infinity });
  });

  test("keeps all of it in a copy", async () => {
    const { clock, region } = make({ expirationTime: 60 });
    const entry = await region.getOrCreateEntry("k", () => "value");
    clock.advance(7);
    expect({ ...entry }).toEqual({
      payload: "value",
      metadata: { ct: clock.now - 7, v: 2 },
      cachedTime: clock.now - 7,
      age: 7,
      expiresAt: clock.now + 53,
      state: "created",
    });
    expect(JSON.parse(JSON.stringify(await region.getValueMetadata("k")))).toMatchObject({ age: 7, expiresAt: clock.now + 53 });
    clock.advance(1);
    expect(entry.age).toBe(8);
  });

  test("what a creator replaces tells it, too", async () => {
    const { clock, region } = make({ expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(61);
    let stale;
    await region.getOrCreate("k", (context) => ((stale = { ...context.stale }), "new"));
    expect(stale).toMatchObject({ payload: "old", age: 61, expiresAt: clock.now - 1 });
  });
});

test("an age is never below zero", async () => {
  const backend = plainBackend();
  const region = makeRegion({ backend });
  backend.set("k", record("from ahead", now() + 30));
  expect((await region.getValueMetadata("k")).age).toBe(0);
  expect((await region.getOrCreateEntry("k", () => "new")).age).toBe(0);
});

describe("invalidate({ soft })", () => {
  test("is soft where it is true, and hard where it is false", async () => {
    const region = makeRegion({ staleWhileRevalidate: true });
    await region.set("k", "old");
    const after = region.invalidate({ soft: true });
    expect(await region.get("k")).toBeUndefined();
    await after;
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    await until(async () => (await region.get("k")) === "new");
    await region.invalidate({ soft: false });
    expect(await region.getOrCreate("k", () => "newer")).toBe("newer");
  });

  test("refuses what says neither", async () => {
    const region = makeRegion();
    await region.set("k", "value");
    for (const hard of [{}, { soft: 1 }, { soft: null }, [], new Map(), 5, "k"])
      await refuses(() => region.invalidate(hard), "VALIDATION", "hard must be true, false or { soft: true }");
    await refuses(() => region.invalidate({ hard: false }), "VALIDATION", "unknown option hard; the known ones are soft");
    expect(await region.get("k")).toBe("value");
  });
});

describe("staleWhileRevalidate", () => {
  test.each(backends)("over %s: everyone is served what is stale, while it is replaced in the background", async (_name, makeBackend) => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60, staleWhileRevalidate: true });
    await region.set("k", "old");
    clock.advance(61);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    expect(await region.getOrCreate("k", creator)).toBe("old");
    expect(await region.getOrCreate("k", creator)).toBe("old");
    await until(() => creator.times === 1);
    creation.resolve("new");
    await until(async () => (await region.get("k")) === "new");
    await turns();
    expect(creator.times).toBe(1);
  });

  test.each([
    [true, false],
    [undefined, true],
    [false, true],
  ])("of a region %s, of a call %s: the call's word counts", async (ofRegion, ofCall) => {
    const clock = virtualClock();
    const region = makeRegion({ clock, expirationTime: 60, staleWhileRevalidate: ofRegion });
    await region.set("k", "old");
    clock.advance(61);
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const call = region.getOrCreate("k", creator, { staleWhileRevalidate: ofCall });
    await until(() => creator.times === 1);
    expect(await isSettled(call)).toBe(ofCall);
    creation.resolve("new");
    expect(await call).toBe(ofCall ? "old" : "new");
    await until(async () => (await region.get("k")) === "new");
    await refuses(() => region.getOrCreate("other", creator, { staleWhileRevalidate: 1 }), "VALIDATION", "staleWhileRevalidate must be true or false");
  });

  test("is a boolean, and not given beside asyncCreationRunner", () => {
    for (const staleWhileRevalidate of [1, "60s", {}])
      throws(() => makeRegion({ staleWhileRevalidate }, []), "VALIDATION", "staleWhileRevalidate must be true or false");
    throws(() => makeRegion({ staleWhileRevalidate: true, asyncCreationRunner: backgroundRunner }, []), "VALIDATION", "asyncCreationRunner");
    for (const options of [
      { staleWhileRevalidate: false, asyncCreationRunner: backgroundRunner },
      { staleWhileRevalidate: true, asyncCreationRunner: null },
      { staleWhileRevalidate: null },
    ]) {
      expect(makeRegion(options, []).isConfigured).toBe(true);
    }
  });
});
