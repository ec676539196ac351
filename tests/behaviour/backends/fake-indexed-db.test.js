import { afterAll, describe, expect, test } from "vitest";
import { IndexedDBBackend } from "dogpile";
import { checkAfterEach, makeRegion } from "../helpers.js";

checkAfterEach();

// What applications run their own tests in. Browsers have the real one.
const fake = "indexedDB" in globalThis ? undefined : await import(/* @vite-ignore */ "fake-indexeddb");

describe.skipIf(fake === undefined)("over fake-indexeddb", () => {
  if (fake !== undefined) Object.assign(globalThis, { indexedDB: fake.indexedDB, IDBKeyRange: fake.IDBKeyRange });
  afterAll(() => {
    delete globalThis.indexedDB;
    delete globalThis.IDBKeyRange;
  });

  test("what was set is read, one and many, deleted and listed", async () => {
    const backend = new IndexedDBBackend({ databaseName: "fake" });
    const region = makeRegion({ backend }, []);
    await region.setMulti({ a: 1, b: { deep: [2] } });
    expect(await region.get("a")).toBe(1);
    expect(await region.getMulti(["b", "none", "a"])).toEqual([{ deep: [2] }, undefined, 1]);
    expect(await region.getOrCreate("a", () => "created")).toBe(1);
    const keys = [];
    for await (const [key] of backend.entries()) keys.push(key);
    expect(keys).toEqual(["a", "b"]);
    await region.delete("a");
    expect(await region.get("a")).toBeUndefined();
    await backend.clear();
    expect(await region.get("b")).toBeUndefined();
    await backend.close();
  });

  test("beyond maxEntries the oldest go", async () => {
    const backend = new IndexedDBBackend({ databaseName: "fake and full", maxEntries: 2 });
    for (const key of ["a", "b", "c", "d"]) await backend.set(key, key);
    await backend.close();
    const again = new IndexedDBBackend({ databaseName: "fake and full" });
    expect(await again.get("d")).toBe("d");
    await again.close();
  });
});
