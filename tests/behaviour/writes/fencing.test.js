import { describe, expect, test } from "vitest";
import {
  SlowBackend,
  backends,
  checkAfterEach,
  counted,
  deferred,
  isSettled,
  makeRegion,
  outcome,
  refuses,
  slowRegion,
  turns,
  until,
  virtualClock,
} from "../helpers.js";

checkAfterEach();

/** What fences off a creation: `[name, act, what get then finds]`. */
const fences = [
  ["delete", (region) => region.delete("k"), undefined],
  ["deleteMulti", (region) => region.deleteMulti(["other", "k"]), undefined],
  ["set", (region) => region.set("k", "set"), "set"],
  ["setMulti", (region) => region.setMulti({ other: 1, k: "set" }), "set"],
  ["a hard invalidation", (region) => region.invalidate(), undefined],
  ["a soft invalidation", (region) => region.invalidate(false), undefined],
];

async function creating(region, key = "k", options) {
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const caller = region.getOrCreate(key, creator, options);
  await until(() => creator.times === 1);
  return { caller, creation, creator };
}

describe.each(backends)("over %s", (_backend, makeBackend) => {
  describe.each(fences)("%s during the creation", (_name, act, found) => {
    test("wins: the created value goes to those who waited and is not stored", async () => {
      const region = makeRegion({ backend: makeBackend() });
      const { caller, creation, creator } = await creating(region);
      const waiter = region.getOrCreate("k", creator);
      await turns();
      await act(region);
      expect(await region.get("k")).toBe(found);
      creation.resolve("late");
      expect(await Promise.all([caller, waiter])).toEqual(["late", "late"]);
      expect(await region.get("k")).toBe(found);
      expect(creator.times).toBe(1);
    });

    test("makes the later callers not join, from the moment of the call", async () => {
      const region = makeRegion({ backend: makeBackend() });
      const { caller, creation } = await creating(region);
      const acted = act(region);
      const later = counted(async () => "later");
      const expected = found ?? "later";
      expect(await region.getOrCreate("k", later)).toBe(expected);
      expect(later.times).toBe(found === undefined ? 1 : 0);
      await acted;
      creation.resolve("late");
      expect(await caller).toBe("late");
      expect(await region.get("k")).toBe(expected);
    });

    test("makes the later creation win though the earlier ends last, and though it ends first", async () => {
      const region = makeRegion({ backend: makeBackend() });
      for (const order of [
        ["later", "earlier"],
        ["earlier", "later"],
      ]) {
        const earlier = await creating(region, "k", { forceRefresh: true });
        await act(region);
        const later = await creating(region, "k", { forceRefresh: true });
        const both = { earlier, later };
        for (const name of order) {
          both[name].creation.resolve(name);
          expect(await both[name].caller).toBe(name);
        }
        expect(await region.get("k")).toBe("later");
      }
    });

    test("is not undone by a creation that fails", async () => {
      const region = makeRegion({ backend: makeBackend() });
      const { caller, creation } = await creating(region);
      const failed = outcome(caller);
      await act(region);
      const reason = new Error("failed");
      creation.reject(reason);
      expect(await failed).toEqual(["rejected", reason]);
      expect(await region.get("k")).toBe(found);
    });
  });

  test("delete and set of another key do not touch a creation", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const { caller, creation } = await creating(region);
    await region.delete("other");
    await region.set("K", 1);
    creation.resolve("value");
    await caller;
    expect(await region.get("k")).toBe("value");
  });
});

describe.each(fences)("%s during the regeneration of a stale value", (name, act, found) => {
  test("drops the regenerated value", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: new SlowBackend(), clock, expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(61);
    const { caller, creation } = await creating(region);
    clock.advance(1);
    await act(region);
    creation.resolve("late");
    expect(await caller).toBe("late");
    expect(await region.get("k")).toBe(found);
    const soft = name === "a soft invalidation";
    const leader = await creating(region, "k", { expirationTime: 0.5, forceRefresh: found === "set" });
    if (soft) expect(await region.getOrCreate("k", () => "never")).toBe("old");
    leader.creation.resolve("new");
    expect(await leader.caller).toBe("new");
    expect(await region.get("k")).toBe("new");
  });
});

describe("in a frozen injected clock", () => {
  test.each([
    ["hard", true],
    ["soft", false],
  ])("a %s invalidation still counts as later than a creation under way", async (_name, hard) => {
    const region = makeRegion({ clock: virtualClock() });
    const { caller, creation } = await creating(region);
    await region.invalidate(hard);
    creation.resolve("late");
    expect(await caller).toBe("late");
    expect(await region.get("k", { ignoreExpiration: true })).toBeUndefined();
  });
});

test("a hard invalidation during a soft-invalidated value's regeneration makes the next callers wait", async () => {
  const region = makeRegion();
  await region.set("k", "old");
  await region.invalidate(false);
  const first = await creating(region);
  expect(await region.getOrCreate("k", () => "never")).toBe("old");
  await region.invalidate();
  const second = await creating(region);
  const waiter = region.getOrCreate("k", () => "never");
  expect(await isSettled(waiter)).toBe(false);
  first.creation.resolve("first");
  expect(await first.caller).toBe("first");
  expect(await isSettled(waiter)).toBe(false);
  second.creation.resolve("second");
  expect(await Promise.all([second.caller, waiter])).toEqual(["second", "second"]);
});

test("a chain of deletes leaves each creation to its own callers, and the last one stored", async () => {
  const region = makeRegion();
  const all = [];
  for (let index = 0; index < 5; index++) {
    all.push(await creating(region));
    if (index < 4) await region.delete("k");
  }
  for (const index of [4, 0, 3, 1, 2]) all[index].creation.resolve(`value ${index}`);
  expect(await Promise.all(all.map((each) => each.caller))).toEqual([0, 1, 2, 3, 4].map((index) => `value ${index}`));
  expect(await region.get("k")).toBe("value 4");
});

test("a set from inside the creator is the later write", async () => {
  const region = makeRegion();
  const value = await region.getOrCreate("k", async () => {
    await region.set("k", "set inside");
    return "created";
  });
  expect(value).toBe("created");
  expect(await region.get("k")).toBe("set inside");
});

test("a set that is refused changes nothing for a creation under way", async () => {
  const region = makeRegion();
  const { caller, creation } = await creating(region);
  await refuses(() => region.set("k", Promise.resolve(1)), "VALIDATION");
  await refuses(() => region.set("k", 1, { expiresIn: "a while" }), "VALIDATION");
  creation.resolve("value");
  await caller;
  expect(await region.get("k")).toBe("value");
});

test("shouldCacheFn is not asked to undo a fence", async () => {
  const region = makeRegion();
  const { caller, creation } = await creating(region, "k", { shouldCacheFn: () => true });
  await region.delete("k");
  creation.resolve("late");
  await caller;
  expect(await region.get("k")).toBeUndefined();
});

describe("replaceExistingBackend", () => {
  test("during a creation: the value goes to those who waited and is stored in neither backend", async () => {
    const { backend: before, region } = slowRegion();
    const after = new SlowBackend();
    const { caller, creation } = await creating(region);
    region.configure({ backend: after, replaceExistingBackend: true });
    expect(await region.getOrCreate("k", () => "in the new one")).toBe("in the new one");
    creation.resolve("late");
    expect(await caller).toBe("late");
    expect(before.store.size).toBe(0);
    expect(after.payload("k")).toBe("in the new one");
  });

  test("during the read of a call: the call ends, and later calls use the new backend alone", async () => {
    const { backend: before, region } = slowRegion();
    const after = new SlowBackend();
    const read = before.hold("get");
    const caller = region.getOrCreate("k", () => "value");
    await read.reached;
    region.configure({ backend: after, replaceExistingBackend: true });
    await region.set("k", "in the new one");
    read.release();
    await caller;
    expect(await region.get("k")).toBe("in the new one");
    expect(before.store.size).toBe(0);
  });
});
