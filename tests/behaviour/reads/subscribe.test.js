import { describe, expect, test } from "vitest";
import {
  backgroundRunner,
  createRegion,
  DefaultInvalidationStrategy,
  MemoryBackend,
  Region,
  RegionNotConfigured,
  StoredInvalidationStrategy,
  ValidationError,
} from "dogpile";
import { checkAfterEach, counted, deferred, makeRegion, now, SlowBackend, turns, until, virtualClock } from "../helpers.js";

checkAfterEach();

/** What a subscription to a key has heard. */
function heardOf(region, key) {
  const heard = [];
  const end = region.subscribe(key, (why) => void heard.push(why));
  return { heard, end };
}

/** A backend that tells of what others have written. */
class SharedBackend extends MemoryBackend {
  listeners = new Set();
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  tell(keys) {
    for (const listener of this.listeners) listener(keys);
  }
}

describe("subscribe", () => {
  test("tells of set, delete and creations of its key, in their order, and of no other key", async () => {
    const region = makeRegion();
    const { heard } = heardOf(region, "k");
    await region.set("other", 1);
    await region.set("k", 1);
    await region.delete("k");
    await region.getOrCreate("k", () => 2);
    await region.getOrCreate("k", () => 3);
    await region.setMulti({ k: 4, other: 4 });
    await region.deleteMulti(["k", "other"]);
    await region.getOrCreateMulti(["k", "other"], (...keys) => keys);
    await turns(3);
    expect(heard).toEqual(["stored", "deleted", "stored", "stored", "deleted", "stored"]);
  });

  test("is over when it was ended, also within the same moment, and twice is as good as once", async () => {
    const region = makeRegion();
    const { heard, end } = heardOf(region, "k");
    const second = heardOf(region, "k");
    await region.set("k", 1);
    await turns(3);
    const write = region.set("k", 2);
    end();
    end();
    await write;
    await turns(3);
    expect([heard, second.heard]).toEqual([["stored"], ["stored", "stored"]]);
  });

  test("the listener sees the new value", async () => {
    const region = makeRegion();
    const seen = [];
    region.subscribe("k", async () => void seen.push(await region.get("k")));
    await region.set("k", 1);
    await region.set("k", 2);
    await region.delete("k");
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, undefined]);
  });

  test("tells of a creation in the background when it is stored", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock, expirationTime: 10, asyncCreationRunner: backgroundRunner });
    await region.set("k", "old");
    clock.advance(20);
    const { heard } = heardOf(region, "k");
    const creation = deferred();
    expect(await region.getOrCreate("k", () => creation.promise)).toBe("old");
    await turns(3);
    expect(heard).toEqual([]);
    creation.resolve("new");
    await until(() => heard.length === 1);
    expect(await region.get("k")).toBe("new");
  });

  test("does not tell of what is not stored", async () => {
    const region = makeRegion();
    const { heard } = heardOf(region, "k");
    await region.getOrCreate("k", () => 1, { shouldCacheFn: () => false });
    await expect(region.getOrCreate("k", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await turns(3);
    expect(heard).toEqual([]);
  });

  test("tells of every invalidation that changes something, once", async () => {
    const clock = virtualClock();
    const region = makeRegion({ clock });
    const { heard } = heardOf(region, "k");
    await region.invalidate();
    clock.advance(1);
    await region.invalidate(false);
    await turns(3);
    expect(heard).toEqual(["invalidated", "invalidated"]);
  });

  test("a strategy that regions share tells the subscribers of all", async () => {
    const regionInvalidator = new StoredInvalidationStrategy(new MemoryBackend());
    const [one, two] = [makeRegion({ regionInvalidator }), makeRegion({ regionInvalidator })];
    const { heard } = heardOf(two, "k");
    await one.invalidate();
    await until(() => heard.length > 0);
    expect(heard).toEqual(["invalidated"]);
  });

  test("what a strategy has found in its store is told", async () => {
    const store = new MemoryBackend();
    const [one, two] = [0, 0].map((refresh) => makeRegion({ regionInvalidator: new StoredInvalidationStrategy(store, { refresh }) }));
    const { heard } = heardOf(two, "k");
    await one.invalidate();
    await turns(3);
    expect(heard).toEqual([]);
    await two.get("k");
    await until(() => heard.length > 0);
    expect(heard).toEqual(["invalidated"]);
  });

  test("regions over one backend tell each other's subscribers", async () => {
    const backend = new MemoryBackend();
    const [one, two] = [makeRegion({ backend }), makeRegion({ backend })];
    const { heard } = heardOf(two, "k");
    await one.set("k", 1);
    await one.getOrCreate("k", () => 2, { forceRefresh: true });
    await turns(3);
    expect(heard).toEqual(["stored", "stored"]);
  });

  test("goes on with a new backend, by the key as that knows it", async () => {
    const region = createRegion({ backend: new MemoryBackend() });
    const { heard } = heardOf(region, "k");
    const backend = Object.assign(new MemoryBackend(), { keyMangler: (key) => `new:${key}` });
    region.configure({ backend, replaceExistingBackend: true });
    await region.set("k", 1);
    await until(() => heard.length > 1);
    expect(heard).toEqual(["elsewhere", "stored"]);
  });

  test("a backend whose keyMangler throws for a subscribed key changes nothing", async () => {
    const region = createRegion({ backend: new MemoryBackend() });
    const { heard } = heardOf(region, "k");
    heardOf(region, "too long a key");
    const keyMangler = (key) => {
      if (key.length > 5) throw new Error("too long");
      return key;
    };
    await region.set("k", "old");
    const { backend } = region;
    expect(() => region.configure({ backend: Object.assign(new MemoryBackend(), { keyMangler }), replaceExistingBackend: true })).toThrow("too long");
    expect(region.backend).toBe(backend);
    await region.set("k", "new");
    expect([await region.get("k"), heard]).toEqual(["new", ["stored", "stored"]]);
  });

  test("is over when the region is disposed", async () => {
    const backend = new SharedBackend();
    const [region, other] = [createRegion({ backend }), createRegion({ backend })];
    const { heard } = heardOf(region, "k");
    const [listener] = backend.listeners;
    await region[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
    await other.set("k", 1);
    listener(["k"]);
    await turns(3);
    expect(heard).toEqual([]);
  });

  test("tells of an invalidation by a strategy that keeps its own times", async () => {
    class OwnTimes extends DefaultInvalidationStrategy {
      hard = -Infinity;
      invalidate(_hard, time) {
        this.hard = time;
      }
      isHardInvalidated(time) {
        return time < this.hard;
      }
    }
    const region = makeRegion({ regionInvalidator: new OwnTimes() });
    const { heard } = heardOf(region, "k");
    await region.invalidate();
    await until(() => heard.length > 0);
    expect(heard).toEqual(["invalidated"]);
  });

  test("tells of a created value whose write has failed: it may be stored all the same", async () => {
    const backend = new SlowBackend();
    backend.set = () => Promise.reject(new Error("lost"));
    const region = makeRegion({ backend, observer: { onError() {} } });
    const { heard } = heardOf(region, "k");
    await region.getOrCreate("k", () => 1);
    await until(() => heard.length > 0);
    expect(heard).toEqual(["stored"]);
  });

  test("what a listener throws or rejects with is reported, and reaches no other", async () => {
    const told = [];
    const region = makeRegion({ observer: { onError: (error, where) => told.push([error.message, where]) } });
    region.subscribe("k", () => {
      throw new Error("thrown");
    });
    region.subscribe("k", () => Promise.reject(new Error("rejected")));
    const { heard } = heardOf(region, "k");
    await region.set("k", 1);
    await until(() => told.length === 2);
    expect([told, heard]).toEqual([
      [
        ["thrown", "background"],
        ["rejected", "background"],
      ],
      ["stored"],
    ]);
  });

  test("tells after a write that failed, too: nobody knows what is there", async () => {
    const backend = new SlowBackend();
    backend.set = () => Promise.reject(new Error("full"));
    const region = makeRegion({ backend, observer: { onError() {} } });
    const { heard } = heardOf(region, "k");
    await expect(region.set("k", 1)).rejects.toThrow("full");
    await turns(3);
    expect(heard).toEqual(["stored"]);
  });

  test("refuses what is no key and no function, and a region that is not configured", () => {
    const region = makeRegion();
    expect(() => region.subscribe(5, () => {})).toThrow(ValidationError);
    expect(() => region.subscribe("k", "listener")).toThrow(ValidationError);
    expect(() => new Region().subscribe("k", () => {})).toThrow(RegionNotConfigured);
  });
});

describe("a backend that tells of others' writes", () => {
  test("its regions tell their subscribers, of the keys or of all", async () => {
    const backend = new SharedBackend();
    const region = makeRegion({ backend });
    const [one, two] = [heardOf(region, "k"), heardOf(region, "l")];
    backend.tell(["k", "other"]);
    await turns(3);
    expect([one.heard, two.heard]).toEqual([["elsewhere"], []]);
    backend.tell();
    await turns(3);
    expect([one.heard, two.heard]).toEqual([["elsewhere", "elsewhere"], ["elsewhere"]]);
  });

  test.each([
    ["the key", ["k"]],
    ["any key", undefined],
    ["any key, by null", null],
    ["any key, by what is no list", "k"],
  ])("a creation of the key is not stored when %s was written elsewhere, and nobody joins it", async (_what, keys) => {
    const backend = new SharedBackend();
    const region = makeRegion({ backend });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const first = region.getOrCreate("k", creator);
    await until(() => creator.times === 1);
    backend.tell(keys);
    const second = region.getOrCreate("k", () => "after");
    creation.resolve("before");
    expect([await first, await second, await region.get("k")]).toEqual(["before", "after", "after"]);
  });

  test("a creation of another key is stored", async () => {
    const backend = new SharedBackend();
    const region = makeRegion({ backend });
    const creation = deferred();
    const caller = region.getOrCreate("k", () => creation.promise);
    await turns(3);
    backend.tell(["other"]);
    creation.resolve("created");
    await caller;
    expect(await region.get("k")).toBe("created");
  });

  test("a call that waits for the lock keeps its place, and finds what the holder has stored", async () => {
    const backend = new SharedBackend();
    const granted = deferred();
    let asked = 0;
    backend.getMutex = () => ({
      acquire: () => ((asked += 1), granted.promise),
      release() {},
    });
    const region = makeRegion({ backend });
    const creator = counted(() => "created here");
    const caller = region.getOrCreate("k", creator);
    await until(() => asked === 1);
    await backend.set("k", { payload: "created elsewhere", metadata: { ct: now(), v: 2 } });
    backend.tell(["k"]);
    granted.resolve(true);
    expect([await caller, creator.times, asked]).toEqual(["created elsewhere", 0, 1]);
  });

  test("it is heard until its backend is replaced, and until the region is disposed", async () => {
    const [first, second] = [new SharedBackend(), new SharedBackend()];
    const region = createRegion({ backend: first });
    expect(first.listeners.size).toBe(1);
    region.configure({ backend: second, replaceExistingBackend: true });
    expect([first.listeners.size, second.listeners.size]).toEqual([0, 1]);
    await region[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
    expect(second.listeners.size).toBe(0);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("end");
      },
    ],
    ["rejects", () => Promise.reject(new Error("end"))],
  ])("what ends it %s: that is reported, and the backend is replaced", async (_how, end) => {
    const backend = new SharedBackend();
    backend.subscribe = () => end;
    const told = [];
    const region = createRegion({ backend, observer: { onError: (error, where) => told.push([error.message, where]) } });
    const next = new MemoryBackend();
    region.configure({ backend: next, replaceExistingBackend: true });
    await until(() => told.length > 0);
    expect([region.backend, told]).toEqual([next, [["end", "background"]]]);
  });

  test("one that subscribes by promise is ended, and its failure is reported", async () => {
    const told = [];
    const ended = [];
    for (const subscribe of [async () => () => ended.push("ended"), () => Promise.reject(new Error("down"))]) {
      const backend = Object.assign(new MemoryBackend(), { subscribe });
      const region = createRegion({ backend, observer: { onError: (error, where) => told.push([error.message, where]) } });
      await region[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
    }
    await until(() => told.length > 0 && ended.length > 0);
    expect(told).toEqual(Array(told.length).fill(["down", "background"]));
  });

  test("where it cannot be subscribed to, nothing is configured", () => {
    const backend = new SharedBackend();
    backend.subscribe = () => {
      throw new Error("no connection");
    };
    const region = new Region();
    expect(() => region.configure({ backend })).toThrow("no connection");
    expect(region.isConfigured).toBe(false);
  });
});

describe("observe", () => {
  test("tells beside the observer of the options, with the region's name at the end, until it is ended", async () => {
    const told = [];
    const observer = (who) => ({
      onHit: (...args) => told.push([who, "hit", ...args]),
      onMiss: (...args) => told.push([who, "miss", ...args]),
    });
    const region = createRegion({ name: "pages", backend: new MemoryBackend(), observer: observer("own") });
    const end = region.observe(observer("second"));
    await region.get("k");
    expect(told.splice(0)).toEqual([
      ["own", "miss", "k", "absent", "pages"],
      ["second", "miss", "k", "absent", "pages"],
    ]);
    end();
    end();
    await region.getOrCreate("k", () => 1);
    await region.getOrCreate("k", () => 1);
    expect(told).toEqual([
      ["own", "miss", "k", "absent", "pages"],
      ["own", "hit", "k", "pages"],
    ]);
  });

  test("hears of warm hits of a region that had no observer, and no more after the end", async () => {
    const region = createRegion({ backend: new MemoryBackend() });
    await region.set("k", 1);
    const hits = [];
    const end = region.observe({ onHit: (key, name) => hits.push([key, name]) });
    expect([await region.getOrCreate("k", () => 2), await region.get("k"), await region.getMulti(["k"])]).toEqual([1, 1, [1]]);
    expect(hits).toEqual(Array(3).fill(["k", undefined]));
    end();
    await region.getOrCreate("k", () => 2);
    expect(hits.length).toBe(3);
    expect(region.stats.hits).toBe(4);
  });

  test("may come before configure", async () => {
    const region = new Region({ name: "n" });
    const created = [];
    region.observe({ onCreate: (keys, seconds, name) => created.push([keys, typeof seconds, name]) });
    region.configure({ backend: new MemoryBackend() });
    await region.getOrCreate("k", () => 1);
    expect(created).toEqual([[["k"], "number", "n"]]);
  });

  test("one that throws, and one that asks for errors, do not keep anything from the others", async () => {
    const told = [];
    const backend = new SlowBackend();
    backend.get = () => Promise.reject(new Error("down"));
    const region = makeRegion({ backend });
    region.observe({
      onError() {
        throw new Error("of the observer");
      },
    });
    region.observe({ onError: (error, where, name) => told.push([error.message, where, name]) });
    await region.get("k").catch(() => {});
    await region.getOrCreate("k", () => 1);
    expect(told).toEqual([["down", "read", undefined]]);
  });

  test.each([undefined, null, 5, "observer"])("refuses %o", (observer) => {
    expect(() => makeRegion().observe(observer)).toThrow(ValidationError);
  });
});
