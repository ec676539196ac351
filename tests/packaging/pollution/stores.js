import { listening, plainBackend, told } from "./tools.js";

export async function play(dogpile, note) {
  await memory(dogpile, note);
  await records(dogpile, note);
  await others(dogpile, note);
  await locks(dogpile, note);
  await failing(dogpile, note);
}

async function memory({ createRegion, MemoryBackend, NullBackend }, note) {
  for (const options of [{ maxEntries: 3 }, { maxEntries: 3, cache: new Map() }, { clone: true }]) {
    const backend = new MemoryBackend(options);
    const region = createRegion({ backend });
    for (let index = 0; index < 10; index++) await region.set(`k${index}`, { index });
    await note("keys", () => [...backend.entries()].map(([key]) => key));
    await note("values", () => region.getMulti(["k0", "k8", "k9"]));
    backend.set("direct", { payload: 1, metadata: { ct: 1, v: 2 } }, {});
    await note("directly", () => backend.get("direct"));
    await note("cleared", () => backend.clear());
    await note("size", () => backend.size);
  }
  const nothing = createRegion({ backend: new NullBackend() });
  await note("nothing", () => Promise.all([nothing.getOrCreate("k", () => 1), nothing.getOrCreate("k", () => 2)]));
}

async function records({ createRegion, MemoryBackend }, note) {
  const garbage = [
    {},
    { payload: 1 },
    { metadata: { ct: 1, v: 2 } },
    { payload: 1, metadata: {} },
    { payload: 1, metadata: { ct: 1 } },
    { payload: 1, metadata: { v: 2 } },
    [],
    5,
    { payload: undefined, metadata: { ct: 1, v: 2 } },
  ];
  for (const stored of garbage) {
    for (const backend of [plainBackend(), new MemoryBackend({ cache: new Map() }), new MemoryBackend()]) {
      const region = createRegion({ backend, expirationTime: 1e10, observer: listening().observer });
      backend.set("k", stored);
      await note("read", () => region.get("k"));
      await note("read with its metadata", async () => told(await region.getValueMetadata("k")));
      await note("created", async () => (await region.getOrCreateEntry("k", () => "new")).state);
    }
  }
  const text = createRegion({ backend: plainBackend(), serializer: JSON, observer: listening().observer });
  for (const stored of ["{}|1", '{"ct": 1}|1', '{"v": 2}|1', '{"ct": 1, "v": 2}|1', '{"ct": 1, "v": 2, "et": -1}|1']) {
    text.backend.set("k", stored);
    await note(stored, () => text.get("k"));
  }
}

async function others({ createRegion, IndexedDBBackend, lengthConditionalMangler, MemoryBackend, ProxyBackend, registerBackend, sha1MangleKey }, note) {
  const together = { ...plainBackend(async (value) => value), getMulti: async (keys) => keys.map((key) => together.store.get(key)) };
  const bytes = { encode: (payload) => new TextEncoder().encode(JSON.stringify(payload)), decode: (stored) => JSON.parse(new TextDecoder().decode(stored)) };
  class Counting extends ProxyBackend {
    reads = 0;
    get(key) {
      this.reads++;
      return super.get(key);
    }
  }
  const proxy = new Counting();
  registerBackend("mine", () => plainBackend());
  const all = [
    { backend: together },
    { backend: new MemoryBackend(), serializer: bytes },
    { backend: new MemoryBackend(), keyMangler: sha1MangleKey },
    { backend: "mine" },
    { backend: "dogpile.cache.memory" },
    { backend: new MemoryBackend(), keyMangler: lengthConditionalMangler(2, sha1MangleKey) },
    { backend: plainBackend(), wrap: [proxy] },
    { backend: new MemoryBackend(), wrap: [class extends ProxyBackend {}] },
    { backend: new IndexedDBBackend({ maxEntries: 5 }) },
  ];
  for (const options of all) {
    const region = createRegion(options);
    await note("many", () => region.getOrCreateMulti(["a", "bb"], (keys) => keys));
    await note("one", () => region.getOrCreate("bb", () => "never"));
    await note("set", () =>
      region.setMulti([
        ["a", 1],
        ["c", 3],
      ]),
    );
    await note("read", () => region.getMulti(["a", "bb", "c"]));
    await note("delete", () => region.deleteMulti(["a", "c"]));
    await note("read", () => region.getMulti(["a", "bb", "c"]));
  }
  await note("keys", () => [...together.store.keys()]);
  await note("reads", () => proxy.reads);
}

async function locks({ createRegion }, note) {
  const asked = [];
  const lock = { acquire: async (wait) => asked.push(`acquire ${wait}`) > 0, release: async () => void asked.push("release"), locked: () => false };
  for (const more of [{}, { handover: () => void asked.push("handover"), supersede: () => void asked.push("supersede") }]) {
    const region = createRegion({ backend: { ...plainBackend(), getMutex: () => ({ ...lock, ...more }) } });
    await note("created", () => region.getOrCreate("k", () => 1));
    await note("set", () => region.set("k", 2));
    await note("locked", () => region.keyIsLocked("k"));
    await note("many", () => region.getOrCreateMulti(["k", "l"], (keys) => keys));
  }
  await note("asked", () => asked);
}

async function failing({ createRegion }, note) {
  for (const reason of [new Error("down"), new Error(), new TypeError("wrong"), "down", {}, undefined]) {
    await note("is warned", () => createRegion({ backend: plainBackend(() => Promise.reject(reason)) }).getOrCreate("k", () => 1));
  }
  const broken = plainBackend(() => Promise.reject(new Error("down")));
  for (const backendErrors of ["degrade", "throw"]) {
    const { events, observer } = listening();
    const region = createRegion({ backend: broken, backendErrors, observer });
    await note("created", () => region.getOrCreate("k", () => 1));
    await note("many", () => region.getOrCreateMulti(["k"], () => [1]));
    await note("read", () => region.get("k"));
    await note("set", () => region.set("k", 1));
    await note("delete", () => region.deleteMulti(["k"]));
    await note("events", () => events);
    await note("stats", () => region.stats);
  }
}
