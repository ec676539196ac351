import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, slowRegion, turns, until, virtualClock } from "../helpers.js";
import { foreignSignal } from "./signals.js";

checkAfterEach();

const gone = new Error("the user has gone");

/** A creation under way, as the call of its first caller. */
async function creating(region, options) {
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const caller = region.getOrCreate("k", creator, options);
  await until(() => creator.times === 1);
  return { caller, creation, creator, signal: creator.calls[0][0].signal };
}

/** What the call came to, without any timer. */
async function atOnce(call) {
  expect(await isSettled(call), "still waiting").toBe(true);
  return outcome(call);
}

describe.each(backends)("over %s, a caller whose signal aborts", (_name, makeBackend) => {
  test("may be its own creator, in its synchronous part", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const controller = new AbortController();
    const creator = () => (controller.abort(gone), "value");
    expect(await outcome(region.getOrCreate("k", creator, { signal: controller.signal }))).toEqual(["rejected", gone]);
  });

  test("is rejected at once with its reason, and the others keep waiting, though it was the first", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const controller = new AbortController();
    const { caller, creation, creator, signal } = await creating(region, { signal: controller.signal });
    const waiter = region.getOrCreate("k", creator);
    await turns();
    controller.abort(gone);
    expect(await atOnce(caller)).toEqual(["rejected", gone]);
    expect(await isSettled(waiter)).toBe(false);
    expect(signal.aborted).toBe(false);
    const later = region.getOrCreate("k", creator);
    creation.resolve("value");
    expect(await Promise.all([waiter, later])).toEqual(["value", "value"]);
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("value");
  });

  test("leaves the first caller alone", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const { caller, creation, creator, signal } = await creating(region);
    const controller = new AbortController();
    const waiter = region.getOrCreate("k", creator, { signal: controller.signal });
    await turns();
    controller.abort(gone);
    expect(await atOnce(waiter)).toEqual(["rejected", gone]);
    expect(signal.aborted).toBe(false);
    creation.resolve("value");
    expect(await caller).toBe("value");
    expect(await region.get("k")).toBe("value");
  });

  test("aborts the creation when it was the last, not before: its value is not stored, and the next call creates anew", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const controllers = [1, 2, 3].map(() => new AbortController());
    const { caller, creation, creator, signal } = await creating(region, { signal: controllers[0].signal });
    const callers = [caller, ...controllers.slice(1).map((each) => region.getOrCreate("k", creator, { signal: each.signal }))].map(outcome);
    await turns();
    for (const controller of controllers) {
      expect(signal.aborted).toBe(false);
      controller.abort(gone);
      await turns();
    }
    expect(signal.aborted).toBe(true);
    expect(await Promise.all(callers)).toEqual(Array(3).fill(["rejected", gone]));
    expect(await region.keyIsLocked("k")).toBe(false);
    const next = await creating(region);
    expect(next.signal.aborted).toBe(false);
    creation.resolve("late");
    await turns();
    expect(await region.get("k")).toBeUndefined();
    expect(await isSettled(next.caller)).toBe(false);
    next.creation.resolve("anew");
    expect(await next.caller).toBe("anew");
    expect(await region.get("k")).toBe("anew");
  });
});

test("a creator that gives up when it is told to rejects nobody", async () => {
  const region = makeRegion();
  const controller = new AbortController();
  const creator = counted(({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
  const caller = region.getOrCreate("k", creator, { signal: controller.signal });
  await until(() => creator.times === 1);
  controller.abort(gone);
  expect(await atOnce(caller)).toEqual(["rejected", gone]);
  expect(await region.getOrCreate("k", () => "value")).toBe("value");
});

test("one signal of several callers detaches them all", async () => {
  const region = makeRegion();
  const controller = new AbortController();
  const { caller, creator, signal } = await creating(region, { signal: controller.signal });
  const waiter = region.getOrCreateEntry("k", creator, { signal: controller.signal });
  await turns();
  controller.abort(gone);
  expect(await Promise.all([atOnce(caller), atOnce(waiter)])).toEqual(Array(2).fill(["rejected", gone]));
  expect(signal.aborted).toBe(true);
});

test("whoever was served the stale value does not wait: the creation aborts with the caller that regenerates", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 60 });
  await region.set("k", "old");
  clock.advance(61);
  const controller = new AbortController();
  const { caller, creation, creator, signal } = await creating(region, { signal: controller.signal });
  expect(await region.getOrCreate("k", creator)).toBe("old");
  controller.abort(gone);
  expect(await atOnce(caller)).toEqual(["rejected", gone]);
  expect(signal.aborted).toBe(true);
  creation.resolve("late");
  await turns();
  expect(await region.get("k", { ignoreExpiration: true })).toBe("old");
  expect(await region.getOrCreate("k", () => "new")).toBe("new");
});

test("a creator called with its own arguments does without a signal, and its caller is detached all the same", async () => {
  const region = makeRegion();
  const controller = new AbortController();
  const { caller, creation, creator } = await creating(region, { signal: controller.signal, creatorArgs: [{ signal: "mine" }] });
  expect(creator.calls[0]).toEqual([{ signal: "mine" }]);
  controller.abort(gone);
  expect(await atOnce(caller)).toEqual(["rejected", gone]);
  creation.resolve("late");
  await turns();
  expect(await region.get("k")).toBeUndefined();
});

describe("a signal that has aborted already", () => {
  test("rejects with its reason; nothing is read or created, fresh values included", async () => {
    const { backend, region } = slowRegion();
    const warm = makeRegion();
    await warm.set("k", "fresh");
    const creator = counted();
    const signal = AbortSignal.abort(gone);
    for (const call of [
      () => region.getOrCreate("k", creator, { signal }),
      () => region.getOrCreateEntry("k", creator, { signal }),
      () => region.getOrCreateMulti(["k"], creator, { signal }),
      () => region.getOrCreateMulti([], creator, { signal }),
      () => warm.getOrCreate("k", creator, { signal }),
    ])
      expect(await atOnce(call())).toEqual(["rejected", gone]);
    expect(backend.sent).toEqual([]);
    expect(creator.times).toBe(0);
  });

  test("does not join a creation either", async () => {
    const region = makeRegion();
    const { caller, creation, creator } = await creating(region);
    expect(await atOnce(region.getOrCreate("k", creator, { signal: AbortSignal.abort(gone) }))).toEqual(["rejected", gone]);
    creation.resolve("value");
    expect(await caller).toBe("value");
  });
});

describe("over a slow backend, a signal that aborts", () => {
  test("during the read, of the only caller: nothing is created, and the next call reads for itself", async () => {
    const { backend, region } = slowRegion();
    const read = backend.hold("get");
    const controller = new AbortController();
    const creator = counted();
    const caller = region.getOrCreate("k", creator, { signal: controller.signal });
    await read.reached;
    controller.abort(gone);
    expect(await atOnce(caller)).toEqual(["rejected", gone]);
    expect(await region.getOrCreate("k", () => "next")).toBe("next");
    read.release();
    await turns();
    expect(creator.times).toBe(0);
    expect(backend.payload("k")).toBe("next");
  });

  test("during the read, of the caller that began it: those who share it go on with it", async () => {
    const { backend, region } = slowRegion();
    const read = backend.hold("get");
    const controller = new AbortController();
    const [first, second] = [counted(), counted(() => "value")];
    const caller = region.getOrCreate("k", first, { signal: controller.signal });
    await read.reached;
    const sharing = [1, 2].map(() => region.getOrCreate("k", second));
    await turns();
    controller.abort(gone);
    expect(await atOnce(caller)).toEqual(["rejected", gone]);
    read.release();
    expect(await Promise.all(sharing)).toEqual(["value", "value"]);
    expect([first.times, second.times]).toEqual([0, 1]);
    expect(backend.sent).toEqual(["get k", "set k"]);
  });

  test("during the write: the caller does not wait for it, and what was sent is stored", async () => {
    const { backend, region } = slowRegion();
    const write = backend.hold("set");
    const controller = new AbortController();
    const caller = region.getOrCreate("k", () => "created", { signal: controller.signal });
    await write.reached;
    controller.abort(gone);
    expect(await atOnce(caller)).toEqual(["rejected", gone]);
    const next = region.getOrCreate("k", () => "never");
    write.release();
    expect(await next).toBe("created");
    expect(backend.payload("k")).toBe("created");
  });

  test("after the call has settled: is nobody's", async () => {
    const { backend, region } = slowRegion();
    const controller = new AbortController();
    const creator = counted(() => "created");
    expect(await region.getOrCreate("k", creator, { signal: controller.signal })).toBe("created");
    controller.abort(gone);
    await turns();
    expect(creator.calls[0][0].signal.aborted).toBe(false);
    expect(backend.payload("k")).toBe("created");
    expect(await region.getOrCreate("k", () => "never")).toBe("created");
  });
});

describe("a signal of another realm", () => {
  test.each([
    ["an Error", gone],
    ["undefined", undefined],
    ["null", null],
    ["0", 0],
  ])("is heard, and its reason passed on as it is: %s", async (_name, reason) => {
    const region = makeRegion();
    const { signal, abort } = foreignSignal();
    const { caller } = await creating(region, { signal });
    abort(reason);
    expect(await atOnce(caller)).toEqual(["rejected", reason]);
    expect(await atOnce(region.getOrCreate("k", () => "never", { signal }))).toEqual(["rejected", reason]);
  });
});

test("an abort without a reason rejects with the one that the signal makes", async () => {
  const region = makeRegion();
  const controller = new AbortController();
  const { caller } = await creating(region, { signal: controller.signal });
  controller.abort(undefined);
  const [how, reason] = await atOnce(caller);
  expect(how).toBe("rejected");
  expect(reason).toBe(controller.signal.reason);
  expect(reason.name).toBe("AbortError");
});
