// Faults of a database, made where none happens by itself: what is lost, what comes back, and whose data are touched.
import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

/** In a newly loaded page, with `failOpening(name, times)`, `hurry(times)` and what is said on the console. */
async function inPage(work) {
  const tab = await session.tab();
  await tab.run(() => {
    globalThis.said = [];
    console.warn = (...words) => said.push(words.join(" "));
    /** From now on timers and the steady clock go so many times faster. */
    globalThis.hurry = (times) => {
      const { setTimeout: startTimer } = globalThis;
      const { now } = performance;
      globalThis.setTimeout = (callback, delay, ...args) => startTimer(callback, delay / times, ...args);
      performance.now = () => now.call(performance) * times;
    };
    const { open } = IDBFactory.prototype;
    /** The next attempts to open a database come to an error. */
    globalThis.failOpening = (name, times) => {
      let left = times;
      IDBFactory.prototype.open = function (...args) {
        if (left-- <= 0) return open.apply(this, args);
        const request = { error: new DOMException("Internal error.", name) };
        setTimeout(() => request.onerror(), 0);
        return request;
      };
    };
    /** A database that has another store than ours, too. */
    globalThis.makeShared = async (databaseName, storeName) => {
      const own = new IndexedDBBackend({ databaseName, storeName });
      await own.set("k", "kept");
      await own.close();
      const database = await openRaw(databaseName, 9, (it) => it.createObjectStore("foreign").put("theirs", "k"));
      database.close();
    };
    globalThis.openRaw = (name, version, upgrade) =>
      new Promise((resolve, reject) => {
        const request = open.call(indexedDB, name, version);
        request.onupgradeneeded = () => upgrade?.(request.result);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    globalThis.theirs = async (databaseName) => {
      const database = await openRaw(databaseName);
      try {
        if (!database.objectStoreNames.contains("foreign")) return "gone";
        return await new Promise((resolve) => {
          const request = database.transaction("foreign").objectStore("foreign").get("k");
          request.onsuccess = () => resolve(request.result);
        });
      } finally {
        database.close();
      }
    };
  });
  return tab.run(work);
}

test("a database that cannot be opened for a moment is opened again, and nothing in it is touched", async () => {
  const outcome = await inPage(async () => {
    const log = [];
    // An AbortError is what an opening comes to whose connection is closed by force: Chromium does that while it clears the site's data.
    for (const [databaseName, name] of [
      ["dogpile", "UnknownError"],
      ["of the application", "UnknownError"],
      ["dogpile", "AbortError"],
      ["of the application", "AbortError"],
    ]) {
      await makeShared(databaseName);
      failOpening(name, 1);
      const backend = new IndexedDBBackend({ databaseName });
      log.push([await backend.get("k"), await theirs(databaseName)]);
      await backend.close();
      await deleteDatabase(databaseName);
    }
    return { log, said };
  });
  expect(outcome).toEqual({ log: Array(4).fill(["kept", "theirs"]), said: [] });
});

test("a database that stays closed is deleted where it has the name that is ours; any other is left alone", async () => {
  const outcome = await inPage(async () => {
    const log = [];
    for (const databaseName of ["dogpile", "of the application"]) {
      await makeShared(databaseName);
      failOpening("UnknownError", 3);
      const backend = new IndexedDBBackend({ databaseName });
      await backend.set("l", "new");
      const found = (await backend.get("k")) ?? null;
      const another = new IndexedDBBackend({ databaseName });
      log.push([found, await backend.get("l"), (await another.get("k")) ?? null, await theirs(databaseName), said.length]);
      await Promise.all([backend.close(), another.close()]);
      await deleteDatabase(databaseName);
    }
    return log;
  });
  expect(outcome).toEqual([
    [null, "new", null, "gone", 0],
    [null, "new", "kept", "theirs", 1],
  ]);
});

test("a value that throws an error of any name while it is copied is refused alone", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "thrown";
    const backend = new IndexedDBBackend({ databaseName });
    const names = [
      "InvalidStateError",
      "TransactionInactiveError",
      "AbortError",
      "UnknownError",
      "QuotaExceededError",
      "TimeoutError",
      "DataCloneError",
      "VersionError",
    ];
    const refused = names.map((name) => ({
      get member() {
        throw new DOMException("thrown by a getter", name);
      },
    }));
    const calls = refused.flatMap((value, index) => [backend.set(`bad ${index}`, value), backend.set(`good ${index}`, 1)]);
    const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
    const other = new IndexedDBBackend({ databaseName });
    const stored = await other.getMulti(names.flatMap((_, index) => [`bad ${index}`, `good ${index}`]));
    const isLocked = other.getMutex("k") !== undefined;
    await Promise.all([backend.close(), other.close()]);
    await deleteDatabase(databaseName);
    return { outcomes, stored, isLocked, said };
  });
  const each = (bad, good) => Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? bad : good));
  expect(outcome).toEqual({ outcomes: each("rejected", "fulfilled"), stored: each(null, 1), isLocked: true, said: [] });
});

test("a value that the database itself fails at is refused alone, and costs no other its place", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "unwanted";
    const backend = new IndexedDBBackend({ databaseName });
    const region = createRegion({ backend, observer: { onError() {} } });
    await backend.set("k", "there");
    const { add, put } = IDBObjectStore.prototype;
    const ways = {
      request: (store, record) => add.call(store, record, "k"), // there is one, so that the request fails
      transaction: (store, record, key) => {
        const request = put.call(store, record, key);
        store.transaction.abort();
        return request;
      },
    };
    const log = [];
    for (const [name, fail] of Object.entries(ways)) {
      IDBObjectStore.prototype.put = function (record, key) {
        return key.startsWith("unwanted") ? fail(this, record, key) : put.call(this, record, key);
      };
      const calls = ["before", "unwanted", "after"].map((key) => region.set(`${key} ${name}`, name));
      const outcomes = (await Promise.allSettled(calls)).map(({ status, reason }) => (status === "rejected" ? `${reason.code} ${reason.message}` : status));
      const many = await region.setMulti({ [`beside ${name}`]: 1, [`unwanted ${name}`]: 2 }).catch(({ code }) => code);
      const created = await region.getOrCreate(`unwanted ${name}`, () => "created");
      const stored = await region.getMulti(["before", "unwanted", "after", "beside"].map((key) => `${key} ${name}`));
      log.push({ outcomes, many, created, stored: stored.map((it) => it ?? null) });
    }
    const isLocked = backend.getMutex("k") !== undefined;
    await backend.close();
    await deleteDatabase(databaseName);
    return { log, isLocked, said };
  });
  const each = (name) => ({
    outcomes: [
      "fulfilled",
      `VALIDATION the value under "unwanted ${name}" must be something that the database can store, not "${name}" (a string)`,
      "fulfilled",
    ],
    many: "VALIDATION",
    created: "created",
    stored: [name, null, name, 1],
  });
  expect(outcome).toEqual({ log: [each("request"), each("transaction")], isLocked: true, said: [] });
});

test("what was written while there was no database is deleted from it once it is back, without another call", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "owed";
    const before = new IndexedDBBackend({ databaseName });
    await before.setMulti({ set: "old", deleted: "old", untouched: "old" });
    await before.close();
    hurry(20);
    failOpening("UnknownError", 4);
    const backend = new IndexedDBBackend({ databaseName });
    await Promise.all([backend.set("set", "new"), backend.delete("deleted")]);
    const found = [await backend.get("set"), (await backend.get("deleted")) ?? null];
    // As another visit would find it.
    const database = await openRaw(databaseName);
    database.onversionchange = () => database.close();
    const keys = await eventually(
      () =>
        new Promise((resolve) => {
          const request = database.transaction("records").objectStore("records").getAllKeys();
          request.onsuccess = () => resolve(request.result.length < 3 && request.result);
        }),
    );
    await backend.close();
    await deleteDatabase(databaseName);
    return { found, keys };
  });
  expect(outcome).toEqual({ found: ["new", null], keys: ["untouched"] });
});

test("closed is closed: nothing opens the database again", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "erased";
    const told = [];
    const backend = new IndexedDBBackend({ databaseName, maxAge: "1h" });
    const region = createRegion({ backend, expirationTime: "1h", observer: { onError: (error) => told.push(error.code) } });
    const calls = [backend.set("k", 1), region.getOrCreate("slow", () => new Promise((resolve) => setTimeout(resolve, 100, "late")))];
    await backend.close();
    await deleteDatabase(databaseName);
    await Promise.all(calls);
    const errors = [];
    for (const call of [
      () => backend.get("k"),
      () => backend.set("k", 2),
      () => backend.delete("k"),
      () => backend.clear(),
      () => backend.getMulti(["k"]),
      () => backend.entries().next(),
    ]) {
      await call().then(
        () => errors.push("none"),
        ({ code }) => errors.push(code),
      );
    }
    const created = await region.getOrCreate("k", () => "created");
    await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than the sweep's delay
    const names = indexedDB.databases === undefined ? [] : (await indexedDB.databases()).map(({ name }) => name);
    return { errors, created, isLocked: backend.getMutex("k") !== undefined, exists: names.includes(databaseName), told: [...new Set(told)] };
  });
  expect(outcome).toEqual({ errors: Array(6).fill("BACKEND"), created: "created", isLocked: false, exists: false, told: ["BACKEND"] });
});

test("a clock that was a year ahead for a while makes the sweep delete nothing that is good", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "ahead";
    const backend = new IndexedDBBackend({ databaseName, maxAge: "1h" });
    await backend.setMulti({ a: 1, b: 2 }, { expirationTime: 3600 });
    const { now } = Date;
    Date.now = () => now() + 365 * 86_400_000;
    await backend.set("from the future", 3);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than the sweep's delay
    Date.now = now;
    await backend.set("c", 4);
    const keys = await eventually(async () => {
      const found = await keysOf(backend);
      return !found.includes("from the future") && found;
    });
    await backend.close();
    await deleteDatabase(databaseName);
    return keys;
  });
  expect(outcome).toEqual(["a", "b", "c"]);
});

test("a clock that is a year behind takes nothing for what a wrong clock has written", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "behind";
    const before = new IndexedDBBackend({ databaseName });
    await before.setMulti({ a: 1, b: 2, c: 3 });
    await before.close();
    const { now } = Date;
    Date.now = () => now() - 365 * 86_400_000;
    const backend = new IndexedDBBackend({ databaseName });
    await backend.set("from the past", 4);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than the sweep's delay
    const keys = await keysOf(backend);
    await backend.close();
    await deleteDatabase(databaseName);
    return keys;
  });
  expect(outcome).toEqual(["a", "b", "c", "from the past"]);
});

test("the sweep keeps up with what a busy page writes", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "busy";
    const backend = new IndexedDBBackend({ databaseName });
    globalThis.requestIdleCallback = (callback) => setTimeout(callback, 100); // never idle: only the time limit counts
    let most = 0;
    for (let round = 0; round < 40; round++) {
      await backend.setMulti(new Map(Array.from({ length: 60 }, (_, index) => [`k${round} ${index}`, 1])), { expirationTime: 0.001 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (round % 10 === 9) most = Math.max(most, (await keysOf(backend)).length);
    }
    await backend.close();
    await deleteDatabase(databaseName);
    return most;
  });
  expect(outcome).toBeLessThan(1_000); // of 2,400
});

test("an origin that has nearly used its quota loses the oldest quarter, however many records that is", async () => {
  const outcome = await inPage(async () => {
    Object.defineProperty(navigator, "storage", { value: { estimate: async () => ({ usage: 90, quota: 100 }) } }); // WebKitGTK has none
    const left = [];
    for (const count of [3, 81]) {
      const databaseName = `${count} of them`;
      const before = new IndexedDBBackend({ databaseName });
      await before.setMulti(new Map(Array.from({ length: count - 1 }, (_, index) => [`k${index}`, index])));
      await before.close();
      const backend = new IndexedDBBackend({ databaseName });
      await backend.set("last", 1);
      await new Promise((resolve) => setTimeout(resolve, 3000)); // longer than the sweep's delay
      left.push((await keysOf(backend)).length);
      await backend.close();
      await deleteDatabase(databaseName);
    }
    return left;
  });
  expect(outcome).toEqual([2, 60]);
});

test("closed while its database is being opened, it makes none again", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "erased while it opens";
    failOpening("UnknownError", 1);
    const backend = new IndexedDBBackend({ databaseName });
    const walk = backend
      .entries()
      .next()
      .then(
        () => "none",
        ({ code }) => code,
      );
    await new Promise((resolve) => setTimeout(resolve, 10));
    await backend.close();
    await deleteDatabase(databaseName);
    const code = await walk;
    await new Promise((resolve) => setTimeout(resolve, 500)); // longer than the pauses between attempts
    const names = indexedDB.databases === undefined ? [] : (await indexedDB.databases()).map(({ name }) => name);
    return { code, exists: names.includes(databaseName), said };
  });
  expect(outcome).toEqual({ code: "BACKEND", exists: false, said: [] });
});

test("close waits for every read that is under way", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "closed while it reads";
    const keys = Array.from({ length: 3_000 }, (_, index) => `k${index}`);
    const backend = new IndexedDBBackend({ databaseName });
    await backend.setMulti(new Map(keys.map((key) => [key, 1])));
    const many = backend.getMulti(keys).then(
      (records) => records.length,
      ({ message }) => message,
    );
    await new Promise((resolve) => setTimeout(resolve, 0));
    const one = backend.get("k1");
    const behind = [backend.set("k2", 2), backend.get("k2")];
    await backend.close();
    const found = [await many, await one, ...(await Promise.all(behind))];
    await deleteDatabase(databaseName);
    return found;
  });
  expect(outcome).toEqual([3_000, 1, null, 2]);
});

test("what was invalidated while there was no database does not return, though the visit ends as that is back", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "invalidated without";
    const visit = () => {
      const backend = new IndexedDBBackend({ databaseName });
      return { backend, region: createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(backend) }) };
    };
    const before = visit();
    await before.region.setMulti({ a: 1, b: 2 });
    await before.backend.close();
    failOpening("UnknownError", 3);
    const { backend, region } = visit();
    await region.invalidate();
    const { now } = performance;
    performance.now = () => now.call(performance) + 31_000; // the pause is over
    await backend.get("c");
    await backend.close();
    const after = visit();
    const found = await after.region.getMulti(["a", "b"]);
    await after.backend.close();
    await deleteDatabase(databaseName);
    return found;
  });
  expect(outcome).toEqual([null, null]);
});

test("what is owed to a database that goes again before it has answered stays owed", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "owed twice";
    const before = new IndexedDBBackend({ databaseName });
    await before.setMulti({ deleted: "old", untouched: "old" });
    await before.close();
    failOpening("UnknownError", 3);
    const { now } = performance;
    const backend = new IndexedDBBackend({ databaseName });
    await backend.delete("deleted");
    performance.now = () => now.call(performance) + 31_000; // the pause is over
    const { transaction } = IDBDatabase.prototype;
    let lost;
    IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
      if (mode !== "readwrite") return transaction.call(this, stores, mode, ...rest);
      lost = this;
      return { objectStore: () => ({ transaction: {}, delete() {} }) }; // never answers
    };
    const found = [await backend.get("untouched")];
    IDBDatabase.prototype.transaction = transaction;
    lost.close();
    lost.onclose();
    found.push((await backend.get("deleted")) ?? null, await backend.get("untouched"));
    await backend.close();
    await deleteDatabase(databaseName);
    return found;
  });
  expect(outcome).toEqual(["old", null, "old"]);
});

test("what is owed is deleted before the backend closes, where the database is back by then", async () => {
  const outcome = await inPage(async () => {
    const databaseName = "owed at the end";
    const before = new IndexedDBBackend({ databaseName });
    await before.setMulti({ deleted: "old", untouched: "old" });
    await before.close();
    failOpening("UnknownError", 3);
    const backend = new IndexedDBBackend({ databaseName });
    await backend.delete("deleted");
    await backend.close();
    const after = new IndexedDBBackend({ databaseName });
    const found = await after.getMulti(["deleted", "untouched"]);
    await after.close();
    await deleteDatabase(databaseName);
    return found;
  });
  expect(outcome).toEqual([null, "old"]);
});
