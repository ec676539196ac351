// What tests/web_backends.rs shares records and locks with: the package's own backends, and bindings as Cloudflare's are.
import { CloudflareKVBackend } from "../../pkg/backends/cloudflare-kv.js";
import { IndexedDBBackend } from "../../pkg/backends/indexed-db.js";
import { DogpileLock } from "../../pkg/edge/dogpile-lock.js";
import { makeRecord } from "../../pkg/records/record.js";
import { deserialize, serialize } from "../../pkg/records/serializer.js";

export { makeRecord };

export const newIndexedDb = (databaseName, storeName = "records") => new IndexedDBBackend({ databaseName, storeName });
export const newKv = (namespace, prefix, lock) => new CloudflareKVBackend(namespace, { prefix, lock });

export const set = async (backend, key, record, seconds) => backend.set(key, record, seconds === undefined ? undefined : { expirationTime: seconds });
export const get = async (backend, key) => backend.get(key);
export const mangled = (backend, key) => backend.keyMangler(key);
export const textOf = (record) => serialize(JSON, record);
export const recordOf = (text) => deserialize(JSON, text);

export const mutexOf = (backend, key) => backend.getMutex(key);
export const acquire = async (mutex, wait) => mutex.acquire(wait);
export const release = async (mutex, stored) => mutex.release(stored);
export const handover = (mutex) => mutex.handover();
export const supersede = async (mutex, stored) => mutex.supersede(stored);

/** A value with all that JSON would lose. */
export const rich = () => ({
  text: "héllo",
  date: new Date(1_700_000_000_000),
  counts: new Map([
    ["a", 1],
    ["b", 2],
  ]),
  bytes: new Uint8Array([0, 255]),
  nothing: undefined,
});

/** A text that says of each part what it is. */
export function described(value) {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? JSON.stringify(value) : String(value);
  if (value instanceof Date) return `Date ${value.getTime()}`;
  const parts = Symbol.iterator in value ? [...value] : Object.entries(value);
  return `${value.constructor.name} [${parts.map((part) => described(part)).join(", ")}]`;
}

/** What lies in a database, not as any backend reads it. */
export function stored(databaseName, key) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const request = opening.result.transaction("records").objectStore("records").get(key);
      request.onsuccess = () => {
        opening.result.close();
        resolve(request.result);
      };
    };
  });
}

/** Resolves with whether others had to be waited for. */
export function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    let wasBlocked = false;
    request.onblocked = () => (wasBlocked = true);
    request.onsuccess = () => resolve(wasBlocked);
    request.onerror = () => reject(request.error);
  });
}

/** Opens a database as one does who lets nobody else change it; resolves with what closes it. */
export function occupy(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(() => request.result.close());
  });
}

/** From now on there is no room for records with this in their text. */
export function fillUp(text) {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (record, key) {
    if (JSON.stringify(record).includes(text)) throw new DOMException("full", "QuotaExceededError");
    return put.call(this, record, key);
  };
}

/** Has a worker hold a lock for so many milliseconds; resolves when it does. */
export function holdInWorker(name, milliseconds) {
  const source = `navigator.locks.request(${JSON.stringify(name)}, () => {
    postMessage("held");
    return new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
  }).then(() => close());`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  return new Promise((resolve) => (worker.onmessage = resolve));
}

/** From now on a queue without a holder stands before this lock, as a browser may leave it: only who steals it gets it. */
export function orphan(name) {
  const { locks } = navigator;
  const request = locks.request.bind(locks);
  locks.request = (asked, options, callback) => {
    if (asked !== name || options.steal) return request(asked, options, callback);
    if (options.ifAvailable) return Promise.resolve(callback(null));
    return new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason)));
  };
}

/** How many hold or wait for locks whose names contain this. */
export async function countLocks(part) {
  const { held, pending } = await navigator.locks.query();
  return [...held, ...pending].filter(({ name }) => name.includes(part)).length;
}

/** A KV namespace as Workers have it bound; `log` has what was asked. */
export function newNamespace(limit = Infinity) {
  const values = new Map();
  const log = [];
  const readMany = (names) => {
    if (names.length > 100) throw new Error("KV GET_BULK failed: 400 Bad Request");
    if (names.length > limit) throw new Error("KV GET_BULK failed: 413 Payload Too Large");
    return new Map(names.filter((name) => !/^:\d+$/.test(name)).map((name) => [name, values.get(name) ?? null]));
  };
  return {
    values,
    log,
    async get(names, options) {
      log.push(`get ${Array.isArray(names) ? names.length : names} ${JSON.stringify(options)}`);
      return Array.isArray(names) ? readMany(names) : (values.get(names) ?? null);
    },
    async put(name, value, options) {
      log.push(`put ${name} ${JSON.stringify(options)}`);
      if (value.includes("refused")) throw new Error("KV PUT failed: 429 Too Many Requests");
      values.set(name, value);
    },
    async delete(name) {
      log.push(`delete ${name}`);
      values.delete(name);
    },
    list() {},
  };
}

export const logOf = (namespace) => namespace.log.splice(0).join("\n");
export const textIn = (namespace, name) => namespace.values.get(name);
export const put = (namespace, name, text) => void namespace.values.set(name, text);

/** A namespace of Durable Objects of the class DogpileLock, each made when it is first asked. */
export function newObjects() {
  const objects = new Map();
  const of = (name) => objects.get(name) ?? objects.set(name, new DogpileLock()).get(name);
  return {
    names: () => [...objects.keys()].join(" "),
    idFromName: (name) => name,
    get: (name) => ({ fetch: (url, init) => of(name).fetch(new Request(url, init)) }),
  };
}

export const namesOf = (objects) => objects.names();

/** `held` and how many wait, as the object itself says. */
export async function lockState(objects, name) {
  const body = JSON.stringify({ operation: "locked" });
  const { locked, waiting } = await (await objects.get(name).fetch("https://lock/", { method: "POST", body })).json();
  return `${locked} ${waiting}`;
}
