import { describe, expect, test } from "vitest";
import { SlowMultiBackend, backends, checkAfterEach, counted, deferred, isSettled, makeRegion, outcome, refuses, turns, until } from "../helpers.js";

checkAfterEach();

const keys = ["a", "b", "c"];

/** A creator of many that answers when the test says so. */
function held(name) {
  const gate = deferred();
  const creator = counted((asked) => gate.promise.then((it) => it ?? asked.map((key) => `${name} ${key}`)));
  return Object.assign(creator, {
    release: () => gate.resolve(),
    answer: gate.resolve,
    reject: gate.reject,
    asked: () => creator.calls.map(([asked]) => asked),
  });
}

describe.each(backends)("over %s", (_name, makeBackend, brief) => {
  const make = (options) => makeRegion({ backend: makeBackend(), ...options }, keys);

  test("a key that another call for many is creating is waited for, not created", async () => {
    const region = make();
    const [one, two] = [held("one"), held("two")];
    const first = region.getOrCreateMulti(["a", "b"], one);
    await until(() => one.times === 1);
    const second = region.getOrCreateMulti(["c", "b"], two);
    await until(() => two.times === 1);
    expect([one.asked(), two.asked()]).toEqual([[["a", "b"]], [["c"]]]);
    two.release();
    expect(await isSettled(second)).toBe(false);
    one.release();
    expect(await first).toEqual(["one a", "one b"]);
    expect(await second).toEqual(["two c", "one b"]);
    expect([one.times, two.times]).toEqual([1, 1]);
  });

  test("a key that a single call is creating is waited for, and the other way round", async () => {
    const region = make();
    const single = deferred();
    const many = held("many");
    const first = region.getOrCreate("a", () => single.promise);
    await turns();
    const second = region.getOrCreateMulti(["a", "b"], many);
    await until(() => many.times === 1);
    const third = region.getOrCreate("b", () => "never");
    expect(await isSettled(third)).toBe(false);
    many.release();
    expect(await third).toBe("many b");
    expect(await isSettled(second)).toBe(false);
    single.resolve("single a");
    expect(await second).toEqual(["single a", "many b"]);
    expect(await first).toBe("single a");
    expect(many.asked()).toEqual([["b"]]);
  });

  test("100 concurrent calls for the same keys in any order cost one creation of each key", async () => {
    const region = make();
    const created = [];
    const creator = async (asked) => {
      created.push(...asked);
      await turns(3);
      return asked.map((key) => `value ${key}`);
    };
    const orders = [
      ["a", "b", "c"],
      ["c", "b", "a"],
      ["b", "c"],
      ["c", "a", "c"],
    ];
    const calls = Array.from({ length: 100 }, (_, index) => orders[index % orders.length]);
    const values = await Promise.all(calls.map((order) => region.getOrCreateMulti(order, creator)));
    expect(values).toEqual(calls.map((order) => order.map((key) => `value ${key}`)));
    expect(created.sort()).toEqual(["a", "b", "c"]);
  });

  test("a rejection is shared with everyone who waits for one of its keys", async () => {
    const region = make();
    const [one, two] = [held("one"), held("two")];
    const first = outcome(region.getOrCreateMulti(["a", "b"], one));
    await until(() => one.times === 1);
    const waiters = [outcome(region.getOrCreateMulti(["b", "c"], two)), outcome(region.getOrCreate("a", () => "never"))];
    await until(() => two.times === 1);
    two.release();
    await until(async () => (await region.get("c")) === "two c");
    const reason = new Error("failed");
    one.reject(reason);
    for (const it of await Promise.all([first, ...waiters])) expect(it).toEqual(["rejected", reason]);
    expect(await region.getMulti(keys)).toEqual([undefined, undefined, "two c"]);
  });

  test("a wrong number of values is the error of everyone who waits", async () => {
    const region = make();
    const one = held("one");
    const first = region.getOrCreateMulti(["a", "b"], one);
    await until(() => one.times === 1);
    const callers = [first, region.getOrCreate("a", () => "never"), region.getOrCreateMulti(["b"], () => ["never"])];
    const refused = callers.map((caller) => refuses(() => caller, "VALIDATION"));
    one.answer(["a"]);
    await Promise.all(refused);
    expect(await region.getMulti(keys)).toEqual([undefined, undefined, undefined]);
  });

  test("a stale key that another call is creating is served stale; the rest is created", async () => {
    const region = make();
    await region.setMulti({ a: "old a", b: "old b" });
    await region.invalidate(false);
    const busy = deferred();
    const first = region.getOrCreate("a", () => busy.promise);
    await turns();
    const creator = counted((asked) => asked.map((key) => `new ${key}`));
    expect(await region.getOrCreateMulti(["a", "b", "c"], creator)).toEqual(["old a", "new b", "new c"]);
    expect(creator.calls.map(([asked]) => asked)).toEqual([["b", "c"]]);
    busy.resolve("new a");
    expect(await first).toBe("new a");
  });

  test.each([
    ["delete", (region) => region.delete("a"), [undefined, "one b"]],
    ["set", (region) => region.set("a", "set"), ["set", "one b"]],
    ["hard invalidation", (region) => region.invalidate(), [undefined, undefined]],
    ["soft invalidation", (region) => region.invalidate(false), [undefined, undefined]],
  ])("a %s during the creation drops its own keys alone", async (_act, act, stored) => {
    const region = make();
    const one = held("one");
    const first = region.getOrCreateMulti(["a", "b"], one);
    await until(() => one.times === 1);
    await act(region);
    one.release();
    expect(await first).toEqual(["one a", "one b"]);
    expect(await region.getMulti(["a", "b"])).toEqual(stored);
    expect(await region.getOrCreateMulti(["a", "b"], (asked) => asked.map((key) => `two ${key}`))).toEqual(
      stored.map((it, index) => it ?? `two ${keys[index]}`),
    );
  });

  test("a key whose creation hangs elsewhere is taken over after lockTimeout", async () => {
    const region = make({ lockTimeout: brief });
    const hung = deferred();
    const first = region.getOrCreate("b", () => hung.promise);
    await turns();
    const creator = counted((asked) => asked.map((key) => `new ${key}`));
    expect(await region.getOrCreateMulti(["a", "b", "c"], creator)).toEqual(["new a", "new b", "new c"]);
    expect(creator.calls.flatMap(([asked]) => asked).sort()).toEqual(keys);
    expect(await first).toBe("new b");
    hung.resolve("late");
    await turns();
    expect(await region.get("b")).toBe("new b");
  });

  test("a creation of many keys that hangs is taken over for the key that is waited for", async () => {
    const region = make({ lockTimeout: brief });
    const hung = held("late");
    const first = region.getOrCreateMulti(["a", "b"], hung);
    await until(() => hung.times === 1);
    expect(await region.getOrCreate("a", () => "new a")).toBe("new a");
    hung.release();
    expect((await first)[1]).toBe("late b");
    expect(await region.get("a")).toBe("new a");
  });
});

describe("over a slow backend", () => {
  test("a delete of one key during the read makes that key's value be read again", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, keys);
    await region.setMulti({ a: "old a", b: "old b" });
    const read = backend.hold("getMulti");
    const call = region.getOrCreateMulti(["a", "b"], (asked) => asked.map((key) => `new ${key}`));
    await read.reached;
    await region.delete("a");
    read.release();
    expect(await call).toEqual(["new a", "old b"]);
    expect(backend.payload("a")).toBe("new a");
  });

  test("a set of one key during the write is the later write, and the other keys are stored", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, keys);
    const write = backend.hold("setMulti");
    const call = region.getOrCreateMulti(["a", "b"], (asked) => asked.map((key) => `new ${key}`));
    await write.reached;
    const stored = region.set("a", "set");
    await turns();
    write.release();
    await stored;
    expect(await call).toEqual(["new a", "new b"]);
    expect([backend.payload("a"), backend.payload("b")]).toEqual(["set", "new b"]);
  });

  test("callers that come during the read of many keys do not create a second time", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, keys);
    const read = backend.hold("getMulti");
    const created = [];
    const creator = (asked) => asked.map((key) => (created.push(key), `new ${key}`));
    const first = region.getOrCreateMulti(["a", "b"], creator);
    await read.reached;
    const second = region.getOrCreateMulti(["b", "a", "c"], creator);
    const third = region.getOrCreate("a", (context) => (created.push(context.key), "single"));
    await turns();
    read.release();
    const [[a, b], [b2, a2], a3] = await Promise.all([first, second, third]);
    expect([a2, b2, a3]).toEqual([a, b, a]);
    expect(created.sort()).toEqual(keys);
  });
});
