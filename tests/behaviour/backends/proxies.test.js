import { createRegion, MemoryBackend, ProxyBackend, Region } from "dogpile";
import { describe, expect, test } from "vitest";
import { checkAfterEach } from "../helpers.js";

checkAfterEach();

/** Notes what passes through it. */
class Recorder extends ProxyBackend {
  constructor(name = "recorder", log = []) {
    super();
    this.name = name;
    this.log = log;
  }

  get(key) {
    this.log.push(`${this.name} get ${key}`);
    return super.get(key);
  }

  getMulti(keys) {
    this.log.push(`${this.name} getMulti ${keys}`);
    return super.getMulti(keys);
  }

  set(key, value) {
    this.log.push(`${this.name} set ${key} ${typeof value}`);
    return super.set(key, value);
  }

  setMulti(values) {
    this.log.push(`${this.name} setMulti ${[...values.keys()]}`);
    return super.setMulti(values);
  }

  delete(key) {
    this.log.push(`${this.name} delete ${key}`);
    return super.delete(key);
  }
}

describe("proxies", () => {
  test("are passed in the order in which they are listed, and one put on later comes first", async () => {
    const log = [];
    const backend = new MemoryBackend();
    const region = createRegion({ backend, wrap: [new Recorder("a", log), new Recorder("b", log)] });
    await region.getOrCreate("k", () => 1);
    expect(log).toEqual(["a get k", "b get k", "a set k object", "b set k object"]);
    log.length = 0;
    expect(region.wrap(new Recorder("c", log))).toBeUndefined();
    expect(await region.get("k")).toBe(1);
    await region.delete("k");
    expect(log).toEqual(["c get k", "a get k", "b get k", "c delete k", "a delete k", "b delete k"]);
    expect(region.actualBackend).toBe(backend);
    expect(region.backend).toBeInstanceOf(Recorder);
  });

  test("see every warm call", async () => {
    const region = createRegion({ backend: new MemoryBackend() });
    await region.set("k", 1);
    await region.getOrCreate("k", () => 2);
    const recorder = new Recorder();
    region.wrap(recorder);
    expect(await region.getOrCreate("k", () => 2)).toBe(1);
    expect(recorder.log).toEqual(["recorder get k"]);
  });

  test("see calls for many keys, also where the backend has none", async () => {
    const recorder = new Recorder();
    const region = createRegion({ backend: new MemoryBackend(), wrap: [recorder] });
    expect(await region.getOrCreateMulti(["a", "b"], (keys) => keys)).toEqual(["a", "b"]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual(["a", "b", undefined]);
    await region.deleteMulti(["a", "b"]);
    expect(recorder.log).toEqual(["recorder getMulti a,b", "recorder setMulti a,b", "recorder getMulti a,b,c"]);
    expect(region.actualBackend.size).toBe(0);
  });

  test("see mangled keys and what is stored as it is stored; manglers and serializers are the innermost backend's", async () => {
    const recorder = new Recorder();
    const backend = Object.assign(new MemoryBackend(), { serializer: JSON, keyMangler: (key) => `m:${key}` });
    const region = createRegion({ backend, wrap: [recorder] });
    await region.set("k", 1);
    expect(await region.get("k")).toBe(1);
    expect(recorder.log).toEqual(["recorder set m:k string", "recorder get m:k"]);
  });

  test("may be classes, which are made without arguments", async () => {
    const region = createRegion({ backend: new MemoryBackend(), wrap: [Recorder] });
    region.wrap(Recorder);
    await region.set("k", 1);
    expect(region.backend.log).toEqual(["recorder set k object"]);
    expect(region.backend.proxied.log).toEqual(["recorder set k object"]);
  });

  test("may change what passes through them", async () => {
    class Renaming extends ProxyBackend {
      get(key) {
        return super.get(key.toUpperCase());
      }
      set(key, value) {
        return super.set(key.toUpperCase(), value);
      }
    }
    const region = createRegion({ backend: new MemoryBackend(), wrap: [Renaming] });
    await region.getOrCreate("k", () => 1);
    expect(await region.get("K")).toBe(1);
    expect([...region.actualBackend.entries()].map(([key]) => key)).toEqual(["K"]);
  });

  test("delegate clear and entries", async () => {
    const region = createRegion({ backend: new MemoryBackend(), wrap: [ProxyBackend] });
    await region.set("k", 1);
    expect([...region.backend.entries()]).toHaveLength(1);
    await region.backend.clear();
    expect(region.actualBackend.size).toBe(0);
  });

  test("are gone with the backend that is replaced", async () => {
    const recorder = new Recorder();
    const region = createRegion({ backend: new MemoryBackend(), wrap: [recorder] });
    region.configure({ backend: new MemoryBackend(), replaceExistingBackend: true });
    await region.set("k", 1);
    expect(recorder.log).toEqual([]);
  });

  test.each([[5], ["proxy"], [new MemoryBackend()], [[new MemoryBackend()]], [[undefined]], [[class {}]]])(
    "%j is refused, and the region stays as it was",
    (wrap) => {
      const region = new Region();
      const proxy = new ProxyBackend();
      const listed = Array.isArray(wrap) ? [proxy, ...wrap] : wrap;
      expect(() => region.configure({ backend: new MemoryBackend(), wrap: listed })).toThrow(expect.objectContaining({ code: "VALIDATION" }));
      expect(region.isConfigured).toBe(false);
      expect(proxy.proxied).toBeUndefined();
    },
  );
});

describe("a proxy stands in one place of one region", () => {
  const make = (wrap) => createRegion({ backend: new MemoryBackend(), wrap });
  const refusal = expect.objectContaining({ code: "VALIDATION", message: expect.stringContaining("a proxy must be used in one place only") });

  test("a second region may not have it, and the first goes on", async () => {
    const proxy = new Recorder();
    const first = make([proxy]);
    await first.set("k", "first");
    expect(() => make([proxy])).toThrow(refusal);
    const other = make([]);
    expect(() => other.wrap(proxy)).toThrow(refusal);
    expect(other.backend).toBe(other.actualBackend);
    expect(await first.get("k")).toBe("first");
  });

  test("nor may the same region have it twice", () => {
    const proxy = new Recorder();
    const [before, other] = [new Recorder(), new Recorder()];
    expect(() => make([proxy, new Recorder(), proxy])).toThrow(refusal);
    const region = make([proxy, before]);
    for (const each of [proxy, before]) expect(() => region.wrap(each)).toThrow(refusal);
    region.wrap(other);
    expect(region.backend).toBe(other);
    expect(() => region.configure({ backend: region.backend, wrap: [before], replaceExistingBackend: true })).toThrow(refusal);
  });

  test("the same region configured anew may use it again, and classes as often as they like", async () => {
    const proxy = new Recorder();
    const region = make([proxy, Recorder, Recorder]);
    region.configure({ backend: new MemoryBackend(), wrap: [Recorder, proxy], replaceExistingBackend: true });
    await region.set("k", "value");
    expect(await region.get("k")).toBe("value");
    expect(() => make([proxy])).toThrow(refusal);
    make([Recorder]);
  });

  test("what was refused with others is still free", () => {
    const [proxy, taken] = [new Recorder(), new Recorder()];
    make([taken]);
    expect(() => make([proxy, taken])).toThrow(refusal);
    make([proxy]);
  });
});
