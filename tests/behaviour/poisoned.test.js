import { afterAll, beforeAll, expect, test } from "vitest";

const { Instance } = WebAssembly;
const memories = [];
let dogpile;

/** Each file of tests has its own copy of the package: this one's module is broken on purpose. */
beforeAll(async () => {
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      if (this.exports.memory !== undefined) memories.push(this.exports.memory);
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
  expect(memories.length).toBeGreaterThan(0);
  for (const memory of memories) new Uint8Array(memory.buffer).fill(0xff);
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
  ]) await refused(call());
  expect(() => createRegion({ backend: new MemoryBackend() })).toThrow(PoisonedError);
});
