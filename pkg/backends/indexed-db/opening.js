import { member } from "../../members.js";
import { startTimer } from "../../promises.js";
import { BY_EXPIRY, BY_TIME } from "./transactions.js";

/** A database of this name is ours alone: one of any other may hold what belongs to others. */
export const OWN_DATABASE = "dogpile";
const ATTEMPTS = 5;
/** Milliseconds before each further attempt at a database that cannot be opened for an unknown reason. */
const PAUSES = [50, 200];
/** Milliseconds until a database that was taken away is opened again: Chromium would wait for half a minute with clearing what is in use. */
export const RECESS = 1_000;

/**
 * An open database that has the store and its indexes. Rejects with the browser's own error. `requireWanted` throws once it is not wanted any more:
 * another attempt would make again what was deleted meanwhile.
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

/** Files that are corrupt stay so until their database is deleted. */
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

/** The realm's own IndexedDB; a sandboxed frame may throw at the mere mention. */
export function ownFactory() {
  try {
    return member(globalThis, "indexedDB") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whatever version the database has: another tab, or a later release, may have added stores to it. */
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

/** WebKit, when the process that holds its databases has died: no page that knew it can open any, but a new frame can. */
const isLostServer = ({ message }) => /server lost/i.test(message) && typeof document === "object";

let frame;

function frameFactory() {
  frame?.remove();
  frame = document.createElement("iframe");
  frame.hidden = true;
  document.documentElement.append(frame);
  return frame.contentWindow.indexedDB;
}
