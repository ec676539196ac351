import { member } from "../../members.js";
import { startTimer } from "../../promises.js";
import { BY_EXPIRY, BY_TIME } from "./transactions.js";

/** The database that belongs to this package; others may hold foreign data. */
export const OWN_DATABASE = "dogpile";
const ATTEMPTS = 5;
/** Milliseconds before each new attempt to open a database after an unknown error. */
const PAUSES = [50, 200];
/** Milliseconds until a lost database is opened again: Chromium would delay clearing a database in use by half a minute. */
export const RECESS = 1_000;

/**
 * Opens a database with the store and its indexes. Rejects with the browser's error. `requireWanted` throws once the database is no longer needed:
 * another attempt would recreate a database that was deleted meanwhile.
 */
export async function openDatabase(databaseName, storeName, requireWanted) {
  try {
    return await openPatiently(databaseName, storeName, requireWanted);
  } catch (error) {
    if (error?.name !== "AbortError") throw error; // taken away while it was being opened
    await pass(RECESS);
    return openPatiently(databaseName, storeName, requireWanted);
  }
}

const pass = (delay) => new Promise((resolve) => startTimer(resolve, delay));

async function openPatiently(databaseName, storeName, requireWanted) {
  const own = ownFactory();
  if (own === undefined) throw new Error("there is no IndexedDB");
  const openIn = (factory) => openStore(factory, databaseName, storeName, requireWanted);
  for (const pause of PAUSES) {
    try {
      return await openIn(own);
    } catch (error) {
      if (error?.name !== "UnknownError") throw error;
      if (isLostServer(error)) return openIn(frameFactory());
      await pass(pause);
    }
  }
  return openOrReplace(openIn, own, databaseName, requireWanted);
}

/** Corrupt files stay corrupt until their database is deleted. */
async function openOrReplace(openIn, factory, databaseName, requireWanted) {
  try {
    return await openIn(factory);
  } catch (error) {
    if (error?.name !== "UnknownError" || databaseName !== OWN_DATABASE) throw error;
    requireWanted();
    await answer(factory.deleteDatabase(databaseName));
    return openIn(factory);
  }
}

/** The realm's IndexedDB; in a sandboxed frame the property itself may throw. */
export function ownFactory() {
  try {
    return member(globalThis, "indexedDB") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Opens any version of the database: another tab or a later release may have added stores. */
async function openStore(factory, databaseName, storeName, requireWanted) {
  let version;
  for (let attempt = 1; ; attempt++) {
    requireWanted();
    try {
      const database = await answer(upgrading(factory.open(databaseName, version), storeName));
      if (isComplete(database, storeName)) return database;
      version = database.version + 1;
      database.close();
    } catch (error) {
      if (error?.name !== "VersionError" || attempt === ATTEMPTS) throw error;
      version = undefined;
    }
  }
}

function upgrading(request, storeName) {
  request.onupgradeneeded = () => {
    const { result: database, transaction } = request;
    const exists = database.objectStoreNames.contains(storeName);
    const store = exists ? transaction.objectStore(storeName) : database.createObjectStore(storeName);
    for (const name of [BY_TIME, BY_EXPIRY]) if (!store.indexNames.contains(name)) store.createIndex(name, name);
  };
  return request;
}

function isComplete(database, storeName) {
  if (!database.objectStoreNames.contains(storeName)) return false;
  const { indexNames } = database.transaction(storeName).objectStore(storeName);
  return indexNames.contains(BY_TIME) && indexNames.contains(BY_EXPIRY);
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** For WebKit after the death of its database process: existing pages can open no database, but a new frame can. */
const isLostServer = ({ message }) => /server lost/i.test(message) && typeof document === "object";

let frame;

function frameFactory() {
  frame?.remove();
  frame = document.createElement("iframe");
  frame.hidden = true;
  document.documentElement.append(frame);
  return frame.contentWindow.indexedDB;
}
