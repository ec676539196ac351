// Some traffic on two regions, for the developer tools to show.
import { BroadcastBus, createRegion, IndexedDBBackend, MemoryBackend, StoredTagInvalidation, TagInvalidation } from "dogpile";
import { mountDevtools } from "dogpile/devtools";

const [form, status, element] = ["#controls", "#status", "#inspector"].map((selector) => document.querySelector(selector));

const database = new IndexedDBBackend({ databaseName: "dogpile-inspector" });
const options = { expirationTime: "15s", staleWhileRevalidate: true };
const regions = {
  memory: createRegion({ name: "memory", backend: new MemoryBackend(), tagInvalidator: new TagInvalidation(), ...options }),
  indexeddb: createRegion({
    name: "indexeddb",
    backend: database,
    tagInvalidator: new StoredTagInvalidation(database, { bus: new BroadcastBus("dogpile-inspector") }),
    ...options,
  }),
};

let user = 0;
const tools = mountDevtools(regions, { element });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    status.textContent = await acts[event.submitter.value](regions[form.elements.store.value]);
  } catch (error) {
    status.textContent = `This failed: ${error.message}`;
  }
  await tools.refresh();
});

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A load that takes a moment, and that fails for one user in seven, until it is tried again. */
const failed = new Set();
async function load({ key, tags }) {
  await sleep(200 + 40 * key.length);
  const id = Number(key.slice("user:".length));
  if (id % 7 === 0 && !failed.has(key)) {
    failed.add(key);
    throw new Error("the server is busy");
  }
  tags(`team:${id % 3}`);
  return { id, name: ["Ada", "Grace", "Edsger", "Barbara"][id % 4], orders: Array.from({ length: id % 5 }, (_, index) => id * 100 + index) };
}

const ask = (region, keys) => Promise.all(keys.map((key) => region.getOrCreate(key, load, { retry: { attempts: 2 } })));

const acts = {
  async more(region) {
    const keys = Array.from({ length: 5 }, () => `user:${++user}`);
    await ask(region, keys);
    return `Asked for ${keys[0]} to ${keys.at(-1)}.`;
  },
  async again(region) {
    await ask(
      region,
      Array.from({ length: user }, (_, index) => `user:${index + 1}`),
    );
    return "Asked for all of them again.";
  },
  async many(region) {
    const key = `user:${++user}`;
    await ask(region, Array(100).fill(key));
    return `A hundred callers asked for ${key}.`;
  },
};
