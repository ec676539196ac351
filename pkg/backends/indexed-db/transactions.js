/** The indexes, and their members of a wrapped record: when it was written, and when it may be deleted. */
export const BY_TIME = "time";
export const BY_EXPIRY = "until";

/** In place of a key: every record. */
export const ALL = Symbol("all");

/** An entry that deletes. It has all members: a missing one would be looked up in Object.prototype. */
export const deletion = (key) => ({ key, record: undefined, refusal: undefined });

/** Whether a read failed because Chromium lost the file of one value: that value alone is a miss. */
const isLost = (error) => error?.name === "NotReadableError" || error?.name === "DataError";

export const isQuota = (error) => error?.name === "QuotaExceededError";

/** The stored value of each key, or `undefined`. */
export function readRecords(database, storeName, keys) {
  return transact(database, storeName, "readonly", {}, (store, resolve) => {
    const requests = keys.map((key) => store.get(key));
    const last = requests.at(-1);
    // `error` of a request that succeeded is null, but `undefined` in fake-indexeddb.
    const finish = () => resolve(requests.map((request) => (request.error ? undefined : request.result?.value)));
    last.onsuccess = finish; // requests are answered in their order
    last.onerror = () => isLost(last.error) && finish();
    store.transaction.onerror = (event) => isLost(event.target.error) && event.preventDefault();
  });
}

/** Writes entries, or deletes those without a record. An entry that cannot be stored gets a `refusal`; the others are stored. */
export async function writeEntries(database, storeName, durability, entries) {
  const refusals = new Map();
  await transact(database, storeName, "readwrite", { durability }, (store) => {
    for (const entry of entries) writeEntry(store, entry, refusals);
    store.transaction.commit?.();
  });
  for (const [entry, refusal] of refusals) entry.refusal = refusal;
}

function writeEntry(store, entry, refusals) {
  const { key, record } = entry;
  try {
    if (key === ALL) store.clear();
    else if (record === undefined) store.delete(key);
    else refuseAlone(store.put(record, key), entry, refusals);
  } catch (error) {
    if (!isActive(store)) throw error;
    refusals.set(entry, { error, isOfDatabase: false });
  }
}

/** A failed request would abort the whole transaction; that is right only if space is lacking. */
function refuseAlone(request, entry, refusals) {
  request.onerror = (event) => {
    if (isQuota(request.error)) return;
    event.preventDefault();
    refusals.set(entry, { error: request.error, isOfDatabase: true });
  };
}

/** Whether a transaction still accepts requests. The error of `put` does not show it: a getter of the value may throw anything. */
function isActive(store) {
  try {
    store.getKey("");
    return true;
  } catch {
    return false;
  }
}

/** Deletes the first records of an index and returns their number. */
export function reclaimRecords(database, storeName, indexName, range, most) {
  let count;
  const transaction = transact(database, storeName, "readwrite", {}, (store) => {
    const request = store.index(indexName).getAllKeys(range, most);
    request.onsuccess = () => {
      count = request.result.length;
      for (const key of request.result) store.delete(key);
    };
  });
  return transaction.then(() => count);
}

/** Whether an index has a record in the range. */
export function hasRecord(database, storeName, indexName, range) {
  return transact(database, storeName, "readonly", {}, (store, resolve) => {
    const request = store.index(indexName).getKey(range);
    request.onsuccess = () => resolve(request.result !== undefined);
  });
}

/** The number of records, or of those of an index in a range. */
export function countRecords(database, storeName, indexName, range) {
  return transact(database, storeName, "readonly", {}, (store, resolve) => {
    const request = range === undefined ? store.count() : store.index(indexName).count(range);
    request.onsuccess = () => resolve(request.result);
  });
}

/** The first pairs of key and stored value, in the order of the keys. */
export function readPage(database, storeName, range, most) {
  return transact(database, storeName, "readonly", {}, (store, resolve) => {
    const keys = store.getAllKeys(range, most);
    const records = store.getAll(range, most);
    records.onsuccess = () => resolve(keys.result.map((key, index) => [key, records.result[index]?.value]));
  });
}

/** Settles with the transaction, or earlier if `act` resolves it. */
function transact(database, storeName, mode, options, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode, options);
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
    act(transaction.objectStore(storeName), resolve);
  });
}
