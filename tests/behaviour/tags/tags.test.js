import { describe, expect, test } from "vitest";
import { backgroundRunner, createRegion, MemoryBackend, StoredInvalidationStrategy, TagInvalidation, ValidationError } from "dogpile";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, SlowBackend, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const tagged = (options = {}, keys = ["k"]) => makeRegion({ tagInvalidator: new TagInvalidation(), ...options }, keys);

describe.each(backends)("over %s", (_name, make) => {
  test("a value with one of the tags is missing, one without it stays", async () => {
    const region = tagged({ backend: await make() }, ["a", "b", "c"]);
    await region.set("a", 1, { tags: ["x", "y"] });
    await region.getOrCreate("b", () => 2, { tags: ["y"] });
    await region.set("c", 3);
    await region.invalidateTags(["x"]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual([undefined, 2, 3]);
    expect(await region.getOrCreate("a", () => "new", { tags: ["x"] })).toBe("new");
    expect(await region.get("a")).toBe("new");
  });

  test("softly invalidated it is stale, and hard it stays missing", async () => {
    const region = tagged({ backend: await make(), staleWhileRevalidate: true }, ["a", "b"]);
    await region.set("a", 1, { tags: ["x"] });
    await region.set("b", 1, { tags: ["x"] });
    await region.invalidateTags(["x"], { soft: true });
    expect(await region.getOrCreate("a", () => 2, { tags: ["x"] })).toBe(1);
    await until(async () => (await region.get("a")) === 2);
    await region.invalidateTags(["x"]);
    await region.invalidateTags(["x"], false);
    expect(await region.getOrCreate("b", () => 3)).toBe(3);
  });

  test("what the creator names counts like the call's own, and is stored once, in order", async () => {
    const region = tagged({ backend: await make() });
    await region.getOrCreate("k", (context) => (context.tags("b", "a"), context.tags("c"), 1), { tags: ["a", "a", "z"] });
    const { metadata } = await region.getValueMetadata("k");
    expect(metadata.tags).toEqual(["a", "z", "b", "c"]);
    expect(metadata.dt).toBeGreaterThanOrEqual(0);
    await region.invalidateTags(["c"]);
    expect(await region.get("k")).toBeUndefined();
  });

  test("a creation that began before is not stored, and whoever waits gets it", async () => {
    const region = tagged({ backend: await make() });
    const value = deferred();
    const creator = counted(() => value.promise);
    const waiting = region.getOrCreate("k", creator, { tags: ["x"] });
    await until(() => creator.times === 1);
    await region.invalidateTags(["x"]);
    value.resolve("old");
    expect(await waiting).toBe("old");
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "new", { tags: ["x"] })).toBe("new");
  });
});

describe("births", () => {
  test("what counts is when the creation began, not when it ended", async () => {
    const clock = virtualClock();
    const [strategy, backend] = [new TagInvalidation(), new MemoryBackend()];
    const value = deferred();
    // Another process's region: it shares nothing but the store, so its creation is stored.
    const other = makeRegion({ backend, clock, tagInvalidator: new TagInvalidation() });
    const here = makeRegion({ backend, clock, tagInvalidator: strategy });
    const creation = other.getOrCreate("k", () => value.promise, { tags: ["x"] });
    clock.advance(10);
    await here.invalidateTags(["x"]);
    clock.advance(10);
    value.resolve("read before the invalidation");
    await creation;
    expect(backend.get("k").metadata).toMatchObject({ dt: 20, tags: ["x"] });
    expect(await here.get("k")).toBeUndefined();
    expect(await other.get("k")).toBe("read before the invalidation");
  });

  test("a value without tags is stamped by a clock that was set back, not by the births before", async () => {
    const clock = virtualClock();
    const region = tagged({ clock }, ["t", "s", "c"]);
    await region.set("t", 1, { tags: ["a"] });
    clock.advance(-30);
    await region.set("s", 1);
    await region.getOrCreate("c", () => 1);
    for (const key of ["s", "c"]) expect((await region.getValueMetadata(key)).cachedTime).toBe(clock.now);
    clock.advance(1);
    await region.invalidate();
    expect(await region.getMulti(["s", "c"])).toEqual([undefined, undefined]);
  });

  test("a set that was pushed ahead by little counts from the call, too", async () => {
    const region = tagged({ regionInvalidator: new StoredInvalidationStrategy(new MemoryBackend(), { clockSkew: 0.04 }) });
    await region.invalidate();
    await region.set("k", 1, { tags: ["a"] });
    await region.invalidateTags(["a"]);
    expect(await region.get("k")).toBeUndefined();
  });

  test("a region with a clock of its own and one without share the order of births and invalidations", async () => {
    const [tagInvalidator, backend] = [new TagInvalidation(), new MemoryBackend()];
    const [own, realm] = [makeRegion({ tagInvalidator, backend, clock: () => Date.now() / 1000 }), makeRegion({ tagInvalidator, backend })];
    for (let round = 0; round < 50; round += 1) {
      for (const [sets, invalidates] of [
        [own, realm],
        [realm, own],
      ]) {
        await sets.set("k", round, { tags: ["a"] });
        await invalidates.invalidateTags(["a"]);
        expect(await sets.get("k")).toBeUndefined();
        await sets.set("k", round, { tags: ["a"] });
        expect(await invalidates.get("k")).toBe(round);
      }
    }
  });

  test("a clock that throws when a creation begins rejects its calls, and the key is free", async () => {
    let asked = 0;
    let throwsAt = Infinity;
    const clock = () => {
      asked += 1;
      if (asked === throwsAt) throw new Error("clock");
      return 1_700_000_000;
    };
    for (let at = 1; at <= 8; at += 1) {
      const region = tagged({ clock, backend: new SlowBackend() });
      throwsAt = asked + at;
      await outcome(region.getOrCreate("k", () => at, { tags: ["a"] }));
      throwsAt = Infinity;
      expect(await region.getOrCreate("k", () => "again", { tags: ["a"] })).not.toBeUndefined();
    }
  });

  test("in a clock that stands still, what begins afterwards counts", async () => {
    const region = tagged({ clock: () => 1_700_000_000 }, ["k", "s"]);
    for (let round = 0; round < 3; round += 1) {
      await region.getOrCreate("k", () => round, { tags: ["x"] });
      await region.set("s", round, { tags: ["x"] });
      expect(await region.getMulti(["k", "s"])).toEqual([round, round]);
      await region.invalidateTags(["x"]);
      expect(await region.getMulti(["k", "s"])).toEqual([undefined, undefined]);
    }
  });

  test("a value of set has taken no time, a value without tags has no metadata of them", async () => {
    const region = tagged({}, ["k", "s", "p"]);
    await region.set("s", 1, { tags: ["x"] });
    await region.getOrCreate("p", () => 1);
    const { metadata } = await region.getValueMetadata("s");
    expect(Object.keys(metadata)).toEqual(["ct", "v", "dt", "tags"]);
    expect(metadata.dt).toBeLessThan(0.5);
    expect(Object.keys((await region.getValueMetadata("p")).metadata)).toEqual(["ct", "v"]);
  });

  test("a set whose time was pushed ahead by an invalidation counts from the call", async () => {
    const clock = virtualClock();
    const region = tagged({ clock });
    const ahead = { latest: clock.now + 30, invalidate() {}, isInvalidated: (time) => time < ahead.latest };
    for (const name of ["isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"]) ahead[name] = () => false;
    region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true, regionInvalidator: ahead });
    await region.set("k", 1, { tags: ["x"] });
    clock.advance(5);
    await region.invalidateTags(["x"]);
    expect(await region.get("k")).toBeUndefined();
  });
});

describe("fences", () => {
  test("the tags of the record that is replaced fence its creation", async () => {
    const region = tagged();
    await region.set("k", "old", { tags: ["x"] });
    const value = deferred();
    const waiting = region.getOrCreate("k", () => value.promise, { forceRefresh: true });
    await region.invalidateTags(["x"]);
    const other = counted(() => "newer");
    const second = region.getOrCreate("k", other);
    expect(await second).toBe("newer");
    value.resolve("new");
    expect(await waiting).toBe("new");
    expect(await region.get("k")).toBe("newer");
  });

  test("a tag that a creator names at its very end still counts", async () => {
    const region = tagged();
    const go = deferred();
    const waiting = region.getOrCreate("k", async (context) => {
      await go.promise;
      context.tags("x");
      return "old";
    });
    await region.invalidateTags(["x"]);
    go.resolve();
    expect(await waiting).toBe("old");
    expect(await region.get("k")).toBeUndefined();
  });

  test("whoever joins adds his tags, until the creator settles", async () => {
    const region = tagged();
    const value = deferred();
    const first = region.getOrCreate("k", () => value.promise, { tags: ["a"] });
    const second = region.getOrCreate("k", () => "never", { tags: ["b"] });
    value.resolve(1);
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect((await region.getValueMetadata("k")).metadata.tags).toEqual(["a", "b"]);
    await region.invalidateTags(["b"]);
    expect(await region.get("k")).toBeUndefined();
  });

  test("whoever joins after a delete has fenced the read adds his tags", async () => {
    const backend = new SlowBackend();
    const region = tagged({ backend });
    const gate = backend.hold("get");
    const value = deferred();
    const both = Promise.all(["a", "b"].map((tag) => region.getOrCreate("k", () => value.promise, { tags: [tag] })));
    await gate.reached;
    await region.delete("k");
    gate.release();
    value.resolve("old");
    expect(await both).toEqual(["old", "old"]);
    expect((await region.getValueMetadata("k")).metadata.tags.toSorted()).toEqual(["a", "b"]);
  });

  test("the tags of those who join do not count against the creator's own", async () => {
    const region = tagged();
    const many = (name) => Array.from({ length: 40 }, (_, index) => `${name}${index}`);
    const value = deferred();
    const first = region.getOrCreate("k", async (context) => (await value.promise, context.tags("own"), 1), { tags: many("a") });
    const second = region.getOrCreate("k", () => "never", { tags: many("b") });
    value.resolve();
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect((await region.getValueMetadata("k")).metadata.tags).toHaveLength(81);
  });

  test("a call whose own tags were invalidated since a creation began does not join it", async () => {
    const region = tagged();
    const value = deferred();
    const first = region.getOrCreate("k", () => value.promise, { tags: ["a"] });
    await region.invalidateTags(["x"]);
    const second = region.getOrCreate("k", () => "new", { tags: ["x"] });
    value.resolve("old");
    expect(await Promise.all([first, second])).toEqual(["old", "new"]);
  });

  test("an invalidation of a joined tag fences the creation", async () => {
    const region = tagged();
    const value = deferred();
    const first = region.getOrCreate("k", () => value.promise);
    const second = region.getOrCreate("k", () => "never", { tags: ["b"] });
    await region.invalidateTags(["b"]);
    value.resolve("old");
    expect(await Promise.all([first, second])).toEqual(["old", "old"]);
    expect(await region.get("k")).toBeUndefined();
  });

  test("another tag, and another region's strategy, fence nothing", async () => {
    const region = tagged();
    const value = deferred();
    const waiting = region.getOrCreate("k", () => value.promise, { tags: ["a"] });
    await region.invalidateTags(["b"]);
    await tagged().invalidateTags(["a"]);
    value.resolve(1);
    await waiting;
    expect(await region.get("k")).toBe(1);
  });

  test("two regions over one strategy hear of each other", async () => {
    const [tagInvalidator, backend] = [new TagInvalidation(), new MemoryBackend()];
    const [here, there] = [makeRegion({ tagInvalidator, backend }), makeRegion({ tagInvalidator, backend })];
    const value = deferred();
    const waiting = here.getOrCreate("k", () => value.promise, { tags: ["a"] });
    await there.invalidateTags(["a"]);
    value.resolve(1);
    await waiting;
    expect(await here.get("k")).toBeUndefined();
  });

  test("a reading creation is judged when its read lands", async () => {
    const backend = new SlowBackend();
    const region = tagged({ backend });
    await region.set("k", "old", { tags: ["x"] });
    const gate = backend.hold("get");
    const waiting = region.getOrCreate("k", () => "new", { tags: ["x"] });
    await gate.reached;
    await region.invalidateTags(["x"]);
    gate.release();
    expect(await waiting).toBe("new");
  });

  test("a timeout and staleIfError serve what is soft, never what is hard", async () => {
    const region = tagged({ staleIfError: "1h" }, ["a", "b", "c"]);
    for (const key of ["a", "b", "c"]) await region.set(key, "old", { tags: [key] });
    await region.invalidateTags(["a"], { soft: true });
    await region.invalidateTags(["b"]);
    const fails = () => Promise.reject(new Error("creator"));
    expect(await region.getOrCreate("a", fails)).toBe("old");
    await expect(region.getOrCreate("b", fails)).rejects.toThrow("creator");
    await region.invalidateTags(["c"], { soft: true });
    const value = deferred();
    const leader = region.getOrCreate("c", () => value.promise);
    const late = region.getOrCreate("c", () => value.promise, { timeout: 0.01, forceRefresh: true });
    await region.invalidateTags(["c"]);
    expect((await outcome(late))[0]).toBe("rejected");
    value.resolve("new");
    expect(await leader).toBe("new");
  });

  test("a runner's value is tagged, and not stored after an invalidation", async () => {
    const region = tagged({ asyncCreationRunner: backgroundRunner, expirationTime: 60 });
    await region.set("k", "old", { tags: ["x"] });
    await region.invalidateTags(["x"], false);
    const value = deferred();
    expect(await region.getOrCreate("k", (context) => (context.tags("y"), value.promise), { tags: ["x"] })).toBe("old");
    await region.invalidateTags(["y"], false);
    value.resolve("new");
    await until(async () => !(await region.keyIsLocked("k")));
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "newer", { tags: ["x"] })).toBe("old");
    await until(async () => (await region.get("k")) === "newer");
    expect((await region.getValueMetadata("k")).metadata.tags).toEqual(["x"]);
  });
});

describe("many", () => {
  test("the call's tags are for all, the context's for one, and a fence drops its keys alone", async () => {
    const region = tagged({}, ["a", "b"]);
    const value = deferred();
    const waiting = region.getOrCreateMulti(
      ["a", "b"],
      async (_keys, context) => {
        context.tags("a", "only a");
        await value.promise;
        return [1, 2];
      },
      { tags: ["all"] },
    );
    await region.invalidateTags(["only a"]);
    value.resolve();
    expect(await waiting).toEqual([1, 2]);
    expect(await region.getMulti(["a", "b"])).toEqual([undefined, 2]);
    expect((await region.getValueMetadata("b")).metadata.tags).toEqual(["all"]);
    await region.invalidateTags(["all"]);
    expect(await region.get("b")).toBeUndefined();
  });

  test("a key that the creator was not given has no tags", async () => {
    const region = tagged({}, ["a"]);
    await expect(region.getOrCreateMulti(["a"], (_keys, context) => context.tags("other", "x"))).rejects.toThrow(ValidationError);
  });

  test("setMulti has one list for all", async () => {
    const region = tagged({}, ["a", "b"]);
    await region.setMulti({ a: 1, b: 2 }, { tags: ["x"] });
    await region.invalidateTags(["x"]);
    expect(await region.getMulti(["a", "b"])).toEqual([undefined, undefined]);
  });
});

describe("reading", () => {
  test("get, getMulti and getValueMetadata judge tags; ignoreExpiration skips them", async () => {
    const region = tagged();
    await region.set("k", 1, { tags: ["x"] });
    await region.invalidateTags(["x"], false);
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getValueMetadata("k")).toBeUndefined();
    expect(await region.getMulti(["k"])).toEqual([undefined]);
    expect(await region.get("k", { ignoreExpiration: true })).toBe(1);
  });

  test("a region without a tagInvalidator ignores the tags of stored values", async () => {
    const backend = new MemoryBackend();
    const region = tagged({ backend });
    await region.set("k", 1, { tags: ["x"] });
    await region.invalidateTags(["x"]);
    const plain = createRegion({ backend });
    expect(await plain.get("k")).toBe(1);
    expect(await plain.getOrCreate("k", () => 2)).toBe(1);
  });

  test("a new value's tags are its own, whatever the old one had", async () => {
    const region = tagged();
    await region.set("k", 1, { tags: ["x"] });
    await region.invalidateTags(["x"]);
    await region.getOrCreate("k", () => 2);
    await region.invalidateTags(["x"]);
    expect(await region.get("k")).toBe(2);
  });

  test("warm calls with tags share the entry's promise, and judge again after any invalidation", async () => {
    const region = tagged();
    const creator = counted(() => 1);
    await region.getOrCreate("k", creator, { tags: ["x"] });
    for (let round = 0; round < 3; round += 1) {
      await region.getOrCreate("k", creator, { tags: ["x"] });
      await region.invalidateTags(["y"]);
    }
    expect(creator.times).toBe(1);
    await region.invalidateTags(["x"]);
    await region.getOrCreate("k", creator, { tags: ["x"] });
    expect(creator.times).toBe(2);
  });
});

describe("cached functions", () => {
  test("have tags of their own, or by a function of their arguments", async () => {
    const region = tagged({}, []);
    const load = counted((id) => `user ${id}`);
    const user = region.cacheOnArguments({ namespace: "user", tags: (id) => [`user:${id}`] }, load);
    const users = region.cacheMultiOnArguments({ namespace: "users", tags: ["users"] }, (...ids) => ids.map(load));
    await Promise.all([user(1), user(2), users(1, 2)]);
    await user.set("by hand", 3);
    const before = load.times;
    await region.invalidateTags(["user:1", "user:3"]);
    expect([await user(1), await user(2), await user(3)]).toEqual(["user 1", "user 2", "user 3"]);
    expect(load.times - before).toBe(2);
    await region.invalidateTags(["users"]);
    await users(1, 2);
    expect(load.times - before).toBe(4);
  });
});

describe("what is told", () => {
  test("the observer hears of the tags, subscribers of an invalidation", async () => {
    const [heard, told] = [[], []];
    const region = tagged({ name: "r", observer: { onInvalidateTags: (tags, ...more) => heard.push([[...tags], ...more]) } });
    const end = region.subscribe("k", (why) => told.push(why));
    region.observe({ onInvalidateTags: (tags) => (tags.length = 0) });
    await region.invalidateTags(new Set(["x", "y"]), { soft: true });
    await region.invalidateTags([]);
    await turns(3);
    end();
    expect(heard).toEqual([[["x", "y"], false, "r"]]);
    expect(told).toEqual(["invalidated"]);
  });
});

describe("bad input", () => {
  const long = "x".repeat(257);
  test.each([
    ["a string", "x"],
    ["no list", 1],
    ["nothing", null],
    ["an empty tag", [""]],
    ["a long tag", [long]],
    ["a lone surrogate", ["\ud800"]],
    ["a number among them", [1]],
  ])("invalidateTags refuses %s", async (_name, tags) => {
    await expect(tagged().invalidateTags(tags)).rejects.toThrow(ValidationError);
  });

  test("the rejection of a promise among them is ignored", async () => {
    await expect(tagged().invalidateTags([Promise.reject(new Error("unheard"))])).rejects.toThrow(ValidationError);
  });

  test("options refuse it, too, before anything is changed, and never quote it", async () => {
    const region = tagged();
    const error = await region.set("k", 1, { tags: ["secret".repeat(50)] }).catch((error) => error);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toBe("a tag must be a non-empty well-formed string of at most 256 characters, not a string of 300 characters");
    const many = Array.from({ length: 65 }, (_, index) => `${index}`);
    await expect(region.getOrCreate("k", () => 1, { tags: many })).rejects.toThrow("tags must be at most 64, not 65");
    await expect(region.getOrCreate("k", (context) => context.tags(...many))).rejects.toThrow(ValidationError);
    await expect(region.getOrCreate("k", (context) => context.tags(7))).rejects.toThrow(ValidationError);
    expect(await region.get("k")).toBeUndefined();
  });

  test("without a tagInvalidator a tag anywhere is an error that says so", async () => {
    const region = makeRegion();
    const says = /tagInvalidator/;
    await expect(region.set("k", 1, { tags: ["x"] })).rejects.toThrow(says);
    await expect(region.setMulti({ k: 1 }, { tags: ["x"] })).rejects.toThrow(says);
    await expect(region.getOrCreate("k", () => 1, { tags: ["x"] })).rejects.toThrow(says);
    await expect(region.getOrCreateMulti(["k"], () => [1], { tags: ["x"] })).rejects.toThrow(says);
    await expect(region.getOrCreate("k", (context) => context.tags("x"))).rejects.toThrow(says);
    await expect(region.invalidateTags(["x"])).rejects.toThrow(says);
    for (const other of [{}, 1, TagInvalidation]) expect(() => makeRegion({ tagInvalidator: other }, [])).toThrow(ValidationError);
  });

  test.each([0, -1, 1.5, NaN, "1"])("maxTags: %s", (maxTags) => {
    expect(() => new TagInvalidation({ maxTags })).toThrow(ValidationError);
  });

  test("a strategy that throws is an error of the call, and of nobody else", async () => {
    class Throwing extends TagInvalidation {
      verdict() {
        throw new Error("strategy");
      }
    }
    const strategy = new Throwing();
    const region = makeRegion({ tagInvalidator: strategy }, []);
    await region.set("k", 1, { tags: ["x"] });
    await expect(region.get("k")).rejects.toThrow("strategy");
    await expect(region.getOrCreate("k", () => 2)).rejects.toThrow("strategy");
    expect(await region.getOrCreate("other", () => 2)).toBe(2);
  });
});

describe("growth", () => {
  test("what a forgotten time has ended hard is not revived by a soft invalidation", async () => {
    const region = tagged({ tagInvalidator: new TagInvalidation({ maxTags: 1 }) }, []);
    await region.set("k", "old", { tags: ["a"] });
    await region.invalidateTags(["a"]);
    await region.invalidateTags(["b"]);
    await region.invalidateTags(["a"], { soft: true });
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
  });

  test("beyond maxTags the older times become one, which ends too much and never too little", async () => {
    const clock = virtualClock();
    const region = tagged({ clock, tagInvalidator: new TagInvalidation({ maxTags: 100 }) }, []);
    const tags = Array.from({ length: 1_000 }, (_, index) => `t${index}`);
    for (const tag of tags) await region.set(tag, tag, { tags: [tag] });
    clock.advance(1);
    for (const tag of tags) {
      clock.advance(0.001);
      await region.invalidateTags([tag]);
    }
    expect(await region.getMulti(tags)).toEqual(tags.map(() => undefined));
    clock.advance(1);
    await region.set("k", 1, { tags: ["t0", "new"] });
    expect(await region.get("k")).toBe(1);
  });
});
