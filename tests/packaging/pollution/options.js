import { plainBackend } from "./tools.js";

export async function play(dogpile, note) {
  await configuring(dogpile, note);
  await refusing(dogpile, note);
}

async function configuring({ createRegion, MemoryBackend, Region }, note) {
  const region = new Region();
  await note("not configured", () => region.get("k"));
  await note("configured", () => region.isConfigured);
  region.configureFromConfig({ "cache.backend": "dogpile.cache.memory", "cache.expiration_time": "60", "cache.arguments.max_entries": "2" }, "cache.");
  await region.setMulti({ a: 1, b: 2, c: 3 });
  await note("bounded", () => region.backend.size);
  await note("again", () => region.configure({ backend: new MemoryBackend() }));
  await note("replaced", () => region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true }).isConfigured);
  await note("by instances", () =>
    createRegion(
      new (class {
        backend = new MemoryBackend();
        expirationTime = { minutes: 1, seconds: 30 };
      })(),
    ).getOrCreate("k", () => 1),
  );
  for (const expirationTime of [null, undefined, 5, "1h30m", { hours: 1 }, Infinity, -1]) {
    const entry = await createRegion({ backend: new MemoryBackend(), expirationTime, clock: () => 1000 }).getOrCreateEntry("k", () => 1);
    await note("expires at", () => entry.expiresAt);
  }
  await note("closes", () => region[Symbol.asyncDispose]());
}

async function refusing({ createRegion, functionKeyGenerator, MemoryBackend, Region, StoredInvalidationStrategy }, note) {
  const region = createRegion({ backend: new MemoryBackend() });
  const wrong = [
    () => createRegion(),
    () => createRegion({}),
    () => createRegion({ backend: {} }),
    () => createRegion({ backend: "unknown" }),
    () => createRegion({ backend: new MemoryBackend(), ttl: 5 }),
    () => new Region({ name: 5 }),
    () => new Region({ keyMangler: true }),
    () => createRegion({ backend: plainBackend(), serializer: {} }),
    () => createRegion({ backend: plainBackend(), wrap: [{}] }),
    () => createRegion({ backend: plainBackend(), regionInvalidator: {} }),
    () => new MemoryBackend({ maxEntries: 0 }),
    () => new MemoryBackend({ cache: {} }),
    () => new StoredInvalidationStrategy({}),
    () => region.getOrCreate("k"),
    () => region.getOrCreate(5, () => 1),
    () => region.getOrCreate("k", () => 1, { ttl: 1 }),
    () => region.getOrCreate("k", () => 1, { timeout: "soon" }),
    () => region.get("k", { ttl: 1 }),
    () => region.set("k", Promise.resolve()),
    () => region.set("k", 1, { ttl: 5 }),
    () => region.setMulti([1]),
    () => region.getMulti("k"),
    () => region.invalidate("k"),
    () => region.invalidate({}),
    () => region.cacheOnArguments({}, () => 1),
    () => region.cacheOnArguments({ namespace: "n" }, class {}),
    () => region.cacheOnArguments({ namespace: "n" }, () => 1)(new Map()),
    () =>
      functionKeyGenerator(
        "n",
        () => 1,
        () => 5,
      )(1),
    () => region.getOrCreate("deep", () => region.getOrCreate("deep", () => 1)),
  ];
  for (const call of wrong) await note("is refused", call);
}
