import { afterEach, describe, expect, test } from "vitest";
import { MemoryBackend, Region, StoredInvalidationStrategy, createRegion } from "dogpile";
import { backends, checkAfterEach, counted, makeRegion, plainBackend, throws, virtualClock } from "../helpers.js";

checkAfterEach();

/** `[name, (members) => an object with them]`: the ways in which people hand over options. */
const shapes = [
  ["a plain object", (members) => ({ ...members })],
  ["a frozen one", (members) => Object.freeze({ ...members })],
  ["one that inherits its members", (members) => Object.create(members)],
  ["one that inherits from one without a prototype", (members) => Object.create(Object.assign(Object.create(null), members))],
  ["an instance whose class has getters", (members) => new (classOf(members))()],
  ["an instance of its subclass", (members) => new (class extends classOf(members) {})()],
];

function classOf(members) {
  class Config {
    unlisted() {}
  }
  for (const [name, value] of Object.entries(members)) Object.defineProperty(Config.prototype, name, { get: () => value });
  return Config;
}

describe.each(shapes)("options may be %s", (_name, shape) => {
  test("for a region", async () => {
    const clock = virtualClock();
    const region = createRegion(shape({ backend: new MemoryBackend(), expirationTime: 60, name: "n", clock }));
    expect(region.name).toBe("n");
    await region.set("k", "value");
    clock.advance(61);
    expect(await region.get("k")).toBeUndefined();
    const configured = new Region(shape({ name: "m", clock })).configure(
      shape({ backend: "dogpile.cache.memory", arguments: shape({ max_entries: 1 }), expirationTime: "1m" }),
    );
    await configured.setMulti({ a: 1, b: 2 });
    expect(configured.backend.size).toBe(1);
    clock.advance(61);
    expect(await configured.getMulti(["a", "b"])).toEqual([undefined, undefined]);
  });

  test.each(backends)("for calls over %s", async (_backend, makeBackend) => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock });
    await region.set("k", "value", shape({ expiresIn: 10 }));
    expect((await region.getValueMetadata("k")).metadata.et).toBe(10);
    clock.advance(11);
    expect(await region.get("k", shape({ ignoreExpiration: true }))).toBe("value");
    expect(await region.get("k", shape({ expirationTime: 20 }))).toBe("value");
    expect(await region.getOrCreate("k", () => "new", shape({ expirationTime: 20 }))).toBe("value");
    expect(await region.getOrCreate("k", () => "new", shape({ shouldCacheFn: () => false, forceRefresh: true }))).toBe("new");
    expect(await region.getOrCreateMulti(["k"], () => ["new"], shape({ expirationTime: 20 }))).toEqual(["value"]);
    const fn = counted(() => "fn");
    const cached = region.cacheOnArguments(shape({ namespace: "n", shouldCacheFn: () => false }), fn);
    await cached();
    await cached();
    expect(fn.times).toBe(2);
  });

  test("for backends, strategies and configuration files", async () => {
    const memory = new MemoryBackend(shape({ maxEntries: 1 }));
    for (const key of ["a", "b"]) memory.set(key, key);
    expect(memory.size).toBe(1);
    throws(() => new StoredInvalidationStrategy(memory, shape({ key: 5 })), "VALIDATION", "key must be a string");
    throws(() => new MemoryBackend(shape({ clone: 5 })), "VALIDATION", "clone must be true or false");
  });
});

test("a configuration file's members may be inherited", async () => {
  const defaults = { "cache.backend": "dogpile.cache.memory", "cache.arguments.max_entries": "1" };
  const region = new Region().configureFromConfig(Object.create(defaults, { "cache.expiration_time": { value: "60", enumerable: true } }), "cache.");
  await region.setMulti({ a: 1, b: 2 });
  expect(region.backend.size).toBe(1);
});

test("each option is read once", async () => {
  const reads = [];
  const watched = (members) => new Proxy(members, { get: (target, name) => (Object.hasOwn(target, name) && reads.push(name), target[name]) });
  const region = createRegion(watched({ backend: new MemoryBackend(), expirationTime: 60, name: "n" }));
  await region.getOrCreate("k", () => "value", watched({ expirationTime: 1, lockTimeout: 5, shouldCacheFn: undefined }));
  await region.getOrCreate("k", () => "value", watched({ expirationTime: 1 }));
  await region.set("k", "value", watched({ expiresIn: 5 }));
  const [expirationTimes, others] = [
    reads.filter((name) => name === "expirationTime"),
    reads.filter((name) => ["backend", "name", "lockTimeout", "expiresIn"].includes(name)),
  ];
  expect([expirationTimes.length, others.length]).toEqual([3, 4]);
});

describe("what somebody has put on every object is not an option", () => {
  const polluted = [];
  const pollute = (members) => Object.keys(members).forEach((name) => (polluted.push(name), (Object.prototype[name] = members[name])));
  afterEach(() => polluted.splice(0).forEach((name) => delete Object.prototype[name]));

  test("of a call, whether or not it is warm", async () => {
    const clock = virtualClock();
    const regions = [makeRegion({ clock }), makeRegion(), makeRegion({ backend: plainBackend() })];
    for (const region of regions) await region.set("k", "value");
    const own = new Set();
    const shouldCacheFn = () => own.add("asked");
    pollute({ expirationTime: -5, expiresIn: -5, forceRefresh: true, ignoreExpiration: true, shouldCacheFn, signal: AbortSignal.abort(), hours: 5 });
    for (const region of regions) {
      expect(await region.getOrCreate("k", () => "new", {})).toBe("value");
      expect(await region.getOrCreate("k", () => "new", { lockTimeout: 5 })).toBe("value");
      expect(await region.getOrCreateMulti(["k"], () => ["new"], {})).toEqual(["value"]);
      expect(await region.get("k", {})).toBe("value");
      expect(await region.getOrCreate("other", () => "new", { lockTimeout: 5 })).toBe("new");
      await region.set("k", "value", {});
      expect(await region.get("k", { expirationTime: { minutes: 1 } })).toBe("value");
      const cached = region.cacheOnArguments({ namespace: "n" }, () => "fn");
      expect(await cached()).toBe("fn");
    }
    expect(own.size).toBe(0);
  });

  test("of a region or a backend", () => {
    pollute({ expirationTime: "nonsense", maxEntries: "nonsense", name: 5, wrap: 5, key: 5 });
    const region = createRegion({ backend: new MemoryBackend() });
    expect(region.name).toBeUndefined();
    createRegion({ backend: "dogpile.cache.memory", arguments: {} });
    expect(new StoredInvalidationStrategy(new MemoryBackend())).toBeInstanceOf(StoredInvalidationStrategy);
  });
});
