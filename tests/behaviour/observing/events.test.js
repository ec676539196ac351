import { describe, expect, test } from "vitest";
import { backgroundRunner, createRegion, DefaultInvalidationStrategy, MemoryBackend, Region } from "dogpile";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, SlowBackend, SlowMultiBackend, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

const EVENTS = ["onCreateStart", "onCreate", "onSet", "onDelete", "onInvalidate"];

/** An observer and the events that it was told, without the seconds. */
function listening(names = EVENTS) {
  const told = [];
  const observer = Object.fromEntries(
    names.map((name) => [name, (first, ...rest) => void told.push(name === "onCreate" ? [name, first] : [name, first, ...rest])]),
  );
  return { observer, told };
}

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("a creation is told before and after its creator, and when it is stored", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ backend: makeBackend(), observer });
    await region.getOrCreate("k", () => {
      told.push("the creator");
      return 1;
    });
    await region.getOrCreate("k", () => 2);
    expect(told).toEqual([["onCreateStart", ["k"]], "the creator", ["onCreate", ["k"]], ["onSet", ["k"]]]);
  });

  test("keys are the user's, also those of many", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ backend: makeBackend(), observer, keyMangler: (key) => `mangled-${key}` }, []);
    await region.getOrCreateMulti(["a", "b"], (keys) => keys);
    await region.setMulti([
      ["a", 1],
      ["c", 2],
      ["a", 3],
    ]);
    await region.deleteMulti(["a", "b", "a"]);
    await region.set("d", 1);
    await region.delete("d");
    expect(told).toEqual([
      ["onCreateStart", ["a", "b"]],
      ["onCreate", ["a", "b"]],
      ["onSet", ["a", "b"]],
      ["onSet", ["a", "c"]],
      ["onDelete", ["a", "b"]],
      ["onSet", ["d"]],
      ["onDelete", ["d"]],
    ]);
  });

  test("nothing is told of no keys", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ backend: makeBackend(), observer });
    await region.setMulti({});
    await region.deleteMulti([]);
    expect(told).toEqual([]);
  });
});

describe("onCreateStart and onCreate", () => {
  test("name only those of many that are created, and those that came to something", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ observer }, []);
    await region.set("a", 1);
    told.length = 0;
    await outcome(region.getOrCreateMulti(["a", "b", "c"], () => [2, Promise.reject(new Error("no c"))]));
    await turns();
    expect(told).toEqual([
      ["onCreateStart", ["b", "c"]],
      ["onCreate", ["b"]],
      ["onSet", ["b"]],
    ]);
  });

  test("only the start is told of a creator that fails", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ observer });
    await outcome(region.getOrCreate("k", () => Promise.reject(new Error("no value"))));
    expect(told).toEqual([["onCreateStart", ["k"]]]);
  });

  test("what an observer does with the keys changes nothing", async () => {
    const region = makeRegion({ observer: { onCreateStart: (keys) => keys.push("x"), onSet: (keys) => keys.splice(0) } }, []);
    const { observer, told } = listening(["onCreate", "onSet"]);
    region.observe(observer);
    expect(await region.getOrCreateMulti(["a", "b"], (keys) => [...keys])).toEqual(["a", "b"]);
    expect(told[0]).toEqual(["onCreate", ["a", "b"]]);
  });

  test("are told of what a runner creates and stores", async () => {
    const { observer, told } = listening();
    const clock = virtualClock();
    const region = makeRegion({ observer, clock, expirationTime: 10, asyncCreationRunner: backgroundRunner, keyMangler: (key) => `mangled-${key}` });
    await region.set("k", "old");
    clock.advance(20);
    told.length = 0;
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    await until(() => told.length === 3);
    expect(told).toEqual([
      ["onCreateStart", ["k"]],
      ["onCreate", ["k"]],
      ["onSet", ["k"]],
    ]);
  });
});

describe("aroundCreate", () => {
  test("surrounds the creator, the first observer outermost, with the keys and the region's name", async () => {
    const steps = [];
    const around = (who) => ({
      aroundCreate(create, ...rest) {
        steps.push([who, ...rest]);
        const answer = create();
        steps.push(who);
        return answer;
      },
    });
    const region = createRegion({ name: "pages", backend: new MemoryBackend(), observer: around("first") });
    region.observe({ onCreate() {} });
    const end = region.observe(around("second"));
    expect(await region.getOrCreate("k", () => steps.push("creator"))).toBe(3);
    expect(steps).toEqual([["first", ["k"], "pages"], ["second", ["k"], "pages"], "creator", "second", "first"]);
    end();
    steps.length = 0;
    await region.getOrCreateMulti(["a", "b"], (keys) => keys);
    expect(steps).toEqual([["first", ["a", "b"], "pages"], "first"]);
  });

  test("may wait, and what it gives counts: a value, a rejection, what it throws", async () => {
    const give = [];
    const same = (answer) => answer;
    const region = makeRegion({ observer: { aroundCreate: (create) => (give.shift() ?? same)(create()) } });
    const reason = new Error("of the observer");
    const throws = () => {
      throw reason;
    };
    give.push(
      async (answer) => `${await answer} and more`,
      throws,
      async (answer) => throws(await answer),
    );
    expect(await region.getOrCreate("k", async () => "value")).toBe("value and more");
    for (const key of ["a", "b"]) expect(await outcome(region.getOrCreate(key, () => "value"))).toEqual(["rejected", reason]);
    expect(await outcome(region.getOrCreate("c", throws))).toEqual(["rejected", reason]);
    expect(await region.getOrCreate("d", () => undefined)).toBe(undefined);
  });

  test("gets a promise for a thenable, which runs once", async () => {
    let runs = 0;
    const query = {
      then(resolve) {
        runs += 1;
        resolve("rows");
      },
    };
    const given = [];
    const aroundCreate = (create) => {
      const answer = create();
      if (answer instanceof Promise) given.push(answer.then((value) => value));
      return answer;
    };
    const creator = counted(() => query);
    expect(await makeRegion({ observer: { aroundCreate } }).getOrCreate("k", creator)).toBe("rows");
    expect([creator.times, runs, await Promise.all(given)]).toEqual([1, 1, ["rows"]]);
  });

  test("surrounds what a runner creates", async () => {
    const around = counted((create) => create());
    const clock = virtualClock();
    const region = makeRegion({ observer: { aroundCreate: around }, clock, expirationTime: 10, staleWhileRevalidate: true });
    await region.set("k", "old");
    clock.advance(20);
    expect(await region.getOrCreate("k", () => "new")).toBe("old");
    await until(async () => (await region.get("k")) === "new");
    expect(around.calls.map(([, keys]) => keys)).toEqual([["k"]]);
  });

  const node = globalThis.process?.getBuiltinModule;

  test.runIf(node)("is called in the context of the call that leads, and the creator in the one that it makes", async () => {
    const storage = new (node("async_hooks").AsyncLocalStorage)();
    const seen = [];
    const observer = {
      onCreateStart: () => seen.push(storage.getStore()),
      aroundCreate: (create) => storage.run(`inside ${storage.getStore()}`, create),
    };
    const backend = new SlowBackend();
    const region = makeRegion({ backend, observer });
    const read = backend.hold("get");
    const call = (who) => storage.run(who, () => region.getOrCreate("k", async () => (await turns(), seen.push(storage.getStore()))));
    const calls = [call("leader"), call("waiter")];
    read.release();
    await Promise.all(calls);
    expect(seen).toEqual(["leader", "inside leader"]);
  });
});

describe("onSet and onDelete", () => {
  test("are told when the backend has accepted the write, before the caller goes on", async () => {
    const { observer, told } = listening();
    const backend = new SlowBackend();
    const region = makeRegion({ backend, observer });
    for (const [write, expected] of [
      [() => region.set("k", 1), ["onSet", ["k"]]],
      [() => region.delete("k"), ["onDelete", ["k"]]],
    ]) {
      const gate = backend.hold(expected[0] === "onSet" ? "set" : "delete");
      const ended = write().then(() => told.push("the caller"));
      await gate.reached;
      await turns();
      expect(told).toEqual([]);
      gate.release();
      await ended;
      expect(told.splice(0)).toEqual([expected, "the caller"]);
    }
  });

  test("are not told of writes that failed", async () => {
    const { observer, told } = listening(["onSet", "onDelete"]);
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend, observer: { ...observer, onError() {} } });
    const reason = new Error("full");
    for (const [operation, write] of [
      ["set", () => region.set("k", 1)],
      ["setMulti", () => region.setMulti({ k: 1 })],
      ["delete", () => region.delete("k")],
      ["deleteMulti", () => region.deleteMulti(["k"])],
    ]) {
      backend.rejectNext(operation, reason);
      expect(await outcome(write())).toEqual(["rejected", reason]);
      backend.throwNext(operation, reason);
      expect(await outcome(write())).toEqual(["rejected", reason]);
    }
    backend.rejectNext("set", reason);
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
    backend.throwNext("set", reason);
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
    expect(told).toEqual([]);
  });

  test("onSet is not told of what is created and not stored", async () => {
    const { observer, told } = listening(["onSet"]);
    const region = makeRegion({ observer });
    await region.getOrCreate("k", () => 1, { shouldCacheFn: () => false });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const caller = region.getOrCreate("k", creator);
    await until(() => creator.times === 1);
    await region.delete("k");
    creation.resolve(2);
    await caller;
    await turns();
    expect(told).toEqual([]);
  });

  test("are told to the observers of the region that writes, as helpers of cached functions do", async () => {
    const backend = new MemoryBackend();
    const [one, other] = [listening(), listening()];
    const region = makeRegion({ backend, observer: one.observer, name: "one" }, []);
    makeRegion({ backend, observer: other.observer }, []);
    const f = region.cacheOnArguments({ namespace: "f" }, async () => 1);
    await f.set(2, 1);
    await f.invalidate(1);
    expect(one.told).toEqual([
      ["onSet", ["f|1"], "one"],
      ["onDelete", ["f|1"], "one"],
    ]);
    expect(other.told).toEqual([]);
  });
});

describe("onInvalidate", () => {
  test("is told what kind, when it is in effect and before anybody else was told", async () => {
    const others = deferred();
    const strategy = new DefaultInvalidationStrategy();
    const slow = Object.assign(Object.create(strategy), { invalidate: (hard, now) => (strategy.invalidate(hard, now), others.promise) });
    for (const name of ["isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"]) {
      slow[name] = (time) => strategy[name](time);
    }
    const told = [];
    const region = makeRegion({ regionInvalidator: slow, name: "r" });
    await region.set("k", 1);
    region.observe({ onInvalidate: (...event) => told.push([...event, region.get("k")]) });
    const invalidation = region.invalidate();
    expect(told).toEqual([[true, "r", expect.any(Promise)]]);
    expect(await told[0][2]).toBeUndefined();
    others.resolve();
    await invalidation;
    await region.invalidate({ soft: true });
    expect(told.map(([hard]) => hard)).toEqual([true, false]);
  });

  test("is not told where the strategy throws, nor before there is a backend", async () => {
    const { observer, told } = listening();
    const strategy = new (class extends DefaultInvalidationStrategy {
      invalidate() {
        throw new Error("no times");
      }
    })();
    await outcome(makeRegion({ regionInvalidator: strategy, observer }).invalidate());
    await outcome(new Region({ observer }).invalidate());
    expect(told).toEqual([]);
  });
});

describe("an observer without onHit, onStale, onMiss and onWait", () => {
  /** On the warm path all callers of a kept value share a promise, where the platform lets promises be kept. */
  async function isWarm(options) {
    const region = makeRegion(options, []);
    await region.set("k", 1);
    const call = () => region.getOrCreate("k", () => 2);
    call();
    return call() === call();
  }

  test("leaves the warm path as it is", async () => {
    const names = [...EVENTS, "aroundCreate", "onTakeover", "onError", "onEvict", "onInvalidateTags"];
    expect(await isWarm({ observer: listening(names).observer })).toBe(await isWarm({}));
    expect(await isWarm({ observer: { onHit() {} } })).toBe(false);
  });
});
