// Some traffic on a region, for the inspector to show.
import { createRegion, IndexedDBBackend, MemoryBackend, StoredInvalidationStrategy } from "dogpile";
import { countHits, mountInspector } from "./inspector.js";

const [form, status, element] = ["#controls", "#status", "#inspector"].map((selector) => document.querySelector(selector));

const backends = {
  memory: new MemoryBackend(),
  indexeddb: new IndexedDBBackend({ databaseName: "dogpile-inspector" }),
};
const regions = Object.fromEntries(Object.entries(backends).map(([name, backend]) => [name, regionOver(backend)]));

let user = 0;
let inspector;

form.addEventListener("change", mount);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    status.textContent = await acts[event.submitter.value](regions[form.elements.store.value]);
    await inspector.refresh();
  } catch (error) {
    status.textContent = `This failed: ${error.message}`;
  }
});
mount();

function regionOver(backend) {
  const { hits, observer } = countHits();
  const options = { backend, expirationTime: "15s", regionInvalidator: new StoredInvalidationStrategy(backend) };
  return { region: createRegion({ ...options, observer }), options: { ...options, hits } };
}

function mount() {
  inspector?.unmount();
  inspector = mountInspector(element, regions[form.elements.store.value].options);
}

const create = ({ key }) => ({ key, name: ["Ada", "Grace", "Edsger", "Barbara"][key.length % 4], orders: Array(key.length).fill(key) });

const acts = {
  async more({ region }) {
    const keys = Array.from({ length: 5 }, () => `user:${++user}`);
    await Promise.all(keys.map((key) => region.getOrCreate(key, create)));
    return `Asked for ${keys[0]} to ${keys.at(-1)}.`;
  },
  async again({ region }) {
    await Promise.all(Array.from({ length: user }, (_, index) => region.getOrCreate(`user:${index + 1}`, create)));
    return "Asked for all of them again.";
  },
  async soft({ region }) {
    await region.invalidate(false);
    return "Invalidated softly: what was there is stale.";
  },
  async hard({ region }) {
    await region.invalidate();
    return "Invalidated: nobody gets what was there.";
  },
};
