// What no cache can do without: a Map, a clock read and a promise; where it waits, one promise for all who wait.
import { PromiseStore } from "../promise-store.js";

export function open({ create, createMany, ttl, maxEntries }) {
  if (maxEntries !== undefined) return undefined; // a Map has no limit
  const records = new Map();
  const pending = new Map();
  const store = (key, payload) => records.set(key, { payload, metadata: { ct: Date.now() / 1000, v: 2 } });
  const isExpired = (record, now) => now - record.metadata.ct > ttl;

  const begin = async (key) => {
    const payload = await create();
    store(key, payload);
    pending.delete(key);
    return payload;
  };
  const miss = (key, record) => {
    if (!pending.has(key)) pending.set(key, begin(key));
    else if (record !== undefined) return Promise.resolve(record.payload);
    return pending.get(key);
  };
  return {
    getOrCreate(key) {
      const record = records.get(key);
      return record === undefined || isExpired(record, Date.now() / 1000) ? miss(key, record) : Promise.resolve(record.payload);
    },
    get(key) {
      const record = records.get(key);
      return Promise.resolve(record === undefined || isExpired(record, Date.now() / 1000) ? undefined : record.payload);
    },
    getMulti(keys) {
      const now = Date.now() / 1000;
      const found = keys.map((key) => records.get(key));
      return Promise.resolve(found.map((record) => (record === undefined || isExpired(record, now) ? undefined : record.payload)));
    },
    async getOrCreateMulti(keys) {
      const now = Date.now() / 1000;
      const found = new Map(keys.map((key) => [key, records.get(key)]));
      const missing = keys.filter((key) => found.get(key) === undefined || isExpired(found.get(key), now));
      const payloads = await createMany(missing);
      missing.forEach((key, index) => store(key, payloads[index]));
      return keys.map((key) => records.get(key).payload);
    },
    expire(key) {
      records.get(key).metadata.ct -= ttl + 1;
    },
  };
}

export function openByPromise({ create, ttl }) {
  const store = new PromiseStore();
  const pending = new Map();
  const find = async (key) => {
    const record = await store.get(key);
    if (record !== undefined && Date.now() / 1000 - record.metadata.ct <= ttl) return record.payload;
    const payload = await create();
    await store.set(key, { payload, metadata: { ct: Date.now() / 1000, v: 2 } });
    pending.delete(key);
    return payload;
  };
  return {
    getOrCreate(key) {
      if (!pending.has(key)) pending.set(key, find(key));
      return pending.get(key);
    },
  };
}
