import { describe, expect, test } from "vitest";
import { MemoryBackend, NullBackend, Region, createRegion } from "dogpile";
import * as dogpile from "dogpile";
import { checkAfterEach, makeRegion, plainBackend, refuses, throws, virtualClock } from "../helpers.js";

checkAfterEach();

describe("an unconfigured region", () => {
  const calls = [
    ["get", (region) => region.get("k")],
    ["getMulti", (region) => region.getMulti(["k"])],
    ["getMulti of nothing", (region) => region.getMulti([])],
    ["getValueMetadata", (region) => region.getValueMetadata("k")],
    ["getOrCreate", (region) => region.getOrCreate("k", () => 1)],
    ["getOrCreateEntry", (region) => region.getOrCreateEntry("k", () => 1)],
    ["getOrCreateMulti", (region) => region.getOrCreateMulti(["k"], () => [1])],
    ["getOrCreateMulti of nothing", (region) => region.getOrCreateMulti([], () => [])],
    ["set", (region) => region.set("k", 1)],
    ["setMulti", (region) => region.setMulti({ k: 1 })],
    ["setMulti of nothing", (region) => region.setMulti({})],
    ["delete", (region) => region.delete("k")],
    ["deleteMulti", (region) => region.deleteMulti(["k"])],
    ["invalidate", (region) => region.invalidate()],
    ["keyIsLocked", (region) => region.keyIsLocked("k")],
  ];

  test.each(calls)("rejects %s as not configured", async (_name, call) => {
    const error = await refuses(() => call(new Region()), "REGION_NOT_CONFIGURED");
    expect(error.name).toBe("RegionNotConfigured");
    expect(error).toBeInstanceOf(dogpile.RegionNotConfigured);
  });

  test("says so, has a name if it was given one, and no backend", () => {
    const region = new Region({ name: "users" });
    expect([region.name, region.isConfigured]).toEqual(["users", false]);
    throws(() => region.backend, "REGION_NOT_CONFIGURED");
    throws(() => region.actualBackend, "REGION_NOT_CONFIGURED");
    expect(new Region().name).toBeUndefined();
    expect(new Region(undefined).isConfigured).toBe(false);
  });
});

describe("configure", () => {
  test("returns the region, which then has its backend", async () => {
    const backend = new MemoryBackend();
    const region = new Region();
    expect(region.configure({ backend })).toBe(region);
    expect(region.isConfigured).toBe(true);
    expect(region.backend).toBe(backend);
    expect(region.actualBackend).toBe(backend);
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
  });

  test("a second time is refused, and changes nothing, without replaceExistingBackend", async () => {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend });
    for (const options of [{ backend: new MemoryBackend() }, { backend: new NullBackend(), replaceExistingBackend: false }]) {
      const error = throws(() => region.configure(options), "REGION_ALREADY_CONFIGURED");
      expect(error.name).toBe("RegionAlreadyConfigured");
    }
    expect(region.backend).toBe(backend);
  });

  test("with replaceExistingBackend takes everything from the new options", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: new MemoryBackend(), clock, expirationTime: 1, keyMangler: (key) => `own:${key}` });
    const backend = plainBackend();
    region.configure({ backend, replaceExistingBackend: true });
    expect(region.backend).toBe(backend);
    await region.set("k", "value");
    clock.advance(1e6);
    expect(await region.get("k")).toBe("value");
    expect([...backend.store.keys()]).toEqual(["own:k"]);
  });

  test("checks everything before it changes anything", async () => {
    const bad = [{ expirationTime: "soon" }, { lockTimeout: NaN }, { backendErrors: "ignore" }, { backend: {} }, { expirationtime: 5 }];
    for (const options of bad) {
      const region = new Region();
      throws(() => region.configure({ backend: new MemoryBackend(), ...options }), "VALIDATION");
      expect(region.isConfigured).toBe(false);
      await refuses(() => region.get("k"), "REGION_NOT_CONFIGURED");
      region.configure({ backend: new MemoryBackend() });
    }
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, expirationTime: 60 });
    await region.set("k", "value");
    for (const options of bad) throws(() => region.configure({ backend: new NullBackend(), replaceExistingBackend: true, ...options }), "VALIDATION");
    expect(region.backend).toBe(backend);
    expect(await region.get("k")).toBe("value");
  });

  test("refuses what is no backend", () => {
    const method = () => {};
    const bad = [
      undefined,
      null,
      5,
      true,
      {},
      [],
      () => {},
      { get: method },
      { get: method, set: method },
      { get: method, set: method, delete: "no" },
      { set: method, delete: method },
    ];
    for (const backend of bad) {
      throws(() => new Region().configure({ backend }), "VALIDATION");
      throws(() => createRegion({ backend }), "VALIDATION");
    }
  });

  test("knows its own backends by name, and names one that it does not know", async () => {
    const region = createRegion({ backend: "dogpile.cache.memory" });
    await region.set("k", 1);
    expect(await region.get("k")).toBe(1);
    expect(createRegion({ backend: "dogpile.cache.null" }).actualBackend).toBeInstanceOf(NullBackend);
    const region2 = new Region();
    throws(() => region2.configure({ backend: "dogpile.cache.redis" }), "PLUGIN_NOT_FOUND", "dogpile.cache.redis");
    expect(region2.isConfigured).toBe(false);
  });

  test("refuses options that are no object", () => {
    for (const options of [undefined, null, 5, "memory", true]) throws(() => new Region().configure(options), "VALIDATION");
    for (const options of [5, "name", true, () => {}]) throws(() => new Region(options), "VALIDATION");
    for (const options of [undefined, null, 5]) throws(() => createRegion(options), "VALIDATION");
  });
});

describe("an unknown name among the options is refused with the known ones", () => {
  test("of new Region", () => {
    throws(() => new Region({ keymangler: (key) => key }), "VALIDATION", "keymangler", "keyMangler", "clock", "name");
    throws(() => new Region({ backend: new MemoryBackend() }), "VALIDATION", "backend", "keyMangler");
  });

  test("of configure", () => {
    throws(
      () => new Region().configure({ backend: new MemoryBackend(), expiration_time: 5 }),
      "VALIDATION",
      "expiration_time",
      "expirationTime",
      "lockTimeout",
      "backend",
    );
    throws(() => new Region().configure({ backend: new MemoryBackend(), clock: () => 0 }), "VALIDATION", "clock", "expirationTime");
  });

  test("of createRegion, which takes those of both", () => {
    throws(() => createRegion({ backend: new MemoryBackend(), ttl: 5 }), "VALIDATION", "ttl", "keyMangler", "expirationTime");
    const region = createRegion({
      backend: new MemoryBackend(),
      name: "both",
      clock: virtualClock(),
      expirationTime: 5,
      lockTimeout: "1s",
      backendErrors: "throw",
    });
    expect([region.name, region.isConfigured]).toEqual(["both", true]);
  });
});

describe("region options of a wrong type are refused", () => {
  test.each([
    ["name", 5],
    ["name", {}],
    ["clock", 5],
    ["clock", "now"],
    ["keyMangler", "lower"],
    ["keyMangler", true],
    ["keyMangler", {}],
  ])("%s: %j", (name, value) => {
    throws(() => new Region({ [name]: value }), "VALIDATION", name);
  });
});

describe("options objects", () => {
  test("may be frozen, have no prototype, or have getters, and are read once and not kept", async () => {
    let reads = 0;
    const options = Object.freeze(
      Object.create(null, {
        backend: { enumerable: true, value: new MemoryBackend() },
        expirationTime: { enumerable: true, get: () => (reads++, 60) },
        name: { enumerable: true, value: undefined },
      }),
    );
    const region = createRegion(options);
    expect(reads).toBe(1);
    await region.set("k", 1);
    expect(await region.get("k")).toBe(1);
    expect(reads).toBe(1);
  });

  test("whose getter throws pass on what it threw, and configure nothing", () => {
    const reason = new Error("private");
    const region = new Region();
    const options = {
      backend: new MemoryBackend(),
      get expirationTime() {
        throw reason;
      },
    };
    expect(() => region.configure(options)).toThrow(reason);
    expect(region.isConfigured).toBe(false);
  });

  test("that are changed afterwards change nothing", async () => {
    const clock = virtualClock();
    const options = { backend: new MemoryBackend(), expirationTime: 60, clock };
    const region = createRegion(options);
    options.expirationTime = 1;
    options.backend = new NullBackend();
    await region.set("k", 1);
    clock.advance(30);
    expect(await region.get("k")).toBe(1);
  });
});

test("errors are Errors of this package, told apart by code and name", () => {
  const codes = {
    RegionAlreadyConfigured: "REGION_ALREADY_CONFIGURED",
    RegionNotConfigured: "REGION_NOT_CONFIGURED",
    ValidationError: "VALIDATION",
    PluginNotFound: "PLUGIN_NOT_FOUND",
    ReentrantError: "REENTRANT",
    TimeoutError: "TIMEOUT",
    BackendError: "BACKEND",
  };
  for (const name of Object.keys(codes)) expect(dogpile[name].prototype).toBeInstanceOf(dogpile.DogpileCacheError);
  const error = throws(() => createRegion({}), codes.ValidationError);
  expect(error).toBeInstanceOf(dogpile.ValidationError);
  expect(error.name).toBe("ValidationError");
});

describe("what would be taken for true", () => {
  test.each(["false", "", 0, 1, {}])("replaceExistingBackend: %j", (replaceExistingBackend) => {
    const region = createRegion({ backend: new MemoryBackend() });
    const { backend } = region;
    const error = throws(() => region.configure({ backend: new MemoryBackend(), replaceExistingBackend }), "VALIDATION");
    expect(error.message).toMatch(/^replaceExistingBackend must be true or false, not /);
    expect(region.backend).toBe(backend);
  });
});
