import { describe, expect, test } from "vitest";
import {
  SlowMultiBackend,
  checkAfterEach,
  deferred,
  isSettled,
  makeRegion,
  outcome,
  plainBackend,
  slowRegion,
  turns,
  until,
  virtualClock,
} from "../helpers.js";

checkAfterEach();

describe("writes of one key over a slow backend are sent one after another", () => {
  test("two sets: the second is sent when the first has settled, and is the one that stays", async () => {
    const { backend, region } = slowRegion();
    const gate = backend.hold("set");
    const first = region.set("k", 1);
    const second = region.set("k", 2);
    await gate.reached;
    await turns();
    expect(backend.sent).toEqual(["set k"]);
    gate.release();
    await Promise.all([first, second]);
    expect(backend.sent).toEqual(["set k", "set k"]);
    expect(backend.payload("k")).toBe(2);
  });

  test("set, delete, set, delete: in the order of the calls", async () => {
    const { backend, region } = slowRegion();
    const gates = [backend.hold("set"), backend.hold("delete"), backend.hold("set")];
    const all = [region.set("k", 1), region.delete("k"), region.set("k", 2), region.delete("k"), region.set("k", 3)];
    for (const gate of gates) {
      await gate.reached;
      await turns();
      expect(gates.filter((each) => each.arrived)).toHaveLength(gates.indexOf(gate) + 1);
      gate.release();
    }
    await Promise.all(all);
    expect(backend.sent).toEqual(["set k", "delete k", "set k", "delete k", "set k"]);
    expect(backend.payload("k")).toBe(3);
  });

  test("a write that fails rejects its own call and lets the next one through", async () => {
    const { backend, region } = slowRegion();
    const gate = backend.hold("set");
    const first = outcome(region.set("k", 1));
    const second = region.set("k", 2);
    await gate.reached;
    const reason = new Error("disk full");
    gate.fail(reason);
    expect(await first).toEqual(["rejected", reason]);
    await second;
    expect(backend.payload("k")).toBe(2);
  });

  test("a write that throws at once rejects its own call and lets the next one through", async () => {
    const { backend, region } = slowRegion();
    const reason = new Error("disk full");
    backend.throwNext("delete", reason);
    const first = outcome(region.delete("k"));
    const second = region.set("k", 2);
    expect(await first).toEqual(["rejected", reason]);
    await second;
    expect(backend.payload("k")).toBe(2);
  });

  test("a write that never answers holds the next one up for lockTimeout, and its own call rejects", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms" });
    const hung = backend.hold("set");
    const first = outcome(region.set("k", 1));
    const second = region.set("k", 2);
    await hung.reached;
    await turns();
    expect(backend.count("set")).toBe(1);
    await second;
    expect(backend.payload("k")).toBe(2);
    expect((await first)[0]).toBe("rejected");
  });

  test("each record carries the time of its call, not of its turn", async () => {
    const clock = virtualClock();
    const { backend, region } = slowRegion({ clock });
    const gate = backend.hold("set");
    const called = clock.now;
    const first = region.set("k", 1);
    const second = region.set("k", 2);
    await gate.reached;
    clock.advance(10);
    gate.release();
    await Promise.all([first, second]);
    expect(backend.store.get("k").metadata.ct).toBe(called);
  });

  test("a set that was called before an invalidation is invalid, though it is sent after it", async () => {
    const { backend, region } = slowRegion();
    const gate = backend.hold("set");
    const first = region.set("k", 1);
    const second = region.set("k", 2);
    await gate.reached;
    await region.invalidate();
    gate.release();
    await Promise.all([first, second]);
    expect(await region.get("k")).toBeUndefined();
  });
});

test("writes of different keys do not wait for one another", async () => {
  const { backend, region } = slowRegion({}, ["k", "other"]);
  const gate = backend.hold("set");
  const held = region.set("k", 1);
  await gate.reached;
  await region.set("other", 2);
  await region.delete("other");
  expect(await isSettled(held)).toBe(false);
  gate.release();
  await held;
  expect(backend.payload("k")).toBe(1);
});

test("a backend that answers at once never has a line: writes are in effect one call after another", async () => {
  const backend = plainBackend();
  const region = makeRegion({ backend });
  await Promise.all([region.set("k", 1), region.delete("k"), region.set("k", 2)]);
  expect(backend.sent).toEqual(["set k", "delete k", "set k"]);
  expect(backend.payload("k")).toBe(2);
});

describe("writes of many keys stand in the line of each", () => {
  test("setMulti after a held set of one of its keys is the later write", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    const gate = backend.hold("set");
    const first = region.set("a", "single");
    await gate.reached;
    const second = region.setMulti({ a: "multi", b: "multi" });
    await turns();
    gate.release();
    await Promise.all([first, second]);
    expect([backend.payload("a"), backend.payload("b")]).toEqual(["multi", "multi"]);
  });

  test("set and delete after a held setMulti of their keys are the later writes", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b", "c"]);
    const gate = backend.hold("setMulti");
    const first = region.setMulti({ a: "multi", b: "multi", c: "multi" });
    await gate.reached;
    const rest = [region.set("a", "single"), region.delete("b")];
    await turns();
    expect(backend.sent).toEqual(["setMulti a,b,c"]);
    gate.release();
    await Promise.all([first, ...rest]);
    expect([backend.payload("a"), backend.payload("b"), backend.payload("c")]).toEqual(["single", undefined, "multi"]);
  });

  test("multi writes in opposite order of keys do not wait for one another for ever", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    const gates = [backend.hold("set"), backend.hold("set")];
    const singles = [region.set("a", 0), region.set("b", 0)];
    const multis = [
      region.setMulti([
        ["a", 1],
        ["b", 1],
      ]),
      region.deleteMulti(["b", "a"]),
      region.setMulti([
        ["b", 2],
        ["a", 2],
      ]),
    ];
    await turns();
    gates[1].release();
    await turns();
    gates[0].release();
    await Promise.all([...singles, ...multis]);
    expect([backend.payload("a"), backend.payload("b")]).toEqual([2, 2]);
  });

  test("a creation of many keys after a held delete of one of them reads when it is through", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    await region.setMulti({ a: "old", b: "old" });
    const gate = backend.hold("delete");
    const deleted = region.delete("a");
    await gate.reached;
    const caller = region.getOrCreateMulti(["a", "b"], (keys) => keys.map((key) => `new ${key}`));
    await turns();
    gate.release();
    await deleted;
    expect(await caller).toEqual(["new a", "old"]);
    expect(backend.payload("a")).toBe("new a");
  });
});

test("a write waits for all that another region of the same backend has sent before", async () => {
  const { backend, region } = slowRegion();
  const other = makeRegion({ backend });
  const creation = deferred();
  const caller = region.getOrCreate("k", () => creation.promise);
  await until(() => backend.count("get") === 1);
  const gate = backend.hold("set");
  const first = other.set("k", "first");
  await gate.reached;
  creation.resolve("created");
  expect(await caller).toBe("created");
  const last = region.set("k", "last");
  await turns();
  gate.release();
  await Promise.all([first, last]);
  expect(backend.payload("k")).toBe("last");
});
