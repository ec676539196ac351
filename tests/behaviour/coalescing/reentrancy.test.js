import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { backends, checkAfterEach, counted, makeRegion, outcome, refuses, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

describe.each(backends)("getOrCreate for a key from inside that key's own creator, over %s", (_name, makeBackend, brief) => {
  test("in its synchronous part: is rejected at once as re-entrant, and the creation may go on", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const never = counted();
    let nested;
    const value = await region.getOrCreate("k", () => {
      nested = refuses(() => region.getOrCreate("k", never), "REENTRANT");
      return "outer";
    });
    expect(value).toBe("outer");
    expect((await nested).name).toBe("ReentrantError");
    expect(never.times).toBe(0);
    expect(await region.get("k")).toBe("outer");
  });

  test("in its synchronous part, and passed on: everyone who waits gets the ReentrantError, nobody hangs", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creator = () => region.getOrCreate("k", () => "inner");
    const callers = [region.getOrCreate("k", creator), region.getOrCreate("k", creator)];
    await Promise.all(callers.map((caller) => refuses(() => caller, "REENTRANT")));
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
  });

  test("with a stale value: gets the stale value", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(61);
    const value = await region.getOrCreate("k", async () => {
      const early = await region.getOrCreate("k", () => "never");
      const late = await region.getOrCreate("k", () => "never");
      return `${early}, ${late}, new`;
    });
    expect(value).toBe("old, old, new");
    expect(await region.get("k")).toBe(value);
  });

  test("after an await, without a value: waits like anyone, and lockTimeout ends it", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: brief });
    const inner = counted(() => "inner");
    const outer = region.getOrCreate("k", async () => {
      await turns(3);
      return region.getOrCreate("k", inner);
    });
    expect(await outer).toBe("inner");
    expect(inner.times).toBe(1);
  });

  test("is no matter for other keys", async () => {
    const region = makeRegion({ backend: makeBackend() }, ["k", "other"]);
    const value = await region.getOrCreate("k", async () => `k with ${await region.getOrCreate("other", () => "other")}`);
    expect(value).toBe("k with other");
    expect(await region.get("other")).toBe("other");
  });

  test("in a circle of two keys: ends, in a value or in an error", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: brief }, ["one", "two"]);
    const one = () => region.getOrCreate("two", two);
    const two = () =>
      region.getOrCreate(
        "one",
        counted(() => "cut"),
      );
    const [how, what] = await outcome(region.getOrCreate("one", one));
    if (how === "resolved") expect(what).toBe("cut");
    else expect(["REENTRANT", "TIMEOUT"]).toContain(what.code);
  });
});

test("a creator that threw or that awaits is not taken for one in its synchronous part", async () => {
  const region = makeRegion();
  await outcome(
    region.getOrCreate("k", () => {
      throw new Error("failed");
    }),
  );
  expect(await region.getOrCreate("k", () => "value")).toBe("value");
  await region.delete("k");
  const creator = counted(async () => (await turns(5), "shared"));
  const first = region.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  expect(await region.getOrCreate("k", () => "never")).toBe("shared");
  await first;
});

test("keys that mangle to one string are one key here too", async () => {
  const region = makeRegion({ keyMangler: (key) => key.toLowerCase() });
  let nested;
  await region.getOrCreate("k", () => {
    nested = refuses(() => region.getOrCreate("K", () => "never"), "REENTRANT");
    return "outer";
  });
  await nested;
});

test("the same key of another region is another matter", async () => {
  const [one, other] = [makeRegion(), makeRegion()];
  expect(await one.getOrCreate("k", () => other.getOrCreate("k", () => "inner"))).toBe("inner");
});

test("reads and writes from inside the creator are allowed", async () => {
  const region = makeRegion();
  let seen;
  await region.getOrCreate("k", async () => {
    seen = [await region.get("k"), await region.keyIsLocked("k"), (await region.getMulti(["k"])).length];
    return "value";
  });
  expect(seen).toEqual([undefined, true, 1]);
});

test("an observer that asks, when it is told of a miss, for that very key waits for its creation like anyone", async () => {
  const nested = [];
  const creator = counted(async () => (await turns(5), "created"));
  let told = 0;
  const onMiss = (key) => {
    if (told++ === 0) nested.push(region.getOrCreate(key, creator));
  };
  const region = makeRegion({ observer: { onMiss } });
  expect(await region.getOrCreate("k", creator)).toBe("created");
  expect(await Promise.all(nested)).toEqual(["created"]);
  expect(creator.times).toBe(1);
});

test("a mangler that replaces the backend: what is begun is begun with the new one", async () => {
  const [old, replacement] = [new Map(), new Map()];
  let mangled = 0;
  const keyMangler = (key) => {
    mangled++;
    if (mangled === 1) region.configure({ backend: new MemoryBackend({ cache: replacement }), replaceExistingBackend: true });
    return key;
  };
  const region = makeRegion({ backend: new MemoryBackend({ cache: old }), keyMangler });
  expect(await region.getOrCreate("k", () => "created")).toBe("created");
  expect([old.size, replacement.size]).toEqual([0, 1]);
});

test("a console that throws costs nobody anything", async () => {
  console.warn.mockImplementation(() => {
    throw new Error("no warnings here");
  });
  const fail = () => Promise.reject(new Error("down"));
  const region = makeRegion({ backend: { get: fail, set: fail, delete: fail } });
  expect(await region.getOrCreate("k", () => "created")).toBe("created");
  expect(await region.keyIsLocked("k")).toBe(false);
});

test("creators in one another's synchronous part do not overflow the stack", async () => {
  const region = makeRegion();
  const sum = region.cacheOnArguments({ namespace: "sum" }, async (n) => (n === 0 ? 0 : n + (await sum(n - 1))));
  expect(await sum(3_000)).toBe((3_000 * 3_001) / 2);
});
