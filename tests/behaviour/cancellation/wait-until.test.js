import { describe, expect, test } from "vitest";
import {
  SlowBackend,
  SlowMultiBackend,
  checkAfterEach,
  counted,
  deferred,
  isSettled,
  makeRegion,
  outcome,
  slowRegion,
  throws,
  refuses,
  turns,
  virtualClock,
} from "../helpers.js";
import { backgroundRunner, createRegion, MemoryBackend } from "dogpile";
import { Mutexes, locked } from "../locks/mutexes.js";

checkAfterEach();

/** A `waitUntil` that keeps what it is given. */
function keeper() {
  const promises = [];
  const waitUntil = counted((promise) => void promises.push(promise));
  return Object.assign(waitUntil, { promises, all: () => Promise.all(promises) });
}

/** Where `waitUntil` is given: `[name, the region's options, the call's]`. */
const places = [
  ["the region", (waitUntil) => [{ waitUntil }, undefined]],
  ["the call", (waitUntil) => [{}, { waitUntil }]],
  ["both", (waitUntil) => [{ waitUntil: () => {} }, { waitUntil }]],
];

describe.each(places)("waitUntil of %s", (_name, options) => {
  test("is given, before the creator is called, what settles when the value is stored", async () => {
    const keep = keeper();
    const [region, call] = options(keep);
    const { backend, region: slow } = slowRegion(region);
    const write = backend.hold("set");
    let before;
    const caller = slow.getOrCreate("k", () => ((before = keep.times), "value"), call);
    await write.reached;
    expect(before).toBeGreaterThan(0);
    expect(await isSettled(keep.all())).toBe(false);
    write.release();
    expect(await caller).toBe("value");
    await keep.all();
    expect(backend.payload("k")).toBe("value");
    for (const [promise] of keep.calls) expect(typeof promise.then).toBe("function");
  });

  test("is given what never rejects", async () => {
    const keep = keeper();
    const [region, call] = options(keep);
    const { backend, region: slow } = slowRegion(region);
    const reason = new Error("failed");
    for (const creator of [
      () => Promise.reject(reason),
      () => {
        throw reason;
      },
    ]) {
      expect(await outcome(slow.getOrCreate("k", creator, call))).toEqual(["rejected", reason]);
    }
    backend.rejectNext("get", reason);
    backend.rejectNext("set", reason);
    expect(await slow.getOrCreate("k", async () => "value", call)).toBe("value");
    expect(keep.times).toBeGreaterThan(0);
    await keep.all();
  });

  test("is given what covers a creation of many", async () => {
    const keep = keeper();
    const [options_, call] = options(keep);
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend, ...options_ }, ["a", "b"]);
    const write = backend.hold("setMulti");
    const all = region.getOrCreateMulti(["a", "b"], async (keys) => keys, call);
    await write.reached;
    expect(keep.times).toBeGreaterThan(0);
    expect(await isSettled(keep.all())).toBe(false);
    write.release();
    await all;
    await keep.all();
  });

  test("may throw or reject: nobody hears of it", async () => {
    for (const bad of [
      () => {
        throw new Error("no request");
      },
      () => Promise.reject(new Error("no request")),
    ]) {
      const waitUntil = counted(bad);
      const [region, call] = options(waitUntil);
      const { region: slow } = slowRegion(region);
      expect(await slow.getOrCreate("k", async () => "value", call)).toBe("value");
      expect(waitUntil.times).toBeGreaterThan(0);
      expect(await slow.get("k")).toBe("value");
    }
  });

  test("is not asked for a warm value of MemoryBackend", async () => {
    const keep = keeper();
    const [options_, call] = options(keep);
    const region = makeRegion(options_, []);
    await region.set("k", "value");
    expect(await region.getOrCreate("k", () => "never", call)).toBe("value");
    expect(await region.getOrCreateEntry("k", () => "never", call)).toMatchObject({ state: "fresh" });
    expect(await region.getOrCreateMulti(["k"], () => expect.unreachable(), call)).toEqual(["value"]);
    expect(keep.times).toBe(0);
  });

  test("is given what goes on when its own caller has gone", async () => {
    const keep = keeper();
    const [region, call] = options(keep);
    const { backend, region: slow } = slowRegion(region);
    const creation = deferred();
    const caller = slow.getOrCreate("k", () => creation.promise, { ...call, timeout: "20ms" });
    await refuses(() => caller, "TIMEOUT");
    expect(await isSettled(keep.all())).toBe(false);
    creation.resolve("value");
    await keep.all();
    expect(backend.payload("k")).toBe("value");
  });

  test("is given what settles after the release of the backend's lock", async () => {
    const keep = keeper();
    const [region, call] = options(keep);
    const mutexes = new Mutexes();
    const release = mutexes.late("release");
    const over = makeRegion({ backend: locked(new SlowBackend(), mutexes), ...region });
    const caller = over.getOrCreate("k", async () => "value", call);
    await release.reached;
    expect(await isSettled(keep.all())).toBe(false);
    release.release();
    expect(await caller).toBe("value");
    await keep.all();
    expect(mutexes.isHeld("k")).toBe(false);
  });
});

test("the call's waitUntil is asked instead of the region's", async () => {
  const [own, calls] = [keeper(), keeper()];
  const { region } = slowRegion({ waitUntil: own }, []);
  expect(await region.getOrCreate("k", async () => "value", { waitUntil: calls })).toBe("value");
  expect([own.times > 0, calls.times > 0]).toEqual([false, true]);
  expect(await region.getOrCreate("other", async () => "value", { waitUntil: null })).toBe("value");
  expect(own.times > 0).toBe(true);
});

describe("a creation in the background", () => {
  async function staleRegion(options) {
    const clock = virtualClock();
    const backend = new SlowBackend();
    const region = makeRegion({ backend, clock, expirationTime: 60, asyncCreationRunner: backgroundRunner, ...options });
    await region.set("k", "old");
    clock.advance(61);
    return { backend, region };
  }

  test.each(places)("is covered until it is stored, by waitUntil of %s", async (_name, options) => {
    const keep = keeper();
    const [regionOptions, call] = options(keep);
    const { backend, region } = await staleRegion(regionOptions);
    const write = backend.hold("set");
    expect(await region.getOrCreate("k", async () => "new", call)).toBe("old");
    await write.reached;
    expect(await isSettled(keep.all())).toBe(false);
    write.release();
    await keep.all();
    expect(backend.payload("k")).toBe("new");
    expect(await region.keyIsLocked("k")).toBe(false);
  });

  test("that fails rejects nothing that is waited for", async () => {
    const keep = keeper();
    const { region } = await staleRegion({ waitUntil: keep, observer: { onError: () => {} } });
    expect(await region.getOrCreate("k", () => Promise.reject(new Error("failed")))).toBe("old");
    await keep.all();
    expect(keep.times).toBeGreaterThan(0);
  });

  test("of a runner of one's own: job.waitUntil passes on what the runner still does", async () => {
    for (const settle of [(work) => work.resolve(), (work) => work.reject(new Error("failed"))]) {
      const keep = keeper();
      const work = deferred();
      const asyncCreationRunner = (_region, _key, _creator, mutex, job) => {
        job.waitUntil(work.promise);
        mutex.release();
      };
      const { region } = await staleRegion({ asyncCreationRunner, waitUntil: keep });
      expect(await region.getOrCreate("k", () => "never")).toBe("old");
      expect(await isSettled(keep.all())).toBe(false);
      settle(work);
      await keep.all();
    }
  });

  test("job.waitUntil costs nothing where there is no waitUntil, and nothing that waitUntil throws reaches the runner", async () => {
    const thrown = [];
    for (const waitUntil of [
      undefined,
      () => {
        throw new Error("no request");
      },
    ]) {
      const asyncCreationRunner = (_region, _key, _creator, mutex, job) => {
        try {
          job.waitUntil(Promise.reject(new Error("failed")));
        } catch (error) {
          thrown.push(error);
        }
        mutex.release();
      };
      const { region } = await staleRegion({ asyncCreationRunner, waitUntil });
      expect(await region.getOrCreate("k", () => "never")).toBe("old");
      await turns();
    }
    expect(thrown).toEqual([]);
  });
});

test.each([[5], ["waitUntil"], [{}], [true]])("%j is refused as waitUntil", async (waitUntil) => {
  throws(() => createRegion({ backend: new MemoryBackend(), waitUntil }), "VALIDATION", "waitUntil");
  const { backend, region } = slowRegion();
  await refuses(() => region.getOrCreate("k", () => "never", { waitUntil }), "VALIDATION", "waitUntil");
  await refuses(() => region.getOrCreateMulti(["k"], () => ["never"], { waitUntil }), "VALIDATION", "waitUntil");
  expect(backend.sent).toEqual([]);
});

test("a value that cannot be stored does not end what is kept alive before the others are written, though the caller is rejected", async () => {
  const keep = keeper();
  const backend = new SlowMultiBackend();
  const region = makeRegion({ backend, serializer: JSON, waitUntil: keep }, ["a", "b", "c"]);
  const write = backend.hold("setMulti");
  const reason = new Error("failed");
  const caller = outcome(region.getOrCreateMulti(["c", "a", "b"], () => [Promise.reject(reason), undefined, "b"]));
  await write.reached;
  expect(await caller).toEqual(["rejected", reason]);
  expect(await isSettled(keep.all())).toBe(false);
  write.release();
  await keep.all();
});
