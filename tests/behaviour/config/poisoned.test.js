import { afterAll, beforeAll, expect, test } from "vitest";

const { Instance } = WebAssembly;
const OUT_OF_BOUNDS = 0xfffffff0;
let isBroken = false;
let dogpile;

/** Each file of tests has its own copy of the package: this one's module is broken on purpose, by pointers that lie outside of its memory. */
const breakable =
  (call) =>
  (pointer, ...others) =>
    call(isBroken ? OUT_OF_BOUNDS : pointer, ...others);

beforeAll(async () => {
  WebAssembly.Instance = class extends Instance {
    get exports() {
      return Object.fromEntries(Object.entries(super.exports).map(([name, call]) => [name, name.startsWith("m") ? breakable(call) : call]));
    }
  };
  dogpile = await import("dogpile");
});
afterAll(() => {
  WebAssembly.Instance = Instance;
});

const refused = (promise) => expect(promise).rejects.toMatchObject({ code: "POISONED", name: "PoisonedError" });

test("a module that has trapped says so: to whoever waits, and to every later call; nothing hangs", async () => {
  const { createRegion, MemoryBackend, PoisonedError } = dogpile;
  const region = createRegion({ backend: new MemoryBackend() });
  const other = createRegion({ backend: new MemoryBackend() });
  await region.set("warm", "value");
  const waiting = [region.getOrCreate("k", () => new Promise(() => {})), region.getOrCreate("k", () => 1), other.getOrCreate("k", () => new Promise(() => {}))];
  waiting.forEach((promise) => promise.catch(() => {}));
  isBroken = true;
  await refused(region.getOrCreate("another", () => 1));
  for (const promise of waiting) await refused(promise);
  for (const call of [
    () => region.getOrCreate("k", () => 1),
    () => region.getOrCreate("warm", () => 1),
    () => region.getOrCreateEntry("k", () => 1),
    () => region.getOrCreateMulti(["a", "b"], () => [1, 2]),
    () => region.get("k"),
    () => region.getMulti(["a", "b"]),
    () => region.getValueMetadata("k"),
    () => region.set("k", 1),
    () => region.setMulti([["k", 1]]),
    () => region.delete("k"),
    () => region.deleteMulti(["k"]),
    () => region.invalidate(),
    () => region.keyIsLocked("k"),
    () => other.getOrCreate("k", () => 1),
  ])
    await refused(call());
  expect(() => createRegion({ backend: new MemoryBackend() })).toThrow(PoisonedError);
});
