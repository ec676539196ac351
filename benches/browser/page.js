// IndexedDBBackend beside what else keeps values in IndexedDB. `measure()` gives milliseconds: { task: { subject: [one a round] } }.
import { IndexedDBBackend, createRegion } from "dogpile";
import { createStore, getMany, set } from "idb-keyval";
import localforage from "localforage";
import { createStorage } from "unstorage";
import unstorageDriver from "unstorage/drivers/indexedb";

const ROUNDS = 21;
const COUNT = 1000;

const record = (index) => ({
  payload: { id: index, name: `user ${index}`, tags: ["a", "b"], seen: new Date(index) },
  metadata: { ct: 1_700_000_000 + index, v: 2 },
});
const keysOf = (count) => Array.from({ length: count }, (_, index) => `user:${index}`);
const all = (items, call) => Promise.all(items.map(call));

function subjects() {
  const backend = new IndexedDBBackend({ databaseName: "bench dogpile" });
  const region = createRegion({ backend });
  const keyval = createStore("bench idb-keyval", "records");
  const forage = localforage.createInstance({ name: "bench localforage", driver: localforage.INDEXEDDB });
  const storage = createStorage({ driver: unstorageDriver({ dbName: "bench unstorage", storeName: "records" }) });
  const never = () => {
    throw new Error("it is there");
  };
  return {
    dogpile: { getMulti: (keys) => backend.getMulti(keys), set: (key, value) => backend.set(key, value), warm: (key) => region.getOrCreate(key, never) },
    "idb-keyval": { getMulti: (keys) => getMany(keys, keyval), set: (key, value) => set(key, value, keyval) },
    localforage: { getMulti: (keys) => all(keys, (key) => forage.getItem(key)), set: (key, value) => forage.setItem(key, value) },
    unstorage: { getMulti: (keys) => storage.getItems(keys), set: (key, value) => storage.setItem(key, value) },
  };
}

const tasks = {
  "getMulti of 1 key": ({ getMulti }) => getMulti(keysOf(1)),
  "getMulti of 100 keys": ({ getMulti }) => getMulti(keysOf(100)),
  "getMulti of 1,000 keys": ({ getMulti }) => getMulti(keysOf(COUNT)),
  "100 parallel sets": ({ set }) => all(keysOf(100), (key, index) => set(key, record(index))),
  "a warm getOrCreate": ({ warm }) => warm?.("user:0"),
};

globalThis.measure = async () => {
  const named = subjects();
  for (const subject of Object.values(named))
    for (let from = 0; from < COUNT; from += 100) await all(keysOf(from + 100).slice(from), (key, index) => subject.set(key, record(from + index)));
  const samples = {};
  for (let round = -2; round < ROUNDS; round++) {
    for (const [task, work] of Object.entries(tasks)) {
      for (const [name, subject] of shuffled(Object.entries(named))) {
        const time = await timed(() => work(subject));
        if (round >= 0 && (task !== "a warm getOrCreate" || subject.warm)) ((samples[task] ??= {})[name] ??= []).push(time);
      }
    }
  }
  return { ...samples, ...(await whileSweeping()) };
};

/** What one leaves behind, such as garbage, the next one pays for: nobody always comes after the same. */
function shuffled(entries) {
  const tickets = entries.map((entry) => [Math.random(), entry]);
  return tickets.sort(([a], [b]) => a - b).map(([, entry]) => entry);
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Reads one key over and over: with nothing else to do, and while a sweep deletes 3,000 records. */
async function whileSweeping() {
  const databaseName = "bench sweep";
  const full = new IndexedDBBackend({ databaseName });
  for (let batch = 0; batch < 30; batch++) await full.setMulti(Array.from({ length: 100 }, (_, index) => [`old:${batch}:${index}`, record(index)]));
  await full.set("kept", record(0));
  const idle = [];
  while (idle.length < 200) idle.push(await timed(() => full.get("kept")));
  await full.close();
  const backend = new IndexedDBBackend({ databaseName, maxEntries: 2 });
  await backend.set("new", record(1));
  while ((await backend.get("old:0:0")) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  const sweeping = [];
  const start = performance.now();
  while ((await backend.get("old:29:99")) !== undefined) sweeping.push(await timed(() => backend.get("kept")));
  const length = performance.now() - start;
  return { "a get, nothing else": { dogpile: idle }, "a get during a sweep": { dogpile: sweeping }, "a sweep of 3,000 records": { dogpile: [length] } };
}
