import { clockAt, deferred, listening, told, turns } from "./tools.js";

export async function play(dogpile, note) {
  await reading(dogpile, note);
  await waiting(dogpile, note);
  await creating(dogpile, note);
  await functions(dogpile, note);
}

async function reading({ createRegion, MemoryBackend }, note) {
  for (const clock of [undefined, clockAt(1000)]) {
    const region = createRegion({ backend: new MemoryBackend(), clock });
    await note("a miss", () => region.get("a"));
    await note("creates", () => region.getOrCreate("a", () => 1));
    await note("a hit", () => region.getOrCreate("a", () => 2));
    await note("a hit, with options", () => region.getOrCreate("a", () => 2, { expirationTime: 60 }));
    await note("get", () => region.get("a"));
    await note("get, with options", () => region.get("a", {}));
    await note("getMulti", () => region.getMulti(["a", "b"]));
    await note("set", () => region.set("b", 2));
    await note("setMulti", () => region.setMulti({ c: 3, d: 4 }));
    await note("getMulti", () => region.getMulti(["a", "b", "c", "d", "e"], {}));
    await note("getOrCreateMulti, all there", () => region.getOrCreateMulti(["a", "b"], () => [5, 6]));
    await note("getOrCreateMulti", () => region.getOrCreateMulti(["a", "x", "y", "x"], (keys) => keys.map((key) => `new ${key}`)));
    await note("delete", () => region.delete("a"));
    await note("deleteMulti", () => region.deleteMulti(["b", "c"]));
    await note("after that", () => region.getMulti(["a", "b", "c", "d"]));
    await note("locked", () => region.keyIsLocked("a"));
    await note("invalidates", () => region.invalidate());
    await note("created anew", () => region.getOrCreate("d", () => "new"));
    await note("stats", () => region.stats);
    await note("metadata", async () => Object.keys((await region.getValueMetadata("d")).metadata));
    await note("no metadata", () => region.getValueMetadata("nothing"));
  }
}

async function waiting({ createRegion, MemoryBackend }, note) {
  const region = createRegion({ backend: new MemoryBackend() });
  const creation = deferred();
  const calls = [
    region.getOrCreate("k", () => creation.promise),
    region.getOrCreate("k", () => "never"),
    region.getOrCreate("k", () => "never", { timeout: 60 }),
    region.getOrCreateMulti(["k", "l"], () => ["l"]),
  ];
  await turns();
  await note("locked", () => region.keyIsLocked("k"));
  creation.resolve("created");
  await note("all who wait", () => Promise.all(calls));
  const late = deferred();
  const leader = region.getOrCreate("late", () => late.promise);
  await note("timeout", () => region.getOrCreate("late", () => "never", { timeout: 0.01 }));
  const controller = new AbortController();
  const aborted = region.getOrCreate("late", () => "never", { signal: controller.signal });
  controller.abort("enough");
  await note("abort", () => aborted);
  late.reject("down");
  await note("a rejection", () => leader);
  await note("a takeover", () => region.getOrCreate("slow", () => "second", { lockTimeout: 0.02 }).then(() => region.get("slow")));
}

async function creating({ createRegion, MemoryBackend }, note) {
  const clock = clockAt(1000);
  const { events, observer } = listening();
  const region = createRegion({ backend: new MemoryBackend(), clock, observer, expirationTime: 10 });
  await note("an entry", async () => told(await region.getOrCreateEntry("k", ({ key, stale, expiresIn }) => [key, stale, typeof expiresIn])));
  await note("its own expiration", () => region.getOrCreate("own", ({ expiresIn }) => expiresIn("5s") ?? "five"));
  clock.now += 6;
  await note("has expired", () => region.getMulti(["k", "own"]));
  clock.now += 6;
  await note("the stale value, for a creator", async () => told(await region.getOrCreateEntry("k", ({ stale }) => told(stale))));
  await note("not to be stored", () => region.getOrCreate("no", () => 1, { shouldCacheFn: () => false }));
  await note("not to be stored, by promise", () => region.getOrCreate("no", () => 1, { shouldCacheFn: async () => false }));
  await note("was not stored", () => region.get("no"));
  await note("arguments", () => region.getOrCreate("args", (...args) => args, { creatorArgs: [1, 2] }));
  await note("anew", () => region.getOrCreate("args", () => "anew", { forceRefresh: true }));
  await note("never expires", () => region.getOrCreate("k", () => "zero", { expirationTime: -1 }));
  clock.now += 100;
  await note("instead", () =>
    region.getOrCreate(
      "k",
      () => {
        throw "down";
      },
      { staleIfError: "1h" },
    ),
  );
  await note("nothing instead", () =>
    region.getOrCreate("k", () => {
      throw "down";
    }),
  );
  await note("again", () => {
    let calls = 0;
    const unsteady = () => (++calls < 3 ? Promise.reject("down") : calls);
    return region.getOrCreate("again", unsteady, { retry: { attempts: 3, delay: 0 } });
  });
  await note("many, some by promise", () => region.getOrCreateMulti(["p", "q", "r"], () => [1, Promise.resolve(2), undefined]));
  await note("many, one fails", () => region.getOrCreateMulti(["s", "t"], () => [1, Promise.reject("down")]));
  await note("many, too few", () => region.getOrCreateMulti(["u", "v"], () => [1]));
  await note("ignoring expiration", () => region.getMulti(["k", "p", "s"], { ignoreExpiration: true }));
  await note("events", () => events);
}

async function functions({ createRegion, MemoryBackend }, note) {
  const backend = new MemoryBackend({ cache: new Map() });
  const region = createRegion({ backend });
  const one = region.cacheOnArguments({ namespace: "one" }, (...args) => ({ args }));
  await note("one", () => one(1, "a", { b: [undefined, { c: null }], a: -0 }, new Date(5)));
  await note("keys", () => [...backend.entries()].map(([key]) => key));
  await note("get", () => one.get(1));
  await note("set", () => one.set("given", 1));
  await note("hit", () => one(1));
  await note("refresh", () => one.refresh(1));
  await note("invalidate", () => one.invalidate(1));
  await note("gone", () => one.get(1));
  const expiring = region.cacheOnArguments({ namespace: "expiring", expirationTime: () => 60 }, () => "value");
  await note("with an expiration", () => expiring());
  const dict = region.cacheMultiOnArguments({ namespace: "dict", asDict: true }, (...ids) => new Map(ids.filter((id) => id > 1).map((id) => [id, id * 10])));
  await note("a dictionary", () => dict(1, 2, 3));
  const many = region.cacheMultiOnArguments({ namespace: "many" }, (...ids) => ids.map((id) => id * 10));
  await note("many", () => many(1, 2));
  await note("many are set", () => many.set([[1, "one"]]));
  await note("many", () => many(1, 2, 3));
  class Service {
    load(id) {
      return `${id} loaded`;
    }
  }
  const load = region.cacheOnArguments({ namespace: (self) => self.constructor.name })(Service.prototype.load, { kind: "method" });
  await note("a method", () => load.call(new Service(), 1));
  await note(
    "a legacy decorator",
    () => typeof region.cacheOnArguments({ namespace: "l" })(Service.prototype, "load", Object.getOwnPropertyDescriptor(Service.prototype, "load")).value,
  );
}
