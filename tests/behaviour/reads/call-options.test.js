import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, slowRegion, until } from "../helpers.js";

checkAfterEach();

const names = ["expirationTime", "shouldCacheFn", "forceRefresh", "lockTimeout", "creatorArgs"];
const values = { expirationTime: 60, shouldCacheFn: () => true, forceRefresh: false, lockTimeout: "30s", creatorArgs: undefined };

describe.each(backends)("the options of one call, over %s", (_name, makeBackend) => {
  test("have their getters read at most once", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creator = counted(() => "value");
    for (const state of ["cold", "warm"]) {
      const reads = {};
      const options = {};
      for (const name of names) Object.defineProperty(options, name, { enumerable: true, get: () => ((reads[name] = (reads[name] ?? 0) + 1), values[name]) });
      expect(await region.getOrCreate("k", creator, options), state).toBe("value");
      for (const name of Object.keys(reads)) expect(reads[name], `${state} ${name}`).toBe(1);
    }
    expect(creator.times).toBe(1);
  });

  test("have getters that throw: the call rejects with what was thrown, and nothing is left behind", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const reason = new Error("private");
    const creator = counted(() => "value");
    for (const warm of [false, true]) {
      if (warm) await region.set("k", "value");
      const options = {
        get expirationTime() {
          throw reason;
        },
      };
      expect(await outcome(region.getOrCreate("k", creator, options))).toEqual(["rejected", reason]);
      expect(await outcome(region.getOrCreateEntry("k", creator, options))).toEqual(["rejected", reason]);
      expect(await outcome(region.getOrCreateMulti(["k"], creator, options))).toEqual(["rejected", reason]);
      expect(await outcome(region.get("k", options))).toEqual(["rejected", reason]);
      expect(await outcome(region.getMulti(["k"], options))).toEqual(["rejected", reason]);
      expect(await outcome(region.getValueMetadata("k", options))).toEqual(["rejected", reason]);
      expect(
        await outcome(
          region.set("k", 1, {
            get expiresIn() {
              throw reason;
            },
          }),
        ),
      ).toEqual(["rejected", reason]);
      expect(await region.keyIsLocked("k")).toBe(false);
    }
    expect(creator.times).toBe(0);
    expect(await region.get("k")).toBe("value");
  });

  test("may be frozen, without prototype, null or empty", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const bare = Object.assign(Object.create(null), { expirationTime: 60 });
    for (const options of [Object.freeze({ expirationTime: 60 }), bare, null, undefined, {}]) {
      for (const warm of [false, true]) {
        if (!warm) await region.delete("k");
        expect(await region.getOrCreate("k", () => "value", options)).toBe("value");
        expect(await region.get("k", options)).toBe("value");
        expect(await region.getMulti(["k"], options)).toEqual(["value"]);
        await region.set("k", "value", options && Object.freeze({ expiresIn: options.expirationTime }));
      }
    }
  });

  test("are read at the call, not later", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const options = { shouldCacheFn: () => true };
    const call = region.getOrCreate("k", creator, options);
    options.shouldCacheFn = () => false;
    await until(() => creator.times === 1);
    options.shouldCacheFn = "nonsense";
    creation.resolve("value");
    await call;
    expect(await region.get("k")).toBe("value");
  });
});

test("null and undefined mean not given, for each of them", async () => {
  const { region } = slowRegion();
  for (const nothing of [null, undefined]) {
    const options = Object.fromEntries(names.filter((name) => name !== "creatorArgs").map((name) => [name, nothing]));
    await region.delete("k");
    expect(await region.getOrCreate("k", () => "value", options)).toBe("value");
    expect(await region.getOrCreate("k", () => "never", options)).toBe("value");
    expect(await region.get("k", { expirationTime: nothing, ignoreExpiration: nothing })).toBe("value");
    await region.set("k", "value", { expiresIn: nothing });
  }
});

test("options of a wrong kind never throw at once, and leave the region whole", async () => {
  const { region } = slowRegion();
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("hostile");
      },
      has() {
        throw new Error("hostile");
      },
      ownKeys() {
        throw new Error("hostile");
      },
    },
  );
  for (const options of [5, "text", true, Symbol("options"), 5n, () => {}, [], revoked.proxy, hostile]) {
    for (const warm of [false, true]) {
      if (warm) await region.set("k", "value");
      else await region.delete("k");
      await outcome(region.getOrCreate("k", () => "created", options));
      await outcome(region.getOrCreateEntry("k", () => "created", options));
      await outcome(region.getOrCreateMulti(["k"], () => ["created"], options));
      await outcome(region.get("k", options));
      await outcome(region.getMulti(["k"], options));
      await outcome(region.getValueMetadata("k", options));
      await outcome(region.set("k", "value", options));
      await outcome(region.setMulti({ k: "value" }, options));
    }
  }
});
