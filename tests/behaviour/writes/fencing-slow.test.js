import { describe, expect, test } from "vitest";
import { SlowMultiBackend, checkAfterEach, counted, isSettled, makeRegion, now, record, slowRegion, turns } from "../helpers.js";

checkAfterEach();

const old = (backend) => backend.store.set("k", record("old", now() - 100));

describe("during the read", () => {
  test("a set: the call starts over and is served what was set", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const read = backend.hold("get");
    const creator = counted();
    const callers = [region.getOrCreate("k", creator, { expirationTime: 1 }), region.getOrCreate("k", creator, { expirationTime: 1 })];
    await read.reached;
    await region.set("k", "set");
    read.release();
    expect(await Promise.all(callers)).toEqual(["set", "set"]);
    expect(creator.times).toBe(0);
    expect(backend.payload("k")).toBe("set");
    expect(backend.count("get")).toBe(2);
  });

  test("a delete: the value that the read saw is not resurrected", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const read = backend.hold("get");
    const creator = counted(() => "created");
    const callers = [region.getOrCreate("k", creator), region.getOrCreate("k", creator)];
    await read.reached;
    await region.delete("k");
    read.release();
    expect(await Promise.all(callers)).toEqual(["created", "created"]);
    expect(creator.times).toBe(1);
    expect(backend.payload("k")).toBe("created");
  });

  test("a delete that is not through yet: the second read waits for it", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const read = backend.hold("get");
    const write = backend.hold("delete");
    const caller = region.getOrCreate("k", () => "created");
    await read.reached;
    const deleted = region.delete("k");
    await write.reached;
    read.release();
    await turns();
    expect(backend.count("get")).toBe(1);
    write.release();
    await deleted;
    expect(await caller).toBe("created");
    expect(backend.payload("k")).toBe("created");
  });

  test("fenced a second time: the call creates for those who waited and stores nothing", async () => {
    const { backend, region } = slowRegion();
    const first = backend.hold("get");
    const second = backend.hold("get");
    const creator = counted(() => "created");
    const caller = region.getOrCreate("k", creator);
    await first.reached;
    await region.delete("k");
    first.release();
    await second.reached;
    await region.set("k", "set");
    expect(await region.getOrCreate("k", () => "never")).toBe("set");
    second.release();
    expect(await caller).toBe("created");
    expect(creator.times).toBe(1);
    expect(backend.payload("k")).toBe("set");
  });

  test("later callers do not share the read that was sent before a delete", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const read = backend.hold("get");
    const caller = region.getOrCreate("k", () => "created");
    await read.reached;
    await region.delete("k");
    const later = region.getOrCreate("k", () => "later");
    expect(["later", "created"]).toContain(await later);
    read.release();
    expect(await caller).not.toBe("old");
    expect(backend.payload("k")).toBe(await later);
  });

  test("a hard invalidation: the record is judged when it arrives, all wait for the one new value, and it is stored", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const read = backend.hold("get");
    const creator = counted(() => "new");
    const callers = [region.getOrCreate("k", creator), region.getOrCreate("k", creator)];
    await read.reached;
    await region.invalidate();
    const later = region.getOrCreate("k", creator);
    read.release();
    expect(await Promise.all([...callers, later])).toEqual(["new", "new", "new"]);
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("new");
  });

  test("a soft invalidation: the record is judged when it arrives, one regenerates and the others are served the old value", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const read = backend.hold("get");
    const creator = counted(() => "new");
    const callers = [1, 2, 3].map(() => region.getOrCreate("k", creator));
    await read.reached;
    await region.invalidate(false);
    read.release();
    expect((await Promise.all(callers)).sort()).toEqual(["new", "old", "old"]);
    expect(creator.times).toBe(1);
    expect(await region.get("k")).toBe("new");
  });
});

describe("during the write", () => {
  async function writing() {
    const { backend, region } = slowRegion();
    const write = backend.hold("set");
    const creator = counted(() => "created");
    const caller = region.getOrCreate("k", creator);
    const waiter = region.getOrCreate("k", creator);
    await write.reached;
    return { backend, region, write, callers: Promise.all([caller, waiter]) };
  }

  test("a delete is the later write: it is sent when the write has settled", async () => {
    const { backend, region, write, callers } = await writing();
    const deleted = region.delete("k");
    await turns();
    expect(backend.count("delete")).toBe(0);
    write.release();
    await deleted;
    expect(await callers).toEqual(["created", "created"]);
    expect(backend.sent).toEqual(["get k", "set k", "delete k"]);
    expect(await region.get("k")).toBeUndefined();
  });

  test("a set is the later write", async () => {
    const { backend, region, write, callers } = await writing();
    const stored = region.set("k", "set");
    await turns();
    expect(backend.count("set")).toBe(1);
    write.release();
    await stored;
    expect(await callers).toEqual(["created", "created"]);
    expect(await region.get("k")).toBe("set");
    expect(backend.payload("k")).toBe("set");
  });

  test.each([
    ["delete", (region) => region.delete("k"), "later"],
    ["set", (region) => region.set("k", "set"), "set"],
  ])("a %s: later callers do not join, and read when it is through", async (_name, act, expected) => {
    const { backend, region, write, callers } = await writing();
    const acted = act(region);
    const creator = counted(() => "later");
    const later = region.getOrCreate("k", creator);
    await turns();
    expect(backend.count("get")).toBe(1);
    write.release();
    await acted;
    expect(await later).toBe(expected);
    expect(creator.times).toBe(expected === "later" ? 1 : 0);
    expect(await callers).toEqual(["created", "created"]);
    expect(backend.payload("k")).toBe(expected);
  });

  test("a hard invalidation: what is being written is invalid, and later callers create", async () => {
    const { region, write, callers } = await writing();
    await region.invalidate();
    const later = region.getOrCreate("k", () => "later");
    await turns();
    write.release();
    expect(await callers).toEqual(["created", "created"]);
    expect(await later).toBe("later");
    expect(await region.get("k")).toBe("later");
  });

  test("a soft invalidation: what is being written is stale", async () => {
    const { region, write, callers } = await writing();
    await region.invalidate(false);
    write.release();
    expect(await callers).toEqual(["created", "created"]);
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "later")).toBe("later");
    expect(await region.get("k")).toBe("later");
  });

  test("a write that fails leaves the deletes and sets behind it to be done", async () => {
    const { region, write, callers } = await writing();
    const stored = region.set("k", "set");
    await turns();
    write.fail(new Error("disk full"));
    await stored;
    expect(await callers).toEqual(["created", "created"]);
    expect(await region.get("k")).toBe("set");
  });
});

test("a creation whose read comes after a held delete of its key waits for that delete before it reads", async () => {
  const { backend, region } = slowRegion();
  old(backend);
  const gate = backend.hold("delete");
  const deleted = region.delete("k");
  await gate.reached;
  const caller = region.getOrCreate("k", () => "created");
  expect(await isSettled(caller)).toBe(false);
  expect(backend.count("get")).toBe(0);
  gate.release();
  await deleted;
  expect(await caller).toBe("created");
  expect(backend.sent).toEqual(["delete k", "get k", "set k"]);
});

describe.each(Array.from({ length: 15 }, (_, turn) => turn))("a delete %i turns after a read that another caller waits for, too", (turn) => {
  /** Two callers, the second of whom creates what the first one's read finds. */
  async function createAfterRead(region, read, call, remove) {
    let isDeleted = false;
    const creator = (keys) => [keys].flat().map((key) => ({ key, isAfter: isDeleted }));
    const callers = [call(creator, { expirationTime: 1000 })];
    await read.reached;
    callers.push(call(creator, { expirationTime: 1 }));
    read.release();
    await turns(turn);
    const deletion = remove();
    isDeleted = true;
    await Promise.all([...callers, deletion]);
    return callers[1];
  }

  test("what is created after it is stored", async () => {
    const { backend, region } = slowRegion();
    old(backend);
    const call = (creator, options) => region.getOrCreate("k", () => creator("k")[0], options);
    const value = await createAfterRead(region, backend.hold("get"), call, () => region.delete("k"));
    expect(await region.get("k")).toEqual(value.isAfter ? value : undefined);
  });

  test("of many keys, those that it does not concern are stored, too", async () => {
    const backend = new SlowMultiBackend();
    const region = makeRegion({ backend }, ["a", "b", "c"]);
    for (const key of ["a", "b", "c"]) backend.store.set(key, record("old", now() - 100));
    const call = (creator, options) => region.getOrCreateMulti(["a", "b", "c"], creator, options);
    const [a, b, c] = await createAfterRead(region, backend.hold("getMulti"), call, () => region.delete("b"));
    expect(await region.getMulti(["a", "b", "c"])).toEqual([a, b.isAfter ? b : undefined, c]);
  });
});
