import { describe, expect, test } from "vitest";
import { createRegion, lengthConditionalMangler, MemoryBackend, sha1MangleKey, TieredBackend, ValidationError } from "dogpile";
import { checkAfterEach, SlowMultiBackend } from "../helpers.js";
import { record, tiers } from "./helpers.js";

checkAfterEach();

const memory = () => new MemoryBackend();
const refusal = (make) => {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    return error.message;
  }
};

describe("what the constructor refuses", () => {
  test.each([
    ["near", undefined, memory()],
    ["near", {}, memory()],
    ["near", new Map().entries(), memory()],
    ["far", memory(), null],
    ["far", memory(), "dogpile.cache.memory"],
    ["far", memory(), MemoryBackend],
  ])("a tier: %s", (name, near, far) => {
    const message = refusal(() => new TieredBackend(near, far));
    expect(message).toMatch(new RegExp(`^${name} must be an object with get, set and delete \\(`));
  });

  test("two tiers that are one object", () => {
    const one = memory();
    expect(refusal(() => new TieredBackend(one, one))).toBe("far must be another backend than near, not the same");
  });

  test.each([
    ["nearFor", "soon"],
    ["nearFor", Number.NaN],
    ["farTimeout", 0],
    ["farTimeout", {}],
    ["pause", Number.NaN],
    ["serializer", {}],
    ["serializer", true],
    ["bus", {}],
    ["bus", "channel"],
    ["onError", {}],
  ])("%s: %j", (name, value) => {
    expect(refusal(() => new TieredBackend(memory(), memory(), { [name]: value }))).toMatch(new RegExp(`^${name} must `));
  });

  test("an option that is none, and options that are none", () => {
    expect(refusal(() => new TieredBackend(memory(), memory(), { ttl: 5 }))).toContain("unknown option ttl");
    expect(refusal(() => new TieredBackend(memory(), memory(), 5))).toContain("options must be an object");
  });

  test("a subscriber that is no function", () => {
    expect(refusal(() => tiers().tier.subscribe({}))).toContain("a function");
  });
});

test("undefined and null are not given", async () => {
  const none = Object.fromEntries(
    ["nearFor", "serializer", "bus", "farTimeout", "pause", "onError"].map((name, index) => [name, index % 2 ? null : undefined]),
  );
  const tier = new TieredBackend(memory(), memory(), none);
  await tier.set("k", record("value"));
  expect(tier.get("k")).toEqual(record("value"));
});

test("near, far and keyMangler are there, and stats is a copy", async () => {
  const [near, far] = [memory(), new SlowMultiBackend()];
  const mangler = lengthConditionalMangler(10, sha1MangleKey);
  const tier = new TieredBackend(near, Object.assign(far, { keyMangler: mangler }));
  expect([tier.near, tier.far, tier.keyMangler]).toEqual([near, far, mangler]);
  tier.stats.near.hits = 5;
  expect(tier.stats).toEqual({
    near: { hits: 0, misses: 0, errors: 0 },
    far: { hits: 0, misses: 0, errors: 0, skipped: 0 },
    bus: { sent: 0, received: 0, downs: 0, errors: 0 },
    owed: 0,
  });
  await createRegion({ backend: tier }).set("a key that is long", "value");
  expect([...far.store.keys()]).toEqual([mangler("a key that is long")]);
});

test("what onError throws or rejects with reaches nobody", async () => {
  for (const onError of [() => Promise.reject(new Error("later")), () => nobody.there]) {
    const { tier, far } = tiers({ onError });
    far.store.set("k", 5);
    expect(await tier.get("k")).toBe(undefined);
  }
});

const nobody = undefined;
