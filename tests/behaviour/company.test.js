// Those who ask alike for what is being created wait for the first of them. Nobody may notice.
import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, promptBackends, refuses, turns, until } from "./helpers.js";
import { lockedRegion } from "./mutexes.js";

checkAfterEach();

/** A creation that runs, and callers who wait for it with these options; `leader` is the promise of who leads. */
async function stampede(region, options, creation = deferred()) {
  const creator = counted(() => creation.promise);
  const leader = region.getOrCreate("k", creator);
  await until(() => creator.times === 1);
  return { creation, creator, leader, waiters: options.map((each) => region.getOrCreate("k", creator, each)) };
}

describe.each(promptBackends)("over %s", (_name, makeBackend, brief) => {
  test("each counts as a miss and as one who was spared a creation", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const { creation, leader, waiters } = await stampede(region, [undefined, undefined, {}, { expirationTime: 60 }, { expirationTime: 60 }]);
    await turns();
    expect(region.stats).toMatchObject({ misses: 6, coalesced: 0, creations: 1 });
    creation.resolve("value");
    expect(await Promise.all([leader, ...waiters])).toEqual(Array(6).fill("value"));
    expect(region.stats).toMatchObject({ misses: 6, coalesced: 5, creations: 1, hits: 0, staleHits: 0 });
  });

  test("each gets the rejection", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const { creation, leader, waiters } = await stampede(region, [undefined, undefined, undefined]);
    const reason = new Error("no value");
    creation.reject(reason);
    for (const caller of [leader, ...waiters]) expect(await outcome(caller)).toEqual(["rejected", reason]);
    expect(region.stats).toMatchObject({ creationErrors: 1, coalesced: 0 });
  });

  test("one takes over when the creator hangs, and the others get what that comes to", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: brief });
    const hung = deferred();
    let creations = 0;
    const creator = () => (++creations === 1 ? hung.promise : `value ${creations}`);
    const callers = Array.from({ length: 20 }, () => region.getOrCreate("k", creator));
    expect(await Promise.all(callers.slice(1))).toEqual(Array(19).fill("value 2"));
    hung.resolve("late");
    expect(await callers[0]).toBe("value 2");
    expect(region.stats).toMatchObject({ takeovers: 1, creations: 2 });
  });

  test("after a write a newcomer does not wait for what was overtaken", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const { creation, leader, waiters } = await stampede(region, [undefined, undefined]);
    await region.set("k", "written");
    expect(await region.getOrCreate("k", () => "never")).toBe("written");
    creation.resolve("created");
    expect(await Promise.all([leader, ...waiters])).toEqual(["created", "created", "created"]);
    expect(await region.get("k")).toBe("written");
  });
});

test("who would not be content with what the first one gets waits for himself", async () => {
  const region = makeRegion({ lockTimeout: "200ms" });
  const hung = deferred();
  const { waiters } = await stampede(region, [undefined, { expirationTime: 0.05 }], hung);
  region.backend.set("k", { payload: "from elsewhere", metadata: { ct: Date.now() / 1000 - 1, v: 2 } });
  const [lenient, strict] = waiters;
  expect(await lenient).toBe("from elsewhere");
  expect(await isSettled(strict)).toBe(false);
  hung.resolve("value");
  expect(await strict).toBe("value");
});

test("a nested call in the creator's synchronous part is re-entrant, though others have been waiting for the lock", async () => {
  const { region, mutexes } = lockedRegion({}, {}, new MemoryBackend());
  const release = mutexes.hold("k");
  let nested;
  const leader = region.getOrCreate("k", () => {
    nested = refuses(() => region.getOrCreate("k", () => "inner"), "REENTRANT");
    return "outer";
  });
  await until(() => mutexes.isWaitedFor("k"));
  const waiters = [region.getOrCreate("k", () => "never"), region.getOrCreate("k", () => "never")];
  release();
  expect(await Promise.all([leader, ...waiters])).toEqual(["outer", "outer", "outer"]);
  expect((await nested).name).toBe("ReentrantError");
});
