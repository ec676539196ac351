import { afterAll, describe, expect, test, vi } from "vitest";
import { IndexedDBBackend, Region, createRegion } from "dogpile";
import { checkAfterEach, counted, makeRegion, record, refuses, throws } from "../helpers.js";

checkAfterEach();

const databaseName = "behaviour of IndexedDBBackend";
const hasDatabase = "indexedDB" in globalThis;
const known = "databaseName, storeName, lock, durability, maxAge, maxEntries";

afterAll(() => void globalThis.indexedDB?.deleteDatabase(databaseName));

test("options of a wrong kind are refused, and so are unknown ones", () => {
  for (const options of ["name", 5, () => 1]) throws(() => new IndexedDBBackend(options), "VALIDATION", "options must be an object");
  for (const name of ["", 5, null, {}]) {
    throws(() => new IndexedDBBackend({ databaseName: name }), "VALIDATION", "databaseName must be a string that is not empty");
    throws(() => new IndexedDBBackend({ storeName: name }), "VALIDATION", "storeName must be a string that is not empty");
  }
  for (const lock of [0, "yes", null]) throws(() => new IndexedDBBackend({ lock }), "VALIDATION", "lock must be true or false");
  for (const durability of ["eager", true, null]) throws(() => new IndexedDBBackend({ durability }), "VALIDATION", 'durability must be "relaxed" or "strict"');
  for (const maxAge of ["soon", NaN, {}, [], 0, -5, "0s"]) throws(() => new IndexedDBBackend({ maxAge }), "VALIDATION", "maxAge must be");
  for (const maxEntries of [0, -1, 1.5, NaN, "5"])
    throws(() => new IndexedDBBackend({ maxEntries }), "VALIDATION", "maxEntries must be a whole number above 0");
  throws(() => new IndexedDBBackend({ max: 5 }), "VALIDATION", `unknown option max; the known ones are ${known}`);
  for (const options of [undefined, null, {}, Object.freeze({ maxAge: null, lock: undefined }), { maxAge: 0.001, maxEntries: 1, durability: "strict" }]) {
    expect(new IndexedDBBackend(options)).toBeInstanceOf(IndexedDBBackend);
  }
});

test("has a name for configure, whose arguments may have Python's style of names", async () => {
  const args = { database_name: databaseName, store_name: "by name", max_entries: 5, max_age: "1h", lock: false, durability: null };
  const region = new Region().configureFromConfig(
    Object.fromEntries([["c.backend", "dogpile.cache.indexeddb"], ...Object.entries(args).map(([name, value]) => [`c.arguments.${name}`, value])]),
    "c.",
  );
  expect(region.actualBackend).toBeInstanceOf(IndexedDBBackend);
  expect(await region.getOrCreate("k", () => "created", { forceRefresh: true })).toBe("created");
  expect(await region.actualBackend.get("k")).toMatchObject({ payload: "created" });
  await region.actualBackend.close();
  throws(() => createRegion({ backend: "dogpile.cache.indexeddb", arguments: { size: 5 } }), "VALIDATION", "unknown option size");
});

test("keys are strings, and values are what structured clone can copy", async () => {
  const backend = new IndexedDBBackend({ databaseName, storeName: "keys" });
  for (const call of [
    () => backend.get(7),
    () => backend.getMulti(["k", 7]),
    () => backend.set(7, 1),
    () => backend.setMulti([[7, 1]]),
    () => backend.delete(7),
    () => backend.deleteMulti([7]),
  ]) {
    await refuses(call, "VALIDATION", "a key must be a string, not 7 (a number)");
  }
  throws(() => backend.getMutex(7), "VALIDATION", "a key must be a string");
  const [, refused] = await Promise.all([
    backend.set("good", 1),
    refuses(
      () =>
        backend.set(
          "bad",
          record(() => 1, 5),
        ),
      "VALIDATION",
      'the value under "bad"',
      "a function",
    ),
  ]);
  expect(refused.cause.name).toBe("DataCloneError");
  expect(await backend.getMulti(["good", "bad", "good"])).toEqual([1, undefined, 1]);
  expect(await backend.getMulti([])).toEqual([]);
  await backend.setMulti(new Map());
  await backend.deleteMulti([]);
  await backend.close();
});

test("a region over it gives copies, also those that it kept in memory", async () => {
  const region = makeRegion({ backend: new IndexedDBBackend({ databaseName, storeName: "copies" }) });
  const value = { list: [1] };
  await region.set("k", value);
  value.list.push(2);
  expect(await region.get("k")).toEqual({ list: [1] });
  const creator = counted(() => undefined);
  await region.getOrCreate("undefined", creator, { forceRefresh: true });
  await region.getOrCreate("undefined", creator);
  expect(creator.times).toBe(1);
  await region.actualBackend.clear();
  expect(await region.get("k")).toBeUndefined();
});

test("without a lock each tab creates for itself", () => {
  expect(new IndexedDBBackend({ databaseName, lock: false }).getMutex("k")).toBeUndefined();
});

if (!hasDatabase) {
  describe("where there is no IndexedDB", () => {
    test("records are kept in memory, at most maxEntries, and it is said once", async () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      const backend = new IndexedDBBackend({ maxEntries: 2 });
      expect(warn).not.toHaveBeenCalled();
      await backend.setMulti([
        ["a", 1],
        ["b", 2],
        ["c", undefined],
      ]);
      await backend.delete("nothing");
      const entries = [];
      for await (const pair of backend.entries()) entries.push(pair);
      expect(entries).toEqual([
        ["b", 2],
        ["c", undefined],
      ]);
      expect(backend.getMutex("k")).toBeUndefined();
      expect(await backend.get("b")).toBe(2);
      await backend[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
      await refuses(() => backend.get("b"), "BACKEND", "The backend is closed.");
      expect(warn.mock.calls).toEqual([[expect.stringContaining("there is no IndexedDB")]]);
    });

    test("it holds a thousand of them without maxEntries", async () => {
      const backend = new IndexedDBBackend();
      await backend.setMulti(Array.from({ length: 1500 }, (_, index) => [`k${index}`, index]));
      expect(await backend.getMulti(["k499", "k500", "k1499"])).toEqual([undefined, 500, 1499]);
    });
  });
}
