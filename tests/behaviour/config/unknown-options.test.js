import { describe, expect, test } from "vitest";
import { MemoryBackend, Region, StoredInvalidationStrategy, createRegion } from "dogpile";
import { backends, checkAfterEach, counted, deferred, makeRegion, refuses, throws, until } from "../helpers.js";

checkAfterEach();

const creator = () => "created";

/** Every call that takes options: `[name, (region, options) => its promise, names of others' with what is meant]`. */
const creating = {
  ttl: "expirationTime",
  maxAge: "expirationTime",
  expiration_time: "expirationTime",
  expiresIn: "expirationTime",
  stale_if_error: "staleIfError",
  force: "forceRefresh",
};
const calls = [
  ["getOrCreate", (region, options) => region.getOrCreate("k", creator, options), creating],
  ["getOrCreateEntry", (region, options) => region.getOrCreateEntry("k", creator, options), creating],
  ["getOrCreateMulti", (region, options) => region.getOrCreateMulti(["k"], () => ["created"], options), creating],
  ["get", (region, options) => region.get("k", options), { ttl: "expirationTime", ignore_expiration: "ignoreExpiration" }],
  ["getMulti", (region, options) => region.getMulti(["k"], options), { ttl: "expirationTime" }],
  ["getValueMetadata", (region, options) => region.getValueMetadata("k", options), { ttl: "expirationTime" }],
  ["set", (region, options) => region.set("k", "value", options), { ttl: "expiresIn", expirationTime: "expiresIn" }],
  ["setMulti", (region, options) => region.setMulti({ k: "value" }, options), { ttl: "expiresIn", expirationTime: "expiresIn" }],
];

describe.each(backends)("over %s", (_name, makeBackend) => {
  test.each(calls)("%s refuses a name that nobody knows, says what is meant, and changes nothing", async (_call, call, names) => {
    const region = makeRegion({ backend: makeBackend() });
    for (const [name, meant] of Object.entries(names)) {
      await refuses(() => call(region, { [name]: 5 }), "VALIDATION", `unknown option ${name}; the known ones are `, `Did you mean ${meant}?`);
    }
    const error = await refuses(() => call(region, { quux: undefined }), "VALIDATION", "unknown option quux");
    expect(error.message).not.toContain("mean");
    expect(await region.getValueMetadata("k")).toBeUndefined();
    expect(region.stats.creations).toBe(0);
  });

  test("whoever would wait for another's creation, or be served what is stale, is told as well", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const slow = counted(() => creation.promise);
    const first = region.getOrCreate("k", slow);
    await until(() => slow.times === 1);
    await refuses(() => region.getOrCreate("k", creator, { ttl: 5 }), "VALIDATION", "expirationTime");
    creation.resolve("first");
    expect(await first).toBe("first");
    await region.invalidate(false);
    await refuses(() => region.getOrCreate("k", creator, { ttl: 5 }), "VALIDATION", "expirationTime");
  });
});

test("the names are not looked through where a fresh value is at hand", async () => {
  const region = makeRegion();
  await region.set("k", "value");
  let looked = 0;
  const options = new Proxy({ expirationTime: 60 }, { ownKeys: (target) => ((looked += 1), Reflect.ownKeys(target)) });
  expect(await region.getOrCreate("k", creator, options)).toBe("value");
  expect(await region.get("k", options)).toBe("value");
  expect(await region.getMulti(["k"], options)).toEqual(["value"]);
  expect(looked).toBe(0);
  await region.delete("k");
  expect(await region.getOrCreate("k", creator, options)).toBe("created");
  expect(looked).toBeGreaterThan(0);
});

test("cached functions refuse unknown names when they are made, those of one call alone among them", () => {
  const region = makeRegion({}, []);
  for (const wrap of [
    (options) => region.cacheOnArguments(options, creator),
    (options) => region.cacheOnArguments(options),
    (options) => region.cacheMultiOnArguments(options, creator),
  ]) {
    throws(() => wrap({ namespace: "n", ttl: 5 }), "VALIDATION", "unknown option ttl", "Did you mean expirationTime?");
    throws(() => wrap({ namespace: "n", tostr: String }), "VALIDATION", "Did you mean toStr?");
    for (const name of ["signal", "creatorArgs", "key"]) throws(() => wrap({ namespace: "n", [name]: undefined }), "VALIDATION", `unknown option ${name}`);
  }
  throws(() => region.cacheOnArguments({ namespace: "n", asDict: true }, creator), "VALIDATION", "unknown option asDict");
});

test("constructors say what is meant, too", () => {
  throws(() => createRegion({ backend: new MemoryBackend(), ttl: 60 }), "VALIDATION", "unknown option ttl", "Did you mean expirationTime?");
  throws(() => createRegion({ backend: new MemoryBackend(), swr: true }), "VALIDATION", "Did you mean staleWhileRevalidate?");
  throws(() => new Region({ key_mangler: String }), "VALIDATION", "Did you mean keyMangler?");
  throws(() => new MemoryBackend({ maxSize: 5 }), "VALIDATION", "Did you mean maxEntries?");
  throws(() => new StoredInvalidationStrategy(new MemoryBackend(), { chanel: "c" }), "VALIDATION", "Did you mean channel?");
});
