import { describe, expect, test, vi } from "vitest";
import { DefaultInvalidationStrategy, MemoryBackend, registerBackend } from "dogpile";
import { backends, checkAfterEach, makeRegion, plainBackend, refuses, slowRegion, throws, until } from "../helpers.js";

// After each test no rejection may be unhandled.
checkAfterEach();

const rejecting = () => Promise.reject(new Error("nobody hears of it"));
const thenable = () => ({ then: (_resolve, reject) => reject(new Error("nobody hears of it")) });

describe.each(backends)("over %s", (_name, makeBackend) => {
  test("promises among values, keys and pairs are refused, and no rejection is unhandled", async () => {
    const region = makeRegion({ backend: makeBackend() });
    for (const make of [rejecting, thenable]) {
      await refuses(() => region.set("k", make()), "VALIDATION", "awaited before it is set");
      await refuses(() => region.setMulti({ a: make(), b: make() }), "VALIDATION", "awaited before it is set");
      await refuses(
        () =>
          region.setMulti(
            new Map([
              ["a", 1],
              ["b", make()],
              ["c", make()],
            ]),
          ),
        "VALIDATION",
        "awaited before it is set",
      );
    }
    await refuses(() => region.set("k", rejecting(), { ttl: 5 }), "VALIDATION", "ttl");
    await refuses(() => region.set(rejecting(), rejecting()), "VALIDATION", "a key must be a string, not a Promise");
    await refuses(() => region.setMulti([["a", rejecting()], rejecting(), ["b", rejecting()]]), "VALIDATION", "a pair of a key and a value");
    for (const method of ["getMulti", "deleteMulti"]) await refuses(() => region[method]([rejecting(), rejecting()]), "VALIDATION", "a key must be a string");
    await refuses(() => region.getOrCreateMulti([rejecting(), rejecting()], () => []), "VALIDATION", "a key must be a string");
    for (const method of ["get", "delete", "getValueMetadata", "keyIsLocked", "invalidate"])
      await refuses(() => region[method](rejecting()), "VALIDATION", "a Promise");
    await refuses(() => region.get("k", rejecting()), "VALIDATION", "options must be an object, not a Promise");
    await refuses(() => region.getOrCreate("new", () => "value", rejecting()), "VALIDATION", "options must be an object, not a Promise");
    expect(await region.getMulti(["a", "b"])).toEqual([undefined, undefined]);
  });
});

describe("a promise where an answer has to be there at once", () => {
  const creates = (region) => region.getOrCreate("k", () => "value");
  const nothing = { keys: [] };

  test.each([
    ["keyMangler", { keyMangler: rejecting }, "the result of keyMangler"],
    ["the serializer's stringify", { serializer: { stringify: rejecting, parse: JSON.parse } }, "the result of stringify"],
    ["the serializer's encode", { serializer: { encode: rejecting, decode: String } }, "the result of encode"],
    ["clock", { clock: rejecting }, "the result of clock"],
  ])("is refused of %s", async (_name, options, text) => {
    const region = makeRegion(options, nothing.keys);
    await refuses(() => region.set("k", "value"), "VALIDATION", text, "a Promise");
    await refuses(() => region.setMulti({ a: 1, b: 2 }), "VALIDATION", text);
    if (!options.serializer) await refuses(() => creates(region), "VALIDATION", text);
  });

  test.each([
    ["parse", { stringify: JSON.stringify, parse: rejecting }],
    ["decode", { encode: () => new Uint8Array(1), decode: rejecting }],
  ])("is no payload when %s gives it: a miss, reported", async (_name, serializer) => {
    const onError = vi.fn();
    const region = makeRegion({ serializer, observer: { onError } }, []);
    await region.set("k", "value");
    expect(await region.get("k")).toBeUndefined();
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0][0]).toMatchObject({
      code: "VALIDATION",
      message: expect.stringContaining("the result of the serializer must be synchronous"),
    });
  });

  test.each(["isInvalidated", "isHardInvalidated", "isSoftInvalidated"])("is refused of a strategy's %s", async (method) => {
    const regionInvalidator = Object.assign(new DefaultInvalidationStrategy(), { [method]: rejecting });
    const region = makeRegion({ regionInvalidator, backend: plainBackend() }, []);
    await region.set("k", "value");
    const call = method === "isInvalidated" ? () => region.get("k") : () => region.getOrCreate("k", () => "new");
    await refuses(call, "VALIDATION", `the result of ${method} must be synchronous, not a Promise`);
  });

  test("is refused of what makes the keys of functions", async () => {
    const region = makeRegion({}, []);
    const cache = (options) => region.cacheOnArguments({ namespace: "n", ...options }, () => "value");
    await refuses(() => cache({ toStr: rejecting })(1), "VALIDATION", "the result of toStr");
    await refuses(() => cache({ namespace: rejecting })(1), "VALIDATION", "the result of namespace");
    await refuses(() => cache({ expirationTime: rejecting })(1), "VALIDATION", "the result of expirationTime");
    await refuses(() => cache({ functionKeyGenerator: () => rejecting })(1), "VALIDATION", "the result of the function of functionKeyGenerator");
    throws(() => cache({ functionKeyGenerator: rejecting }), "VALIDATION", "the result of functionKeyGenerator");
    const many = (options) => region.cacheMultiOnArguments({ namespace: "n", ...options }, () => []);
    await refuses(() => many({ functionMultiKeyGenerator: () => rejecting })(1), "VALIDATION", "functionMultiKeyGenerator must be synchronous");
    await refuses(
      () => many({ functionMultiKeyGenerator: () => () => [rejecting(), rejecting()] })(1, 2),
      "VALIDATION",
      "functionMultiKeyGenerator must be synchronous",
    );
    await refuses(() => cache({ functionKeyGenerator: () => rejecting }).set(rejecting(), 1), "VALIDATION", "functionKeyGenerator");
    await refuses(
      () =>
        many({ functionMultiKeyGenerator: () => rejecting }).set(
          new Map([
            [1, rejecting()],
            [2, rejecting()],
          ]),
        ),
      "VALIDATION",
      "functionMultiKeyGenerator",
    );
  });

  test("is refused of a backend's factory, and as a backend", () => {
    registerBackend("promises.refused", rejecting);
    throws(() => makeRegion({ backend: "promises.refused" }), "VALIDATION", "the result of the backend's factory must be synchronous");
    throws(() => makeRegion({ backend: rejecting() }), "VALIDATION", "backend must be");
  });
});

test("what a runner, an observer or waitUntil returns is not looked at", async () => {
  const observer = { onMiss: rejecting, onCreate: rejecting, onHit: rejecting, onStale: rejecting, onWait: rejecting, onError: rejecting };
  const waitUntil = (promise) => promise.then(rejecting);
  const region = makeRegion({ backend: new MemoryBackend(), observer, waitUntil });
  expect(await region.getOrCreate("k", () => "value")).toBe("value");
  expect(await region.getOrCreate("k", () => "value")).toBe("value");
  const runner = async (_region, _key, creator, mutex, job) => {
    await job.store(await creator());
    mutex.release();
    throw new Error("nobody hears of it");
  };
  const other = makeRegion({ asyncCreationRunner: runner, observer: {} });
  await other.set("k", "old");
  await other.invalidate(false);
  expect(await other.getOrCreate("k", () => "new")).toBe("old");
  await until(async () => !(await other.keyIsLocked("k")));
});

test("promises that a backend leaves in the array of getMulti are a miss", async () => {
  const { backend, region } = slowRegion({ observer: { onError: () => {} } }, []);
  backend.getMulti = (keys) => keys.map(rejecting);
  expect(await region.getMulti(["a", "b"])).toEqual([undefined, undefined]);
});
