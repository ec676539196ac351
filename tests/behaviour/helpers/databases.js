// IndexedDB's databases, which a test has to remove.
import { IndexedDBBackend } from "dogpile";

let databases = 0;
const emptied = [];
const leftover = [];

const newDatabase = () => new IndexedDBBackend({ databaseName: `behaviour ${++databases}` });

/** A database of its own, which is gone after the test. */
export function freshDatabase() {
  const backend = newDatabase();
  const name = `behaviour ${databases}`;
  leftover.push(() => backend.close().then(() => deleteDatabase(name)));
  return backend;
}

/** For many short tests that leave nothing under way: to make a database would take longer than to use it. */
export function emptiedDatabase() {
  const backend = emptied.pop() ?? newDatabase();
  leftover.push(() => backend.clear().then(() => emptied.push(backend)));
  return backend;
}

const deleteDatabase = (name) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });

/** Removes or empties what the test has used. */
export async function cleanDatabases() {
  await Promise.all(leftover.splice(0).map((clean) => clean()));
}
