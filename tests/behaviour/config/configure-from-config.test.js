import { describe, expect, test } from "vitest";
import { MemoryBackend, NullBackend, Region, createRegion, registerBackend } from "dogpile";
import { checkAfterEach, refuses, throws, virtualClock } from "../helpers.js";

checkAfterEach();

const backend = "dogpile.cache.memory";

/** What the factory of a named backend is given. */
function argumentsOf(config) {
  let given;
  registerBackend("test.arguments", (args) => {
    given = args;
    return new MemoryBackend();
  });
  new Region().configureFromConfig({ "cache.backend": "test.arguments", ...config }, "cache.");
  return given;
}

describe("configureFromConfig", () => {
  test("gives the region its backend, and returns the region", async () => {
    const clock = virtualClock();
    const region = new Region({ clock });
    const config = {
      "cache.backend": backend,
      "cache.expiration_time": "60",
      "cache.arguments.max_entries": "2",
      "other.backend": "unknown",
      "cache.enabled": "yes",
    };
    expect(region.configureFromConfig(Object.freeze(config), "cache.")).toBe(region);
    await region.setMulti({ a: 1, b: 2, c: 3 });
    expect(await region.getMulti(["a", "b", "c"])).toEqual([undefined, 2, 3]);
    clock.advance(61);
    expect(await region.get("c")).toBeUndefined();
  });

  test.each([
    ["12", 12],
    ["-5", -5],
    ["+5", 5],
    ["007", 7],
    [" 12 ", 12],
    ["1.5", 1.5],
    ["1.", 1],
    [".5", 0.5],
    ["-.5", -0.5],
    ["1e3", 1000],
    ["1E-2", 0.01],
    ["1.e2", 100],
    ["1e400", Infinity],
    ["true", true],
    ["False", false],
    ["TRUE", true],
    [" tRuE ", true],
    ["None", null],
    [" None ", null],
    ["none", "none"],
    ["NONE", "NONE"],
    ["null", "null"],
    ["undefined", "undefined"],
    ["inf", "inf"],
    ["Infinity", "Infinity"],
    ["NaN", "NaN"],
    ["0x10", "0x10"],
    ["1_000", "1_000"],
    ["1 2", "1 2"],
    ["", ""],
    ["  ", ""],
    [".", "."],
    ["e5", "e5"],
    ["1e", "1e"],
    ["--1", "--1"],
    ["+", "+"],
    ["1h30m", "1h30m"],
    ["  a b  ", "a b"],
    ["yes", "yes"],
    ["٣", "٣"],
    [5, 5],
    [null, null],
    [undefined, undefined],
    [true, true],
  ])("reads %j as %j", (text, value) => {
    expect(argumentsOf({ "cache.arguments.x": text })).toEqual({ x: value });
  });

  test("gives a backend's factory the arguments under their names, and what is no text as it is", () => {
    const [map, list] = [new Map(), []];
    const given = argumentsOf({
      "cache.arguments.max_entries": "5",
      "cache.arguments.maxEntries": "6",
      "cache.arguments.a.b": map,
      "cache.arguments.list": list,
      "arguments.c": 1,
      "cache.argument.d": 1,
    });
    expect(given).toEqual({ max_entries: 5, maxEntries: 6, "a.b": map, list });
    expect([given["a.b"], given.list]).toEqual([map, list]);
    expect(given.list).toBe(list);
    expect(argumentsOf({})).toEqual({});
  });

  test("takes the options of configure, by either name", () => {
    const own = new NullBackend();
    const region = new Region().configureFromConfig({ backend }, "");
    throws(() => region.configureFromConfig({ backend }, ""), "REGION_ALREADY_CONFIGURED");
    throws(() => region.configureFromConfig({ backend, replace_existing_backend: "false" }, ""), "REGION_ALREADY_CONFIGURED");
    region.configureFromConfig({ "a.backend": own, "a.replace_existing_backend": "true" }, "a.");
    expect(region.backend).toBe(own);
    region.configureFromConfig({ backend: ` ${backend} `, replaceExistingBackend: "True" }, "");
    expect(region.backend).toBeInstanceOf(MemoryBackend);
    for (const [name, text] of [
      ["expiration_time", "soon"],
      ["expirationTime", "soon"],
      ["lock_timeout", "0"],
      ["backend_errors", "ignore"],
      ["backendErrors", "5"],
    ]) {
      throws(() => new Region().configureFromConfig({ backend, [name]: text }, ""), "VALIDATION");
    }
    for (const text of ["None", "-1", "5m", "1e400", " 2.5 "])
      new Region().configureFromConfig({ backend, expiration_time: text, lock_timeout: "1m", backend_errors: "throw" }, "");
  });
});

describe("a region that could not be configured stays as it was", () => {
  test.each([
    ["no backend", {}, "VALIDATION", '"cache.backend"'],
    ["a backend under another name", { backend, "cache.Backend": backend }, "VALIDATION", '"cache.backend"'],
    ["None as backend", { "cache.backend": "None" }, "VALIDATION", '"cache.backend"'],
    ["a number as backend", { "cache.backend": "5" }, "VALIDATION", "5"],
    ["an unknown backend", { "cache.backend": "dogpile.cache.redis" }, "PLUGIN_NOT_FOUND", "dogpile.cache.redis"],
    ["a wrong expiration", { "cache.backend": backend, "cache.expiration_time": "soon" }, "VALIDATION", "soon"],
    ["a wrong argument", { "cache.backend": backend, "cache.arguments.max_entries": "0" }, "VALIDATION", "maxEntries"],
    ["an unknown argument", { "cache.backend": backend, "cache.arguments.size": "1" }, "VALIDATION", "size"],
  ])("%s", async (_name, config, code, text) => {
    const region = new Region();
    throws(() => region.configureFromConfig(config, "cache."), code, text);
    expect(region.isConfigured).toBe(false);
    await refuses(() => region.get("k"), "REGION_NOT_CONFIGURED");
  });

  test("what is no configuration, or no prefix", () => {
    for (const config of [undefined, null, "backend", 5]) throws(() => new Region().configureFromConfig(config, ""), "VALIDATION", "config");
    for (const prefix of [undefined, null, 5]) throws(() => new Region().configureFromConfig({ backend }, prefix), "VALIDATION", "prefix");
  });
});

describe("the arguments of the built-in backends", () => {
  test("have Python's names too, from a file or not", async () => {
    for (const args of [
      { max_entries: 1, cache_dict: new Map() },
      { maxEntries: 1, cache: new Map() },
    ]) {
      const store = args.cache_dict ?? args.cache;
      const region = createRegion({ backend, arguments: Object.freeze(args) });
      await region.setMulti({ a: 1, b: 2 });
      expect([...store.keys()]).toEqual(["b"]);
    }
    const cache_dict = new Map();
    await new Region().configureFromConfig({ backend, "arguments.cache_dict": cache_dict }, "").set("k", 1);
    expect(cache_dict.get("k").payload).toBe(1);
  });

  test("that are None are not given; those of the null backend do not matter", async () => {
    const region = new Region().configureFromConfig({ backend, "arguments.max_entries": "None" }, "");
    await region.set("k", 1);
    expect(await region.get("k")).toBe(1);
    expect(createRegion({ backend: "dogpile.cache.null", arguments: { anything: 1 } }).backend).toBeInstanceOf(NullBackend);
  });
});
