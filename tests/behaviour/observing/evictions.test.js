import { describe, expect, test } from "vitest";
import { createRegion, MemoryBackend, ProxyBackend, Region, TieredBackend } from "dogpile";
import { checkAfterEach, makeRegion, record, turns } from "../helpers.js";

checkAfterEach();

/** Notes evictions: the key, why, and the region's name if it has one. */
function listening() {
  const told = [];
  return { told, observer: { onEvict: (...event) => void told.push(event) } };
}

const fill = async (region, keys) => {
  for (const key of keys) await region.set(key, key);
  await turns();
};

const memories = [
  ["its own entries", (maxEntries) => new MemoryBackend({ maxEntries })],
  ["a user's Map", (maxEntries) => new MemoryBackend({ maxEntries, cache: new Map() })],
];

describe.each(memories)("onEvict of a MemoryBackend with %s", (_name, makeBackend) => {
  test("is told which key went because there were too many, with the region's name", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ name: "r", backend: makeBackend(2), observer }, []);
    await fill(region, ["a", "b", "c", "d"]);
    expect(told).toEqual([
      ["a", "size", "r"],
      ["b", "size", "r"],
    ]);
  });

  test("is not told of what is deleted, cleared or replaced", async () => {
    const { observer, told } = listening();
    const backend = makeBackend(2);
    const region = makeRegion({ backend, observer }, []);
    await fill(region, ["a", "a", "b"]);
    await region.delete("a");
    backend.clear();
    await fill(region, ["a", "b"]);
    expect(told).toEqual([]);
  });

  test("has the key as the backend has it, behind proxies too", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ backend: makeBackend(1), observer, keyMangler: (key) => `mangled-${key}`, wrap: [ProxyBackend] }, []);
    await fill(region, ["a", "b"]);
    expect(told).toEqual([["mangled-a", "size"]]);
  });

  test("is told to every region over the backend, to each observer of it", async () => {
    const backend = makeBackend(1);
    const [one, two, three] = [listening(), listening(), listening()];
    const region = makeRegion({ backend, observer: one.observer }, []);
    region.observe(two.observer);
    makeRegion({ backend, observer: three.observer }, []);
    makeRegion({ backend }, []);
    await fill(region, ["a", "b"]);
    expect([one.told, two.told, three.told]).toEqual(Array(3).fill([["a", "size"]]));
  });

  test("may write: nothing is told in the middle of a write", async () => {
    const backend = makeBackend(2);
    const again = [];
    const region = makeRegion({ backend, observer: { onEvict: (key) => again.length < 3 && again.push(region.set(key, "again")) } }, []);
    await fill(region, ["a", "b", "c"]);
    await Promise.all(again);
    await turns();
    expect(again.length).toBe(3);
    expect(backend.size).toBe(2);
    expect([...backend.entries()].length).toBe(2);
  });

  test("what it throws and rejects with reaches nobody", async () => {
    const { observer, told } = listening();
    const region = makeRegion({ backend: makeBackend(1), observer: { onEvict: () => Promise.reject(new Error("of the observer")) } }, []);
    region.observe({
      onEvict() {
        throw new Error("of the observer");
      },
    });
    region.observe(observer);
    await fill(region, ["a", "b"]);
    expect(told).toEqual([["a", "size"]]);
  });
});

describe("onEvict", () => {
  test("is told of a near tier, until the region has another backend", async () => {
    const { observer, told } = listening();
    const backend = new TieredBackend(new MemoryBackend({ maxEntries: 1 }), new MemoryBackend());
    const region = makeRegion({ backend, observer }, []);
    await fill(region, ["a", "b"]);
    expect(told.splice(0)).toEqual([["a", "size"]]);
    region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true });
    await fill(createRegion({ backend }), ["c"]);
    expect(told).toEqual([]);
  });

  test("tells what the sweep has removed because it had expired", async () => {
    const { observer, told } = listening();
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, observer }, []);
    backend.set("old", record("old", 1), { expirationTime: -10 });
    await fill(region, ["a", "b"]);
    expect(told).toEqual([["old", "expired"]]);
  });

  test("begins and ends with its observer", async () => {
    const { observer, told } = listening();
    const region = new Region();
    const early = region.observe(observer);
    region.configure({ backend: new MemoryBackend({ maxEntries: 1 }) });
    const late = region.observe(observer);
    await fill(region, ["a", "b"]);
    expect(told.splice(0)).toEqual(Array(2).fill(["a", "size"]));
    early();
    await fill(region, ["c"]);
    expect(told.splice(0)).toEqual([["b", "size"]]);
    late();
    late();
    await fill(region, ["d"]);
    expect(told).toEqual([]);
  });

  test("follows the region to another backend, and is over when the region is disposed of", async () => {
    const { observer, told } = listening();
    const [first, second] = [new MemoryBackend({ maxEntries: 1 }), new MemoryBackend({ maxEntries: 1 })];
    const region = makeRegion({ backend: first, observer }, []);
    const other = createRegion({ backend: first });
    region.configure({ backend: second, replaceExistingBackend: true });
    await fill(other, ["a", "b"]);
    expect(told).toEqual([]);
    await fill(region, ["c", "d"]);
    expect(told.splice(0)).toEqual([["c", "size"]]);
    await region[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
    await fill(createRegion({ backend: second }), ["e"]);
    expect(told).toEqual([]);
  });
});
