import { describe, expect, test } from "vitest";
import { MemoryBackend, NullBackend, Region, createRegion } from "dogpile";
import { SlowBackend, backends, checkAfterEach, counted, makeRegion, now, outcome, plainBackend, turns, until } from "../helpers.js";

checkAfterEach();

/** Every method of a region once, on `key` and `other`; their outcomes are of no matter, but none may throw at once or trap. */
async function useAll(region, key = "k") {
  const creator = () => "value";
  await Promise.all(
    [
      region.get(key),
      region.getMulti([key, "other"]),
      region.getValueMetadata(key),
      region.getOrCreate(key, creator),
      region.getOrCreate("other", creator, { expirationTime: 1 }),
      region.getOrCreateEntry(key, creator),
      region.getOrCreateMulti([key, "other"], (keys) => keys.map(creator)),
      region.set("other", 1),
      region.setMulti({ other: 1 }),
      region.delete("other"),
      region.deleteMulti(["other"]),
      region.keyIsLocked(key),
      region.invalidate(false),
    ].map(outcome),
  );
  expect(region.stats.hits).toBeGreaterThanOrEqual(0);
}

/** Calls `act` when `hook` runs, but not from within itself and not without end; `inner` collects the promises. */
function reentrant() {
  let inside = false;
  const hook = (act) => {
    if (inside || !hook.armed || hook.times === 20) return;
    hook.times++;
    inside = true;
    try {
      hook.inner.push(act());
    } finally {
      inside = false;
    }
  };
  return Object.assign(hook, { armed: true, times: 0, inner: [] });
}

const over = (backend, methods) => {
  const { keyMangler, serializer } = backend;
  return {
    keyMangler,
    serializer,
    get: (key) => backend.get(key),
    set: (key, value) => backend.set(key, value),
    delete: (key) => backend.delete(key),
    ...methods,
  };
};

const calledBack = [
  ["a key mangler", (hook, act) => ({ keyMangler: (key) => (hook(act), key) })],
  ["a clock", (hook, act) => ({ clock: () => (hook(act), now()) })],
  ["a backend's get", (hook, act, backend) => ({ backend: over(backend, { get: (key) => (hook(act), backend.get(key)) }) })],
  ["a backend's set", (hook, act, backend) => ({ backend: over(backend, { set: (key, value) => (hook(act), backend.set(key, value)) }) })],
];

describe.each(backends)("over %s", (_name, makeBackend, brief) => {
  test.each(calledBack)("every method may be called from within %s", async (_callback, options) => {
    const hook = reentrant();
    let region;
    region = makeRegion({ backend: makeBackend(), expirationTime: 60, lockTimeout: brief, ...options(hook, () => useAll(region), makeBackend()) });
    for (let round = 0; round < 3; round++) {
      await useAll(region);
      await Promise.all(hook.inner);
    }
    expect(hook.times).toBeGreaterThan(0);
    hook.armed = false;
    expect(await region.getOrCreate("k", () => "after all", { forceRefresh: true })).toBe("after all");
    expect(await region.get("k")).toBe("after all");
  });

  test("every method may be called from within shouldCacheFn and the creator", async () => {
    const region = makeRegion({ backend: makeBackend(), lockTimeout: brief });
    const inner = [];
    const use = (value) => (inner.push(useAll(region)), value);
    expect(await region.getOrCreate("k", () => use("value"), { shouldCacheFn: () => use(true) })).toBe("value");
    await Promise.all(inner);
    expect(await region.getOrCreateMulti(["k"], () => use(["values"]), { shouldCacheFn: () => use(true), forceRefresh: true })).toEqual(["values"]);
    await Promise.all(inner);
    expect(inner).toHaveLength(4);
  });

  test("a set of the same key from within shouldCacheFn is the later write", async () => {
    const region = makeRegion({ backend: makeBackend() });
    let stored;
    expect(await region.getOrCreate("k", () => "created", { shouldCacheFn: () => ((stored = region.set("k", "set")), true) })).toBe("created");
    await stored;
    expect(await region.get("k")).toBe("set");
  });
});

test("every method may be called from within getters of options, iterators and thenables", async () => {
  const region = makeRegion({ lockTimeout: "80ms" });
  const inner = [];
  const use = (value) => (inner.push(useAll(region)), value);
  const options = {
    get expirationTime() {
      return use(60);
    },
    get shouldCacheFn() {
      return use(undefined);
    },
  };
  await region.getOrCreate("k", () => "value", options);
  await region.getOrCreate("k", () => "value", options);
  await region.getMulti({
    *[Symbol.iterator]() {
      yield use("k");
    },
  });
  await region.getOrCreateMulti(
    {
      *[Symbol.iterator]() {
        yield use("k");
      },
    },
    () => ["value"],
  );
  await region.setMulti({
    *[Symbol.iterator]() {
      yield use(["k", 1]);
    },
  });
  await region.getOrCreate(
    "k",
    () => ({
      then(resolve) {
        resolve(use("value"));
      },
    }),
    { forceRefresh: true },
  );
  await Promise.all(inner);
  expect(inner.length).toBeGreaterThanOrEqual(6);
});

test("a backend whose get waits for its own region's getOrCreate of that key is ended by lockTimeout", async () => {
  const backend = plainBackend();
  let region;
  const get = async (key) => (await region.getOrCreate(key, () => "inner"), backend.store.get(key));
  region = makeRegion({ backend: { ...backend, get }, lockTimeout: "40ms" }, []);
  const [how] = await outcome(region.getOrCreate("k", () => "outer"));
  expect(["resolved", "rejected"]).toContain(how);
  await until(async () => !(await region.keyIsLocked("k")));
});

test("a backend may be replaced from within a creator, a clock and a key mangler", async () => {
  for (const where of ["creator", "clock", "keyMangler"]) {
    let region;
    let armed = true;
    const replace = (place) => {
      if (!armed || place !== where || !region) return;
      armed = false;
      region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true });
    };
    region = makeRegion({ clock: () => (replace("clock"), now()), keyMangler: (key) => (replace("keyMangler"), key) });
    expect(await region.getOrCreate("k", () => (replace("creator"), "value"))).toBe("value");
    expect(armed).toBe(false);
  }
});

test("methods that are called without their region never trap", async () => {
  const region = makeRegion();
  const names = [
    "get",
    "getMulti",
    "getValueMetadata",
    "getOrCreate",
    "getOrCreateEntry",
    "getOrCreateMulti",
    "set",
    "setMulti",
    "delete",
    "deleteMulti",
    "invalidate",
    "keyIsLocked",
    "configure",
  ];
  for (const name of names) {
    for (const self of [undefined, null, {}, Object.create(Region.prototype), new MemoryBackend()])
      await outcome((async () => Region.prototype[name].call(self, "k", () => "value"))());
  }
  for (const method of ["get", "set", "delete", "clear", "entries"]) await outcome((async () => MemoryBackend.prototype[method]?.call({}, "k", {}))());
  expect(await region.getOrCreate("k", () => "value")).toBe("value");
});

test("after every kind of misuse, one after another in one realm, a normal call still works", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const nonsense = [
    undefined,
    null,
    NaN,
    -0,
    "",
    "\ud800",
    Symbol("nonsense"),
    1n,
    true,
    [],
    {},
    () => {
      throw "nonsense";
    },
    Promise.resolve(),
    {
      get then() {
        throw "nonsense";
      },
    },
    new Proxy(
      {},
      {
        get() {
          throw "nonsense";
        },
      },
    ),
    proxy,
  ];
  const attempt = (act) => outcome((async () => act())());
  const region = makeRegion({ lockTimeout: "40ms" });
  const methods = [
    "get",
    "getMulti",
    "getValueMetadata",
    "getOrCreate",
    "getOrCreateEntry",
    "getOrCreateMulti",
    "set",
    "setMulti",
    "delete",
    "deleteMulti",
    "invalidate",
    "keyIsLocked",
  ];
  for (const it of nonsense) {
    await attempt(() => new Region(it));
    await attempt(() => createRegion(it));
    await attempt(() => createRegion({ backend: it }));
    await attempt(() => new MemoryBackend(it));
    await attempt(() => new NullBackend(it));
    for (const name of ["name", "keyMangler", "clock", "expirationTime", "lockTimeout", "backendErrors", "replaceExistingBackend"]) {
      const [how, made] = await attempt(() => createRegion({ backend: new MemoryBackend(), [name]: it }));
      if (how === "resolved") await useAll(made);
    }
    for (const method of ["get", "set", "delete"]) {
      const backend = { ...plainBackend(), [method]: () => it };
      await useAll(createRegion({ backend, lockTimeout: "40ms" }));
    }
    for (const method of methods) {
      await attempt(() => region[method](it, it, it));
      await attempt(() => region[method]("k", it, it));
      await attempt(() => region[method](["k"], it, it));
      await attempt(() => region[method]("k", () => it, it));
      await attempt(() => region[method](["k"], () => it, it));
      await attempt(() => region[method](["k"], () => [it], { shouldCacheFn: it }));
      await attempt(() => region[method]("k", () => it, { forceRefresh: it, lockTimeout: it, creatorArgs: it }));
    }
  }
  await turns();
  for (const backend of [new MemoryBackend(), new SlowBackend(), plainBackend()]) {
    const fresh = makeRegion({ backend });
    const creator = counted(() => "normal");
    expect(await Promise.all([fresh.getOrCreate("k", creator), fresh.getOrCreate("k", creator)])).toEqual(["normal", "normal"]);
    expect(creator.times).toBe(1);
  }
  await region.delete("k");
  expect(await region.getOrCreate("k", () => "normal")).toBe("normal");
});
