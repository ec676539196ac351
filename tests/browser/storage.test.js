import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();
let databases = 0;

/** In a newly loaded page, with a database of its own, which is gone afterwards. */
async function inPage(work, ...args) {
  const databaseName = `storage ${++databases}`;
  const tab = await session.tab();
  try {
    return await tab.run(work, databaseName, ...args);
  } finally {
    await tab.run((name) => deleteDatabase(name), databaseName);
  }
}

test("what structured clone keeps comes back as it went in, after the database was closed and opened", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    const values = cloneable();
    await backend.setMulti(new Map(Object.entries(values).map(([name, value]) => [name, { payload: value, metadata: { ct: 1, v: 2 } }])));
    await backend.close();
    const again = new IndexedDBBackend({ databaseName });
    const found = await again.getMulti(Object.keys(values));
    return Object.keys(values).filter((name, index) => !isSame(found[index].payload, values[name]) || !("payload" in found[index]));
  });
  expect(outcome).toEqual([]);
});

test("what it refuses is refused by name, and fails no other key of the same batch", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    const region = createRegion({ backend });
    const refused = uncloneable();
    const names = Object.keys(refused);
    const calls = names.flatMap((name) => [region.set(name, refused[name]), region.set(`${name} beside`, 1)]);
    const errors = (await Promise.allSettled(calls)).map(({ status, reason }) => (status === "rejected" ? `${reason.code} ${reason.message}` : status));
    const many = await region.setMulti({ good: 1, bad: () => 1, fine: 2 }).catch(({ code }) => code);
    return {
      names,
      errors,
      many,
      stored: await region.getMulti(["good", "bad", "fine", ...names]),
      beside: await region.getMulti(names.map((name) => `${name} beside`)),
    };
  });
  const { names, errors } = outcome;
  expect(names.length).toBeGreaterThan(5);
  for (const [index, name] of names.entries()) {
    expect(errors[2 * index]).toMatch(/^VALIDATION the value under ".*" must be something that structured clone can copy, not /);
    expect(errors[2 * index]).toContain(`under "${name}"`);
    expect(errors[2 * index + 1]).toBe("fulfilled");
  }
  expect(outcome.many).toBe("VALIDATION");
  expect(outcome.stored).toEqual([1, null, 2, ...names.map(() => null)]);
  expect(outcome.beside).toEqual(names.map(() => 1));
});

test("getOrCreate returns what cannot be cloned, stores nothing, and reports it", async () => {
  const outcome = await inPage(async (databaseName) => {
    const told = [];
    const observer = { onError: (error, where) => told.push(`${where} ${error.code}`) };
    const region = createRegion({ backend: new IndexedDBBackend({ databaseName }), observer });
    const created = () => "called";
    const value = await region.getOrCreate("k", () => created);
    return [value === created, (await region.get("k")) === undefined, told];
  });
  expect(outcome).toEqual([true, true, ["write VALIDATION"]]);
});

test("a cached undefined is a hit, also after a reload", async () => {
  const tab = await session.tab();
  const ask = async () => {
    let creations = 0;
    const region = createRegion({ backend: new IndexedDBBackend({ databaseName: "undefined" }) });
    for (let call = 0; call < 3; call++) await region.getOrCreate("k", () => void creations++);
    return creations;
  };
  expect(await tab.run(ask)).toBe(1);
  await tab.reload();
  expect(await tab.run(ask)).toBe(0);
});

test("keys are any strings, and none is another", async () => {
  const outcome = await inPage(async (databaseName) => {
    const keys = ["", "__proto__", "constructor", "\ud800", "\udfff", "\ud800\udc00", "a\u0000b", "a", "x".repeat(100_000), `${"x".repeat(100_000)}y`];
    const backend = new IndexedDBBackend({ databaseName });
    await Promise.all(keys.map((key, index) => backend.set(key, index)));
    const found = await backend.getMulti(keys);
    const entries = [];
    for await (const [key, value] of backend.entries()) entries.push(keys[value] === key);
    const locks = await Promise.all(
      keys.map(async (key) => {
        const [mutex, other] = [backend.getMutex(key), backend.getMutex(key)];
        return [await mutex.acquire(), await other.acquire(false), await mutex.locked()];
      }),
    );
    return { found, expected: keys.map((_, index) => index), entries, locks };
  });
  expect(outcome.found).toEqual(outcome.expected);
  expect(outcome.entries).toEqual(outcome.expected.map(() => true));
  expect(outcome.locks).toEqual(outcome.expected.map(() => [true, false, true]));
});

test("what is asked in one microtask shares a transaction, and big writes are several", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    await backend.get("warm");
    const modes = [];
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
      modes.push(mode);
      return transaction.call(this, stores, mode, ...rest);
    };
    const count = async (work) => {
      modes.length = 0;
      await work();
      return modes.join(" ");
    };
    const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
    const region = createRegion({ backend });
    return {
      sets: await count(() => Promise.all(keys.map((key) => backend.set(key, 1)))),
      gets: await count(() => Promise.all(keys.map((key) => backend.get(key)))),
      getMulti: await count(() => backend.getMulti([...keys, ...keys])),
      getMany: await count(() => backend.getMulti(Array.from({ length: 1_200 }, (_, index) => `k${index}`))),
      deletes: await count(() => Promise.all(keys.map((key) => backend.delete(key)))),
      setMulti: await count(() => backend.setMulti(Array.from({ length: 250 }, (_, index) => [`m${index}`, 1]))),
      readOfTheRegion: await count(() => Promise.all(keys.map((key) => region.get(key)))),
    };
  });
  expect(outcome).toEqual({
    sets: "readwrite",
    gets: "readonly",
    getMulti: "readonly",
    getMany: "readonly readonly readonly",
    deletes: "readwrite",
    setMulti: "readwrite readwrite readwrite",
    readOfTheRegion: "readonly",
  });
});

test("a read sees what was written before it, awaited or not", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    const many = backend.setMulti(Array.from({ length: 500 }, (_, index) => [`k${index}`, "old"]));
    const last = backend.get("k499");
    backend.set("k0", "new");
    const first = backend.get("k0");
    const read = [await last, await first];
    backend.clear();
    read.push((await backend.get("k1")) === undefined);
    backend.set("k1", "again");
    backend.delete("k1");
    read.push((await backend.get("k1")) === undefined);
    await many;
    return read;
  });
  expect(outcome).toEqual(["old", "new", true, true]);
});

test("a database that is deleted while it is open is not in the way, and is made anew", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    await backend.set("k", 1);
    await deleteDatabase(databaseName);
    const gone = (await backend.get("k")) === undefined;
    await Promise.all([backend.set("k", 2), deleteDatabase(databaseName), backend.set("l", 3)]);
    await backend.set("k", 4);
    return [gone, await backend.get("k")];
  });
  expect(outcome).toEqual([true, 4]);
});

test("a database that is upgraded while it is open stays in use", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    await backend.set("k", 1);
    const upgraded = await new Promise((resolve, reject) => {
      const request = indexedDB.open(databaseName, 7);
      request.onupgradeneeded = () => request.result.createObjectStore("foreign");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    upgraded.onversionchange = () => upgraded.close();
    const kept = await backend.get("k");
    const other = new IndexedDBBackend({ databaseName, storeName: "second" });
    await Promise.all([backend.set("k", 2), other.set("k", "of the second store")]);
    return [kept, await backend.get("k"), await other.get("k")];
  });
  expect(outcome).toEqual([1, 2, "of the second store"]);
});

test("many backends that open one database at once, each with a store of its own, all get there", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backends = Array.from({ length: 5 }, (_, index) => new IndexedDBBackend({ databaseName, storeName: `store ${index}` }));
    await Promise.all(backends.map((backend, index) => backend.set("k", index)));
    return Promise.all(backends.map((backend) => backend.get("k")));
  });
  expect(outcome).toEqual([0, 1, 2, 3, 4]);
});

test("entries gives every pair, however many, and close waits for what is under way", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName });
    const keys = Array.from({ length: 350 }, (_, index) => `k${String(index).padStart(3, "0")}`);
    backend.setMulti(keys.map((key, index) => [key, index]));
    await backend.close();
    const again = new IndexedDBBackend({ databaseName });
    const entries = [];
    for await (const [key, value] of again.entries()) entries.push(keys[value] === key);
    await again.deleteMulti(keys.slice(0, 349));
    const left = [];
    for await (const pair of again.entries()) left.push(pair);
    await again[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
    return { count: entries.length, right: entries.every(Boolean), left };
  });
  expect(outcome).toEqual({ count: 350, right: true, left: [["k349", 349]] });
});

test("the sweep takes the oldest beyond maxEntries", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName, maxEntries: 3 });
    for (let index = 0; index < 120; index++) {
      await backend.set(`k${index}`, index);
      await new Promise((resolve) => setTimeout(resolve, 1)); // a time of its own
    }
    return eventually(async () => {
      const keys = await keysOf(backend);
      return keys.length === 3 && keys;
    });
  });
  expect(outcome).toEqual(["k117", "k118", "k119"]);
});

test("the sweep takes what is older than maxAge, what the hint says, and what a wrong clock wrote", async () => {
  const outcome = await inPage(async (databaseName) => {
    const backend = new IndexedDBBackend({ databaseName, maxAge: "1h" });
    await atTime(-2, () => backend.set("too old", 1));
    await atTime(-0.5, () => backend.set("young", 1));
    await atTime(25, () => backend.set("from the day after tomorrow", 1));
    await atTime(20, () => backend.set("from tomorrow", 1));
    await atTime(-0.5, () => backend.set("expired", 1, { expirationTime: 60 }));
    await atTime(-0.5, () => backend.set("of use", 1, { expirationTime: 3600 }));
    await atTime(-0.5, () => backend.set("for ever", 1, { expirationTime: Infinity }));
    return eventually(async () => {
      const keys = await keysOf(backend);
      return keys.length === 4 && keys;
    });
  });
  expect(outcome).toEqual(["for ever", "from tomorrow", "of use", "young"]);
});
