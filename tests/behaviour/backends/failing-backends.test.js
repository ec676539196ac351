import { describe, expect, test } from "vitest";
import {
  SlowBackend,
  SlowMultiBackend,
  checkAfterEach,
  counted,
  deferred,
  elapsed,
  makeRegion,
  outcome,
  plainBackend,
  refuses,
  slowRegion,
  turns,
  until,
} from "../helpers.js";

checkAfterEach();

const reason = new Error("connection lost");
const failures = [
  ["rejects", (backend, operation) => backend.rejectNext(operation, reason)],
  ["throws at once", (backend, operation) => backend.throwNext(operation, reason)],
];

describe.each(failures)("a backend that %s", (_how, fail) => {
  test("on reading: get, getMulti and getValueMetadata reject with its own error", async () => {
    for (const backendErrors of ["degrade", "throw"]) {
      const { backend, region } = slowRegion({ backendErrors });
      for (const read of [
        () => region.get("k"),
        () => region.getMulti(["k"]),
        () => region.getValueMetadata("k"),
        () => region.get("k", { ignoreExpiration: true }),
      ]) {
        fail(backend, "get");
        await expect(read()).rejects.toBe(reason);
      }
    }
  });

  test("on writing: set, setMulti, delete and deleteMulti reject with its own error", async () => {
    for (const backendErrors of ["degrade", "throw"]) {
      const backend = new SlowMultiBackend();
      const region = makeRegion({ backend, backendErrors });
      const writes = [
        ["set", () => region.set("k", 1)],
        ["setMulti", () => region.setMulti({ k: 1 })],
        ["delete", () => region.delete("k")],
        ["deleteMulti", () => region.deleteMulti(["k"])],
      ];
      for (const [operation, write] of writes) {
        fail(backend, operation);
        await expect(write()).rejects.toBe(reason);
      }
      await region.set("k", "works again");
      expect(await region.get("k")).toBe("works again");
    }
  });

  test("on reading: getOrCreate takes it for a miss, creates for everyone and stores", async () => {
    const { backend, region } = slowRegion();
    await region.set("k", "old");
    fail(backend, "get");
    const creator = counted(() => "created");
    expect(await Promise.all([region.getOrCreate("k", creator), region.getOrCreate("k", creator)])).toEqual(["created", "created"]);
    expect(creator.times).toBe(1);
    expect(backend.payload("k")).toBe("created");
    expect(region.stats.backendErrors).toBe(1);
  });

  test("on writing: getOrCreate returns the created value to everyone", async () => {
    const { backend, region } = slowRegion();
    fail(backend, "set");
    const creator = counted(() => "created");
    expect(await Promise.all([region.getOrCreate("k", creator), region.getOrCreate("k", creator)])).toEqual(["created", "created"]);
    expect(creator.times).toBe(1);
    expect(region.stats.backendErrors).toBe(1);
    expect(await region.get("k")).toBeUndefined();
  });

  test.each([
    ["get", "read"],
    ["set", "write"],
  ])('on %s, with backendErrors: "throw": getOrCreate rejects with a BackendError that has the cause', async (operation) => {
    const { backend, region } = slowRegion({ backendErrors: "throw" });
    fail(backend, operation);
    const creator = counted(() => "created");
    const error = await refuses(() => region.getOrCreate("k", creator), "BACKEND");
    expect(error.name).toBe("BackendError");
    expect(error.cause).toBe(reason);
    expect(creator.times).toBe(operation === "get" ? 0 : 1);
    expect(await region.getOrCreate("k", () => "again")).toBe("again");
  });

  test("on reading or writing many: getOrCreateMulti goes on without it", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b"]);
    const creator = counted(() => [1, 2]);
    for (const operation of ["getMulti", "setMulti"]) {
      fail(backend, operation);
      expect(await region.getOrCreateMulti(["a", "b"], creator, { forceRefresh: true })).toEqual([1, 2]);
    }
    expect(creator.times).toBe(2);
    expect(region.stats.backendErrors).toBeGreaterThanOrEqual(2);
  });
});

describe.each([
  ["undefined", undefined],
  ["null", null],
  ["0", 0],
  ["a string", "lost"],
])("a backend that rejects with %s", (_name, why) => {
  test("is a backend that failed", async () => {
    const { backend, region } = slowRegion();
    backend.rejectNext("get", why);
    expect(await outcome(region.get("k"))).toEqual(["rejected", why]);
    backend.rejectNext("get", why);
    backend.rejectNext("set", why);
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    backend.throwNext("set", why);
    expect(await outcome(region.set("k", 1))).toEqual(["rejected", why]);
  });
});

describe("a backend that never answers, after lockTimeout", () => {
  test("on reading: the value is created, and stored", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms" });
    backend.store.set("k", { payload: "unreachable", metadata: { ct: 1_700_000_000, v: 2 } });
    const read = backend.hold("get");
    const creator = counted(() => "created");
    expect(await Promise.all([region.getOrCreate("k", creator), region.getOrCreate("k", creator)])).toEqual(["created", "created"]);
    expect(creator.times).toBe(1);
    expect(backend.payload("k")).toBe("created");
    expect(region.stats.backendErrors).toBe(1);
    read.release();
    await turns();
    expect(await region.get("k")).toBe("created");
  });

  test("on reading, when the answer is a late failure: it is nobody's", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms" });
    const read = backend.hold("get");
    expect(await region.getOrCreate("k", () => "created")).toBe("created");
    read.fail(new Error("too late"));
    await turns();
    expect(await region.get("k")).toBe("created");
  });

  test("on writing: everyone gets the created value, and the key is free", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms" });
    const write = backend.hold("set");
    const creator = counted(() => "created");
    expect(await Promise.all([region.getOrCreate("k", creator), region.getOrCreate("k", creator)])).toEqual(["created", "created"]);
    expect(creator.times).toBe(1);
    expect(await region.keyIsLocked("k")).toBe(false);
    expect(await region.getOrCreate("k", () => "again")).toBe("again");
    write.fail(new Error("too late"));
    await turns();
    expect(backend.payload("k")).toBe("again");
  });

  test("get, getMulti, set and delete reject", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms" });
    for (const [operation, call] of [
      ["get", () => region.get("k")],
      ["get", () => region.getMulti(["k"])],
      ["set", () => region.set("k", 1)],
      ["delete", () => region.delete("k")],
    ]) {
      backend.hold(operation);
      const [how, error] = await outcome(call());
      expect(how).toBe("rejected");
      expect(["TIMEOUT", "BACKEND"]).toContain(error.code);
    }
  });

  test('with backendErrors: "throw", getOrCreate rejects', async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms", backendErrors: "throw" });
    for (const operation of ["get", "set"]) {
      backend.hold(operation);
      const [how, error] = await outcome(region.getOrCreate("k", () => "created"));
      expect(how).toBe("rejected");
      expect(["TIMEOUT", "BACKEND"]).toContain(error.code);
    }
  });

  test("on reading many: getOrCreateMulti creates", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend, lockTimeout: "40ms" }, ["a", "b"]);
    backend.hold("getMulti");
    expect(await region.getOrCreateMulti(["a", "b"], () => [1, 2])).toEqual([1, 2]);
    backend.hold("setMulti");
    expect(await region.getOrCreateMulti(["a", "b"], () => [3, 4], { forceRefresh: true })).toEqual([3, 4]);
  });
});

test("a failing creator over a failing backend: the creator's reason is the caller's", async () => {
  const { backend, region } = slowRegion();
  backend.rejectNext("get", reason);
  const why = new Error("the creator's");
  expect(await outcome(region.getOrCreate("k", () => Promise.reject(why)))).toEqual(["rejected", why]);
});

describe("what a backend returns from set and delete is of no matter", () => {
  test.each([
    ["false", false],
    ["an Error", new Error("ignored")],
    ["a thenable", { then: (resolve) => resolve(0) }],
  ])("%s", async (_name, answer) => {
    const backend = plainBackend();
    const region = makeRegion({
      backend: { ...backend, set: (key, value) => (backend.set(key, value), answer), delete: (key) => (backend.delete(key), answer) },
    });
    expect(await region.set("k", 1)).toBeUndefined();
    expect(await region.get("k")).toBe(1);
    expect(await region.delete("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => 2)).toBe(2);
    expect(await region.get("k")).toBe(2);
  });
});

describe("a backend's methods", () => {
  test("are called on the backend, and may answer by any thenable", async () => {
    class Own {
      #store = new Map();
      get(key) {
        const found = this.#store.get(key);
        return { then: (resolve) => resolve(found) };
      }
      set(key, value) {
        this.#store.set(key, value);
        return { then: (resolve) => resolve() };
      }
      delete(key) {
        this.#store.delete(key);
        return { then: (resolve) => resolve() };
      }
    }
    const region = makeRegion({ backend: new Own() });
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
    expect(await region.get("k")).toBe("value");
    await region.delete("k");
    expect(await region.get("k")).toBeUndefined();
  });

  test("may be replaced while the region uses them", async () => {
    const backend = new SlowBackend();
    const region = makeRegion({ backend });
    await region.set("k", "value");
    backend.get = async () => undefined;
    expect(await region.get("k")).toBeUndefined();
  });
});

test("one backend that fails for one key leaves the creations of other keys alone", async () => {
  const { backend, region } = slowRegion({ lockTimeout: "40ms" }, ["k", "other"]);
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const other = region.getOrCreate("other", creator);
  await until(() => creator.times === 1);
  backend.rejectNext("get", reason);
  expect(await region.getOrCreate("k", () => "created")).toBe("created");
  await elapsed(50);
  creation.resolve("other");
  expect(await other).toBe("other");
  expect(await region.get("other")).toBe("other");
});
