// Numbers without end, in a store or from a clock: nothing may last for ever by them.
import { describe, expect, test } from "vitest";
import { MemoryBackend, StoredInvalidationStrategy } from "dogpile";
import { checkAfterEach, counted, makeRegion, now, record, refuses } from "../helpers.js";

checkAfterEach();

const over = (stored, options) => {
  const cache = new Map([["k", stored]]);
  return { cache, region: makeRegion({ backend: new MemoryBackend({ cache }), ...options }) };
};

describe.each([
  ["a record", (members) => record("old", members.ct, { et: members.et }), {}],
  ["text", ({ ct, et }) => `{"ct": ${text(ct)}, "v": 2${et === undefined ? "" : `, "et": ${text(et)}`}}|"old"`, { serializer: JSON }],
])("%s that a store gives", (_name, make, options) => {
  test.each([Infinity, -Infinity])("is none when its creation time is %f", async (ct) => {
    const { cache, region } = over(make({ ct }), options);
    for (const reading of [undefined, { ignoreExpiration: true }, { expirationTime: -1 }]) {
      expect(await region.get("k", reading)).toBeUndefined();
      expect(await region.getMulti(["k"], reading)).toEqual([undefined]);
      expect(await region.getValueMetadata("k", reading)).toBeUndefined();
    }
    expect(await region.getOrCreate("k", () => Promise.reject("down"), { staleIfError: Infinity }).catch((error) => error)).toBe("down");
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
    cache.set("k", make({ ct }));
    expect(await region.getOrCreateMulti(["k"], () => ["new"])).toEqual(["new"]);
  });

  test.each([Infinity, -Infinity])("has no expiration of its own when that is %f", async (et) => {
    const { region } = over(make({ ct: now() - 100, et }), { ...options, expirationTime: 60 });
    const creator = counted(() => "new");
    expect(await region.get("k")).toBeUndefined();
    expect((await region.getValueMetadata("k", { ignoreExpiration: true })).expiresAt).toBeCloseTo(now() - 40, -1);
    expect(await region.getOrCreate("k", creator)).toBe("new");
    expect(creator.times).toBe(1);
  });
});

/** As JSON can say it. */
const text = (number) => (Number.isFinite(number) ? `${number}` : `${Math.sign(number)}e999`);

describe("a clock of the region's own", () => {
  const answers = [
    ["Infinity", Infinity, "Infinity (a number)"],
    ["minus Infinity", -Infinity, "-Infinity (a number)"],
    ["NaN", NaN, "NaN (a number)"],
    ["text", "5", "(a string)"],
    ["a Date", new Date(), "a Date"],
  ];
  test.each(answers)("that answers %s: every call that needs the time rejects, and nothing is stored", async (_name, answer, named) => {
    const backend = new MemoryBackend();
    const good = record("old", now() - 10);
    backend.set("k", good);
    let reading = answer;
    const region = makeRegion({ backend, expirationTime: 60, clock: () => reading });
    const calls = [
      () => region.get("k"),
      () => region.getMulti(["k"]),
      () => region.getValueMetadata("k"),
      () => region.getOrCreate("k", () => "new"),
      () => region.getOrCreateEntry("k", () => "new"),
      () => region.getOrCreateMulti(["k"], () => ["new"]),
      () => region.set("k", "new"),
      () => region.setMulti({ k: "new" }),
      () => region.invalidate(),
    ];
    for (const call of calls) await refuses(call, "VALIDATION", "clock", named);
    expect(backend.get("k")).toBe(good);
    reading = now();
    expect(await region.get("k")).toBe("old");
  });

  test("that answers Infinity when a value is stamped: the value is not stored", async () => {
    const readings = [1000, Infinity];
    const backend = new MemoryBackend();
    let at = 0;
    const region = makeRegion({ backend, clock: () => readings[at] });
    const creator = () => {
      at = 1;
      return "new";
    };
    await refuses(() => region.getOrCreate("k", creator), "VALIDATION", "clock");
    expect(backend.size).toBe(0);
    at = 0;
  });
});

test("a stored invalidation time without end is none", async () => {
  const cache = new Map([
    ["dogpile:invalidation:hard", record(Infinity, now())],
    ["dogpile:invalidation:soft", record(now(), Infinity)],
  ]);
  const errors = [];
  const observer = { onError: (error, where) => errors.push(where) };
  const region = makeRegion({ regionInvalidator: new StoredInvalidationStrategy(new MemoryBackend({ cache })), observer });
  await region.set("k", 1);
  expect(await region.get("k")).toBe(1);
  expect(errors).toContain("invalidate");
  await region.invalidate();
  await region.invalidate({ soft: true });
  expect([...cache.values()].every(({ payload, metadata }) => Number.isFinite(payload) && Number.isFinite(metadata.ct))).toBe(true);
  expect(await region.get("k")).toBeUndefined();
});
