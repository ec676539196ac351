import { MemoryBackend, createRegion } from "dogpile";
import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, refuses, until, virtualClock } from "../helpers.js";

checkAfterEach();

const reason = new Error("the origin is down");

/** A region whose value "old" has expired, and one call that creates it anew. */
async function replacing(makeBackend, options) {
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 60, backend: makeBackend() });
  await region.set("k", "old");
  clock.advance(61);
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const call = region.getOrCreate("k", creator, options);
  call.catch(() => {});
  await until(() => creator.times === 1);
  return { region, creation, call };
}

describe.each(backends)("over %s", (_name, makeBackend) => {
  describe("a creator fails, and staleIfError would have served the value of before", () => {
    test("which was deleted meanwhile: the caller gets the rejection", async () => {
      const { region, creation, call } = await replacing(makeBackend, { staleIfError: "1d" });
      await region.delete("k");
      creation.reject(reason);
      expect(await outcome(call)).toEqual(["rejected", reason]);
    });

    test("which was replaced meanwhile: the caller gets the new value", async () => {
      const { region, creation, call } = await replacing(makeBackend, { staleIfError: "1d" });
      await region.set("k", "new");
      creation.reject(reason);
      expect(await outcome(call)).toEqual(["resolved", "new"]);
    });

    test("of many keys one was deleted meanwhile: the call gets the rejection, and its other keys are free", async () => {
      const clock = virtualClock();
      const region = makeRegion({ clock, expirationTime: 60, backend: makeBackend() });
      await region.setMulti({ a: "old", b: "old" });
      clock.advance(61);
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const call = region.getOrCreateMulti(["a", "b"], creator, { staleIfError: "1d" });
      await until(() => creator.times === 1);
      await region.delete("b");
      creation.reject(reason);
      expect(await outcome(call)).toEqual(["rejected", reason]);
      expect(await region.keyIsLocked("a")).toBe(false);
      expect(await region.getOrCreateMulti(["a", "b"], () => [1, 2])).toEqual([1, 2]);
    });
  });

  test("a timeout passes, and its stale value was deleted meanwhile: a TimeoutError", async () => {
    const { region, creation, call } = await replacing(makeBackend, { timeout: "60ms" });
    await region.delete("k");
    await refuses(() => call, "TIMEOUT");
    creation.resolve("late");
  });

  test("a timeout passes, and nothing has replaced its stale value: that is served", async () => {
    const { creation, call } = await replacing(makeBackend, { timeout: "60ms" });
    expect(await call).toBe("old");
    creation.resolve("late");
  });

  describe("two regions over one backend", () => {
    const both = () => {
      const backend = makeBackend();
      return [makeRegion({ backend }), makeRegion({ backend })];
    };

    test.each([
      ["set", "set"],
      ["delete", undefined],
    ])("%s through one fences what the other creates", async (name, stored) => {
      const [one, other] = both();
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const call = one.getOrCreate("k", creator);
      await until(() => creator.times === 1);
      await (name === "set" ? other.set("k", "set") : other.delete("k"));
      creation.resolve("created");
      expect(await call).toBe("created");
      expect(await one.get("k")).toBe(stored);
    });

    test("an invalidation of one leaves the other alone", async () => {
      const [one, other] = both();
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const call = one.getOrCreate("k", creator);
      await until(() => creator.times === 1);
      await other.invalidate();
      creation.resolve("created");
      await call;
      expect(await one.get("k")).toBe("created");
    });
  });
});

test("a write through a region with another mangler fences the key that it writes", async () => {
  const backend = new MemoryBackend();
  const plain = createRegion({ backend });
  const prefixed = createRegion({ backend, keyMangler: (key) => `p:${key}` });
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const call = plain.getOrCreate("p:k", creator);
  await until(() => creator.times === 1);
  await prefixed.set("k", "set");
  creation.resolve("created");
  await call;
  expect(await plain.get("p:k")).toBe("set");
});
