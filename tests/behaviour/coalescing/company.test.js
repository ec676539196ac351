// Those who ask alike for what is being created wait for nothing but that. Nobody may notice.
import { describe, expect, test, vi } from "vitest";
import { backgroundRunner, createRegion, MemoryBackend } from "dogpile";
import { checkAfterEach, counted, deferred, makeRegion, outcome, promptBackends, refuses, turns, until } from "../helpers.js";
import { lockedRegion } from "../locks/mutexes.js";

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

  test("the region is configured anew, and none of them is kept by a creator that another one waits for", async () => {
    const backend = makeBackend();
    const region = makeRegion({ backend, lockTimeout: brief });
    const { creation, leader, waiters } = await stampede(region, [{ expirationTime: 0 }, { expirationTime: 0 }]);
    await turns();
    region.configure({ backend, lockTimeout: brief, replaceExistingBackend: true });
    await region.set("k", "set");
    expect(await Promise.all([leader, ...waiters])).toEqual(["set", "set", "set"]);
    creation.resolve("late");
    await turns();
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
  const region = makeRegion({ lockTimeout: "100ms" });
  const { creation, leader, waiters } = await stampede(region, [undefined, undefined]);
  const strict = region.getOrCreate("k", () => "made anew", { expirationTime: 0.5 });
  region.backend.set("k", { payload: "from elsewhere", metadata: { ct: Date.now() / 1000 - 1, v: 2 } });
  expect(await Promise.all([...waiters, strict])).toEqual(["from elsewhere", "from elsewhere", "made anew"]);
  creation.resolve("late");
  await leader;
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

/** What a call came to, in a word. */
const told = (call) =>
  call.then(
    ({ payload, state }) => `${payload}, ${state}`,
    ({ message }) => `rejected: ${message}`,
  );

/** A creator that hangs and those who wait for it; then something is set, and time goes by in which they give up on the creator. */
async function hangs(isWatched, { options, leading, others = [], fail = () => {} }) {
  const backend = new MemoryBackend();
  // Whoever is told of hits goes the full way.
  const observer = { onError: () => {}, ...(isWatched && { onHit: () => {} }) };
  const region = createRegion({ backend, lockTimeout: 0.4, observer, ...options() });
  const calls = [told(region.getOrCreateEntry("k", () => new Promise(() => {}), leading))];
  for (const other of others) calls.push(told(region.getOrCreateEntry("k", () => "of another", other)));
  for (const name of ["first", "second", "third"])
    calls.push(told(region.getOrCreateEntry("k", () => new Promise((resolve) => setTimeout(resolve, 200, `of the ${name}`)))));
  await vi.advanceTimersByTimeAsync(50);
  await region.set("k", "old");
  fail(backend);
  await vi.advanceTimersByTimeAsync(2_000);
  return { came: await Promise.all(calls), stats: region.stats };
}

/** The next read fails. */
function failOnce(backend) {
  backend.get = () => {
    delete backend.get;
    throw new Error("no read");
  };
}

/** A runner that fails at first, and then leaves it to the caller who comes next. */
function failingRunner() {
  let runs = 0;
  return (_region, _key, _creator, mutex) => {
    if (++runs === 1) throw new Error("the queue is full");
    mutex.release();
  };
}

test.each([
  ["creates for all", { options: () => ({ expirationTime: 0.1 }) }],
  ["is told by the runner that its queue is full", { options: () => ({ expirationTime: 0.1, asyncCreationRunner: failingRunner() }) }],
  ["is served the stale value by the runner", { options: () => ({ expirationTime: 0.1, asyncCreationRunner: backgroundRunner }) }],
  ["reads in vain", { options: () => ({ backendErrors: "throw" }), fail: failOnce }],
  ["takes what was set", { options: () => ({}) }],
  [
    "begins again, since somebody more impatient took what was set",
    { options: () => ({ expirationTime: 0.1 }), leading: { timeout: 0.1 }, others: [{ expirationTime: 60, lockTimeout: 0.3 }] },
  ],
])("whoever takes over from a creator that hangs %s: all others get what they would get by themselves", async (_what, scenario) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  const alone = await hangs(true, scenario);
  const inCompany = await hangs(false, scenario);
  expect(inCompany).toEqual(alone);
});
