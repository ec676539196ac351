import { clockAt, deferred, plainBackend, told, turns } from "./tools.js";

export async function play(dogpile, note) {
  await invalidating(dogpile, note);
  await strategies(dogpile, note);
  await channels(dogpile, note);
  await revalidating(dogpile, note);
}

const over = ({ MemoryBackend, DefaultInvalidationStrategy, StoredInvalidationStrategy }) => [
  { backend: new MemoryBackend() },
  { backend: new MemoryBackend({ cache: new Map() }) },
  { backend: plainBackend() },
  { backend: plainBackend(async (value) => value), serializer: JSON },
  { backend: new MemoryBackend(), regionInvalidator: new DefaultInvalidationStrategy() },
  { backend: new MemoryBackend(), regionInvalidator: new StoredInvalidationStrategy(new MemoryBackend()) },
  {
    backend: new MemoryBackend(),
    regionInvalidator: new StoredInvalidationStrategy(
      Object.assign(
        plainBackend(async (value) => value),
        { serializer: JSON },
      ),
    ),
  },
];

async function invalidating(dogpile, note) {
  for (const clock of [undefined, clockAt(1000)]) {
    for (const options of over(dogpile)) {
      const region = dogpile.createRegion({ ...options, clock, expirationTime: 60 });
      const tick = () => clock !== undefined && (clock.now += 5);
      for (const asked of [true, false, { soft: true }]) {
        await region.setMulti({ a: "old", b: "old" });
        tick();
        await note("invalidates", () => region.invalidate(asked));
        await note("not to be read", () => region.getMulti(["a", "b"]));
        await note("read all the same", () => region.get("a", { ignoreExpiration: true }));
        const creation = deferred();
        const leader = region.getOrCreate("a", () => creation.promise);
        const waiter = region.getOrCreate("a", () => "never");
        await turns();
        tick();
        creation.resolve("new");
        await note("served", () => Promise.all([leader, waiter, region.getOrCreateMulti(["a", "b"], (keys) => keys.map(() => "new"))]));
      }
      await region.set("short", 1, { expiresIn: 5 });
      tick();
      await note("fresh still", () => region.get("short"));
      tick();
      if (clock !== undefined) await note("expired", () => region.get("short"));
      await note("its state", async () => (await region.getOrCreateEntry("short", () => 2)).state);
    }
  }
}

async function strategies({ createRegion, MemoryBackend, StoredInvalidationStrategy }, note) {
  const [store, backend] = [new MemoryBackend({ maxEntries: 1 }), plainBackend()];
  const visit = () => createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(store) });
  const region = visit();
  await region.set("k", "old");
  await note("invalidates", () => region.invalidate());
  for (let index = 0; index < 20; index++) store.set(`other ${index}`, { payload: index, metadata: { ct: 1, v: 2 } });
  await note("another visit", () => visit().get("k"));
  await note("size", () => store.size);
  const calls = [];
  const own = Object.fromEntries(
    ["invalidate", "isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"].map((name) => [
      name,
      () => void calls.push(name),
    ]),
  );
  const told = createRegion({ backend: new MemoryBackend(), regionInvalidator: own });
  await note("of one's own", () => told.getOrCreate("k", () => 1));
  await note("of one's own", () => told.getOrCreate("k", () => 2));
  await note("of one's own", () => told.get("k"));
  await note("of one's own", () => told.invalidate());
  await note("asked", () => calls);
}

/** Node's own reads `signal` from Object.prototype, and refuses to be made. */
class Channel {
  static all = new Set();

  constructor(name) {
    this.name = name;
    Channel.all.add(this);
  }

  postMessage(message) {
    const data = structuredClone(message);
    const others = [...Channel.all].filter((each) => each !== this && each.name === this.name);
    setTimeout(() => others.forEach((each) => each.onmessage?.({ data })), 0);
  }

  close() {
    Channel.all.delete(this);
  }
}

async function channels({ createRegion, MemoryBackend, StoredInvalidationStrategy }, note) {
  globalThis.BroadcastChannel = Channel;
  const strategies = ["a", "a", "b"].map((key) => new StoredInvalidationStrategy(new MemoryBackend(), { key, channel: "pollution", refresh: "1h" }));
  const regions = strategies.map((regionInvalidator) => createRegion({ backend: new MemoryBackend(), regionInvalidator }));
  const stranger = new Channel("pollution");
  stranger.onmessage = () => {};
  for (const region of regions) await region.set("k", "old");
  for (const region of regions) await region.get("k");
  for (const message of [{}, { key: "b" }, [], "a"]) stranger.postMessage(message);
  await regions[0].invalidate();
  while (!strategies[1].wasHardInvalidated()) await new Promise((resolve) => setTimeout(resolve, 1));
  await note("heard", () => Promise.all(regions.map((region) => region.get("k"))));
  stranger.close();
  for (const strategy of strategies) strategy.close();
}

async function revalidating({ backgroundRunner, createRegion, MemoryBackend }, note) {
  const runner = async (_region, _key, creator, mutex, job) => {
    await job.store(await creator());
    await mutex.release();
  };
  for (const how of [{ staleWhileRevalidate: true }, { asyncCreationRunner: runner }, { asyncCreationRunner: backgroundRunner }, {}]) {
    const clock = clockAt(1000);
    const region = createRegion({ backend: new MemoryBackend(), clock, expirationTime: 10, ...how });
    const kept = [];
    const options = { waitUntil: (promise) => kept.push(promise), ...(Object.keys(how).length === 0 ? { staleWhileRevalidate: true } : {}) };
    await region.getOrCreate("k", () => "old");
    clock.now += 15;
    await note("stale", async () => told(await region.getOrCreateEntry("k", async () => "new", options)));
    await turns(200);
    await Promise.all(kept);
    await note("new", () => region.get("k"));
  }
}
