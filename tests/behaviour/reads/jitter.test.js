// Values that were created together and do not expire together.
import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { backends, checkAfterEach, counted, makeRegion, now, record, throws, virtualClock } from "../helpers.js";

checkAfterEach();

const notCalled = () => expect.unreachable("a creator is called");
const KEYS = Array.from({ length: 200 }, (_, index) => `k${index}`);

/** Records that were created at almost the same time, under KEYS. */
function fill(backend, created) {
  for (const [index, key] of KEYS.entries()) backend.set(key, record(key, created + index / 1024));
}

describe.each(backends)("over %s", (_backend, makeBackend) => {
  test("a value expires when it expires for every region that reads it, once and for all", async () => {
    const clock = virtualClock();
    const backend = makeBackend();
    const regions = [1, 2].map(() => makeRegion({ backend, clock, expirationTime: 100, jitter: 0.5 }));
    for (const key of KEYS.slice(0, 20)) {
      await regions[0].set(key, key);
      clock.advance(1 / 1024);
    }
    let before = 20;
    for (let age = 0; age <= 100; age += 10) {
      const found = await Promise.all(regions.map((region) => region.getMulti(KEYS.slice(0, 20))));
      const fresh = found.map((values) => values.filter((value) => value !== undefined).length);
      expect(fresh[1]).toBe(fresh[0]);
      expect(fresh[0]).toBeLessThanOrEqual(before);
      if (age < 50) expect(fresh[0]).toBe(20);
      [before] = fresh;
      clock.advance(10);
    }
    expect(before).toBe(0);
  });
});

describe("the expiration of a value", () => {
  test("is spread over the part that jitter says, by its creation time alone", async () => {
    const clock = virtualClock();
    const backend = new MemoryBackend();
    fill(backend, clock.now);
    const region = makeRegion({ backend, clock, expirationTime: 100, jitter: 0.2 });
    const entries = await Promise.all(KEYS.map((key) => region.getValueMetadata(key)));
    const lives = entries.map(({ cachedTime, expiresAt }) => expiresAt - cachedTime);
    expect(Math.min(...lives)).toBeGreaterThan(80 - 1e-6);
    expect(Math.max(...lives)).toBeLessThanOrEqual(100);
    const mean = lives.reduce((sum, life) => sum + life) / lives.length;
    expect(mean).toBeGreaterThan(88);
    expect(mean).toBeLessThan(92);
    for (const [index, key] of KEYS.entries()) {
      clock.now = entries[index].expiresAt - 0.001;
      expect(await region.getOrCreate(key, notCalled)).toBe(key);
      expect(await region.get(key)).toBe(key);
      clock.now = entries[index].expiresAt + 0.001;
      expect(await region.get(key)).toBe(undefined);
      expect(await region.getOrCreate(key, () => "new")).toBe("new");
    }
  });

  test("is the call's, the value's or the region's, and shortened in each case", async () => {
    const clock = virtualClock();
    const backend = new MemoryBackend();
    backend.set("k", record("value", clock.now, { et: 50 }));
    const lifeOf = async (region, options) => {
      const { cachedTime, expiresAt } = await region.getValueMetadata("k", options);
      return expiresAt - cachedTime;
    };
    const plain = makeRegion({ backend, clock, expirationTime: 100 });
    const region = makeRegion({ backend, clock, expirationTime: 100, jitter: 0.5 });
    const part = (await lifeOf(region)) / (await lifeOf(plain));
    expect(part).toBeLessThan(1);
    expect((await lifeOf(region, { expirationTime: 10 })) / 10).toBeCloseTo(part, 6);
  });

  test.each([
    ["never", -1, 1e9],
    ["never, as infinity", Number.POSITIVE_INFINITY, 1e9],
    ["0", 0, 0],
  ])("stays what it is: %s", async (_what, expirationTime, age) => {
    const clock = virtualClock();
    const region = makeRegion({ backend: new MemoryBackend(), clock, expirationTime, jitter: 0.5 });
    await region.set("k", "value");
    clock.advance(age);
    expect(await region.getOrCreate("k", notCalled)).toBe("value");
  });

  test("is not shortened for the backend, nor for staleIfError", async () => {
    const clock = virtualClock();
    const hints = [];
    const store = new Map();
    const set = (key, value, hint) => (store.set(key, value), void hints.push(hint));
    const backend = { get: (key) => store.get(key), set, delete: (key) => store.delete(key) };
    const region = makeRegion({ backend, clock, expirationTime: 100, jitter: 0.5, staleIfError: 10 });
    await region.getOrCreate("k", () => "value");
    await region.set("l", "value");
    expect(hints).toEqual([{ expirationTime: 200 }, { expirationTime: 200 }]);
    clock.advance(110);
    expect(await region.getOrCreate("k", () => Promise.reject(new Error("down")))).toBe("value");
  });
});

test("setMulti gives each value a creation time of its own with jitter, and one to all without", async () => {
  for (const jitter of [0, 0.1]) {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, jitter, expirationTime: 100 });
    await region.setMulti({ a: 1, b: 2, c: 3 });
    const times = ["a", "b", "c"].map((key) => backend.get(key).metadata.ct);
    expect(new Set(times).size).toBe(jitter > 0 ? 3 : 1);
    expect(times.toSorted((one, other) => one - other)).toEqual(times);
    await region.getOrCreateMulti(["d", "e"], () => [4, 5]);
    expect(backend.get("d").metadata.ct).not.toBe(backend.get("e").metadata.ct);
  }
});

test("nothing of it is stored", async () => {
  const backend = new MemoryBackend();
  const region = makeRegion({ backend, jitter: 0.5, expirationTime: 100 });
  await region.getOrCreate("k", () => "value");
  expect(Object.keys(backend.get("k").metadata)).toEqual(["ct", "v"]);
});

test("the warm path and the full way agree", async () => {
  const [backend, start] = [new MemoryBackend(), now() - 75];
  fill(backend, start);
  const options = { backend, expirationTime: 100, jitter: 0.5 };
  const [warm, full] = [makeRegion(options), makeRegion({ ...options, observer: { onHit() {} } })];
  const entryOf = (key) => full.getValueMetadata(key, { ignoreExpiration: true });
  const left = await Promise.all(KEYS.map(async (key) => (await entryOf(key)).expiresAt - now()));
  const keys = KEYS.filter((_, index) => Math.abs(left[index]) > 15); // whatever the test takes, these do not expire meanwhile
  const isFresh = async (key) => (await full.getValueMetadata(key)) !== undefined;
  const expected = await Promise.all(keys.map(isFresh));
  expect(expected.filter(Boolean).length).toBeGreaterThan(15);
  expect(expected.filter((one) => !one).length).toBeGreaterThan(15);
  for (const [index, key] of keys.entries()) {
    const creator = counted(() => "new");
    expect(await warm.get(key), key).toBe(expected[index] ? key : undefined);
    expect(await warm.getMulti([key]), key).toEqual([expected[index] ? key : undefined]);
    if (expected[index]) {
      expect(await warm.getOrCreate(key, creator), key).toBe(key);
      expect(await warm.getOrCreateMulti([key], () => ["new"]), key).toEqual([key]);
      expect(await full.getOrCreate(key, creator), key).toBe(key);
    } else expect(await warm.getOrCreate(key, creator), key).toBe("new");
    expect(creator.times).toBe(expected[index] ? 0 : 1);
  }
});

test.each([-0.1, 0.51, Number.NaN, "0.1", true])("jitter %o is refused, and nothing changes", async (jitter) => {
  throws(() => makeRegion({ jitter }), "VALIDATION", "jitter must be a number from 0 to 0.5, not ");
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 100 });
  await region.set("k", "value");
  throws(() => region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true, jitter }), "VALIDATION", "jitter");
  clock.advance(100);
  expect(await region.get("k")).toBe("value");
});
