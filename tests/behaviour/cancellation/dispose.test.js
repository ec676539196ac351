import { expect, test } from "vitest";
import { MemoryBackend, ProxyBackend, Region, StoredInvalidationStrategy, createRegion, registerBackend } from "dogpile";
import { checkAfterEach, counted, deferred, isSettled, until } from "../helpers.js";

checkAfterEach();

let names = 0;

/** A region over a backend that it makes by name, which can be closed by `method`. */
function byName(method, close = () => {}) {
  const closing = counted(close);
  const name = `test.closable.${++names}`;
  registerBackend(name, () => Object.assign(new MemoryBackend(), { [method]: closing }));
  return { closing, name, region: createRegion({ backend: name }) };
}

const methods = [
  ["close", "close"],
  ["Symbol.asyncDispose", Symbol.asyncDispose],
];

test.each(methods)("closes a backend that was made by name, by its %s, once", async (_name, method) => {
  const { closing, region } = byName(method);
  expect(await region[Symbol.asyncDispose]()).toBeUndefined();
  expect(closing.times).toBe(1);
  await Promise.all([region[Symbol.asyncDispose](), region[Symbol.asyncDispose]()]);
  expect(closing.times).toBe(1);
});

test("waits until the backend has closed", async () => {
  const closed = deferred();
  const { closing, region } = byName("close", () => closed.promise);
  const disposed = region[Symbol.asyncDispose]();
  await until(() => closing.times === 1);
  expect(await isSettled(disposed)).toBe(false);
  closed.resolve("whatever");
  expect(await disposed).toBeUndefined();
});

test.each(methods)("leaves a backend alone that the user made, whatever %s it has", async (_name, method) => {
  const closing = counted();
  const backend = Object.assign(new MemoryBackend(), { [method]: closing });
  const region = createRegion({ backend });
  await region.set("k", "value");
  await region[Symbol.asyncDispose]();
  expect(closing.times).toBe(0);
  expect(backend.get("k").payload).toBe("value");
});

test("leaves the user's strategy open", async () => {
  const regionInvalidator = new StoredInvalidationStrategy(new MemoryBackend());
  regionInvalidator.close = counted();
  const region = createRegion({ backend: new MemoryBackend(), regionInvalidator });
  await region[Symbol.asyncDispose]();
  expect(regionInvalidator.close.times).toBe(0);
});

test("closes what was made by name though it is wrapped in a proxy, or what it has is not to be closed", async () => {
  const { closing, name } = byName("close");
  class Passing extends ProxyBackend {}
  await createRegion({ backend: name, wrap: [Passing] })[Symbol.asyncDispose]();
  expect(closing.times).toBe(1);
  expect(await createRegion({ backend: "dogpile.cache.memory" })[Symbol.asyncDispose]()).toBeUndefined();
  expect(await createRegion({ backend: "dogpile.cache.null" })[Symbol.asyncDispose]()).toBeUndefined();
});

test("a region that was never configured has nothing to close", async () => {
  expect(await new Region()[Symbol.asyncDispose]()).toBeUndefined();
});

test("creations under way still reach their callers", async () => {
  const { region } = byName("close");
  const creation = deferred();
  const creator = counted(() => creation.promise);
  const callers = [1, 2].map(() => region.getOrCreate("k", creator));
  await until(() => creator.times === 1);
  const disposed = region[Symbol.asyncDispose]();
  creation.resolve("value");
  expect(await Promise.all(callers)).toEqual(["value", "value"]);
  expect(await disposed).toBeUndefined();
  expect(creator.times).toBe(1);
});

test("a backend that cannot be closed makes it a rejection, not a throw", async () => {
  const reason = new Error("cannot close");
  for (const close of [
    () => {
      throw reason;
    },
    () => Promise.reject(reason),
  ]) {
    const { region } = byName("close", close);
    await expect(region[Symbol.asyncDispose]()).rejects.toBe(reason);
  }
});
