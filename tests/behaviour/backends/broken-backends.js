import { WholeBackend, WholeMutex } from "./whole-backend.js";

const mutex = (methods) => ({
  getMutex(key) {
    return Object.assign(new WholeMutex(this.held, key), methods);
  },
});

/** What is wrong, the methods that do it, the case that catches it, and what its message says. */
export const BROKEN = [
  ["has no delete", { delete: undefined }, "has get, set and delete", "has no delete"],
  ["answers false for a miss", { get: async () => false }, "get: a key that was never set", "gave false"],
  [
    "loses null",
    {
      async get(key) {
        return JSON.parse(JSON.stringify(this.rows.get(key) ?? null, (_, value) => value ?? undefined) ?? null);
      },
    },
    "get: a record comes back",
    '"payload":null',
  ],
  ["answers with the payload", { get: async (key) => key }, "get: a record comes back", '"payload":"text"'],
  [
    "keeps what was there first",
    {
      async set(key, record) {
        if (!this.rows.has(key)) this.rows.set(key, record);
      },
    },
    "set: replaces",
    '"payload":{"old":"value"}',
  ],
  ["deletes nothing", { delete: async () => {} }, "delete: the record is gone", "get after delete gave"],
  [
    "deletes everything",
    {
      async delete() {
        this.rows.clear();
      },
    },
    "delete: the record is gone",
    "get of another key after delete",
  ],
  [
    "refuses to delete what is not there",
    {
      async delete(key) {
        if (!this.rows.delete(key)) throw new Error(`no ${key} here`);
      },
    },
    "delete: a key that was never set",
    "here",
  ],
  ["keeps its records in an object", inObject(), "keys: names of an object's own members", '"constructor", which was never set'],
  ["takes A for a", withKeys((key) => key.toLowerCase()), "keys: those that are alike", '"a" among keys that are alike'],
  ["trims keys", withKeys((key) => key.trim()), "keys: those that are alike", "among keys that are alike"],
  ["cuts keys", withKeys((key) => key.slice(0, 100)), "keys: those that are alike", "among keys that are alike"],
  [
    "takes the hint for milliseconds",
    {
      async set(key, record, hint) {
        this.rows.set(key, record);
        if (hint) setTimeout(() => this.rows.delete(key), hint.expirationTime);
      },
    },
    "set: hint.expirationTime is in seconds",
    "{ expirationTime: 60 }, in seconds, gave undefined",
  ],
  [
    "keeps one of those that are set at once",
    {
      async set(key, record) {
        const rows = new Map(this.rows);
        await undefined;
        this.rows = rows.set(key, record);
      },
    },
    "set: many at once",
    "calls of set at once gave undefined",
  ],
  ["clears nothing", { clear: async () => {} }, "clear", "get after clear"],
  ["lists keys alone", { entries: () => [["k", undefined]] }, "entries", "entries, for the key"],
  [
    "answers only for what is there",
    {
      async getMulti(keys) {
        return keys.filter((key) => this.rows.has(key)).map((key) => this.rows.get(key));
      },
    },
    "getMulti",
    "an array of 3",
  ],
  [
    "answers in the order of its own",
    {
      async getMulti(keys) {
        return [...keys].sort().map((key) => this.rows.get(key));
      },
    },
    "getMulti",
    "getMulti, for",
  ],
  [
    "sets one of many",
    {
      async setMulti(records) {
        const [[key, record]] = records;
        this.rows.set(key, record);
      },
    },
    "setMulti",
    "get after setMulti gave undefined",
  ],
  [
    "deletes one of many",
    {
      async deleteMulti([key]) {
        this.rows.delete(key);
      },
    },
    "deleteMulti",
    "get after deleteMulti",
  ],
  [
    "refuses more than a hundred keys",
    {
      async getMulti(keys) {
        if (keys.length > 100) throw new Error("too many keys");
        return WholeBackend.prototype.getMulti.call(this, keys);
      },
    },
    "many: 250 keys",
    "too many keys",
  ],
  ["gives a lock to two", mutex({ acquire: async () => true, locked: () => true, release() {} }), "getMutex, where there is one: one holder", "nobody holds"],
  ["has a lock that knows nothing", mutex({ locked: () => false }), "getMutex, where there is one: one holder", "locked of a lock that is held gave false"],
  [
    "lets anybody release",
    mutex({
      release() {
        this.held.delete(this.key);
      },
    }),
    "getMutex, where there is one: one holder",
    "does not hold it any more",
  ],
  ["never hands a lock over", mutex({ release() {} }), "getMutex, where there is one: who waits", "did not answer within 5 s"],
  [
    "waits in spite of the signal",
    mutex({
      acquire(wait) {
        return WholeMutex.prototype.acquire.call(this, wait);
      },
    }),
    "getMutex, where there is one: a signal",
    "whose signal aborted did not answer",
  ],
  [
    "has one lock for all keys",
    {
      getMutex() {
        return new WholeMutex(this.held, "all");
      },
    },
    "getMutex, where there is one: each key",
    "another key's lock did not answer",
  ],
  ["stores nothing", { set: async () => {} }, "a region: one creation", "getOrCreate, of 20 callers at once,"],
  ["stores nothing of many", { setMulti: async () => {} }, "a region: getOrCreateMulti", "the count of keys that were created gave 6; expected: 3"],
  [
    "stores nothing that is falsy",
    {
      async set(key, record) {
        if (record.payload) this.rows.set(key, record);
      },
    },
    "a region: values that are falsy",
    "getOrCreate after set of null",
  ],
  ["deletes nothing", { delete: async () => {} }, "a region: set, get and delete", "get of a region after delete"],
  [
    "keeps what was there first",
    {
      async set(key, record) {
        if (!this.rows.has(key)) this.rows.set(key, record);
      },
    },
    "a region: an expired value",
    "the value that was stored anew",
  ],
  [
    "loses the time of creation",
    {
      async get(key) {
        const record = this.rows.get(key);
        return record && { ...record, metadata: { ...record.metadata, ct: 1e12 } };
      },
    },
    "a region: invalidate",
    "get of what was created after invalidate",
  ],
];

function inObject() {
  const rows = {};
  return {
    get: async (key) => rows[key],
    set: async (key, record) => void (rows[key] = record),
    delete: async (key) => void delete rows[key],
  };
}

function withKeys(change) {
  const { get, set } = WholeBackend.prototype;
  return {
    get(key) {
      return get.call(this, change(key));
    },
    set(key, record) {
      return set.call(this, change(key), record);
    },
  };
}
