// Cloudflare KV as workerd has it locally, and what CloudflareKVBackend makes of it.
import { CloudflareKVBackend, createRegion } from "dogpile";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startRuntime } from "./runtime.js";

const MiB = 2 ** 20;
let runtime;
let namespace;
beforeAll(async () => {
  runtime = startRuntime([{ modules: [{ path: "worker.js", contents: "export default {};" }], env: { KV: { type: "kv", id: "kv" } } }]);
  namespace = await runtime.getKVNamespace("KV");
});
afterAll(() => runtime?.dispose());
afterEach(() => vi.restoreAllMocks());

describe("the limits of KV", () => {
  test.each([
    ["", "cannot be empty"],
    [".", "not allowed"],
    ["..", "not allowed"],
    ["x".repeat(513), "414"],
    ["é".repeat(257), "414"],
  ])("it takes no key %j", (key, message) => expect(namespace.put(key, "value")).rejects.toThrow(message));

  test.each(["x".repeat(512), "é".repeat(256), "a\0b", " \n\t", "%2e", "a/../b", "/", "a?b#c"])("it takes the key %j", async (key) => {
    await namespace.put(key, `of ${key}`);
    expect(await namespace.get(key)).toBe(`of ${key}`);
    expect([...(await namespace.get([key]))]).toEqual([[key, `of ${key}`]]);
  });

  test("a value's lone surrogates do not come back", async () => {
    await namespace.put("surrogate", "a\ud800b");
    expect(await namespace.get("surrogate")).toBe("a\ufffdb");
  });

  test("an expirationTtl is at least 60 and an int32, a cacheTtl at least 30", async () => {
    const put = (expirationTtl) => namespace.put("k", "value", { expirationTtl });
    for (const accepted of [60, 60.5, 2 ** 31 - 1]) await put(accepted);
    for (const refused of [59, 2 ** 31, Infinity, 0, -1]) await expect(put(refused), refused).rejects.toThrow();
    expect(await namespace.get("k", { cacheTtl: 30 })).toBe("value");
    await expect(namespace.get("k", { cacheTtl: 29 })).rejects.toThrow("400");
  });

  test("a bulk read is of 1 to 100 keys and at most 25 MiB; what is no JSON fails it as a whole", async () => {
    const names = (count) => Array.from({ length: count }, (_, index) => `bulk${index}`);
    expect((await namespace.get(names(100))).size).toBe(100);
    for (const count of [0, 101]) await expect(namespace.get(names(count))).rejects.toThrow("400");
    await namespace.put("json", "{}");
    await namespace.put("text", "text");
    await expect(namespace.get(["json", "text"], { type: "json" })).rejects.toThrow("400");
    await Promise.all(["large1", "large2"].map((name) => namespace.put(name, "x".repeat(13 * MiB))));
    await expect(namespace.get(["large1", "large2"])).rejects.toThrow("413");
  });

  test("a value is at most 25 MiB, metadata 1,024 bytes", async () => {
    await namespace.put("k", "x".repeat(25 * MiB));
    await expect(namespace.put("k", "x".repeat(25 * MiB + 1))).rejects.toThrow("413");
    await namespace.put("k", "value", { metadata: "x".repeat(1022) });
    await expect(namespace.put("k", "value", { metadata: "x".repeat(1023) })).rejects.toThrow("413");
  });
});

let count = 0;
const makeKV = (options) => new CloudflareKVBackend(namespace, { prefix: `test${++count}`, ...options });

/** A namespace that notes what it is asked. */
function watched() {
  const sent = [];
  const method =
    (name) =>
    (...args) => {
      sent.push([name, ...args]);
      return namespace[name](...args);
    };
  return { sent, get: method("get"), put: method("put"), delete: method("delete"), list: method("list") };
}

describe("CloudflareKVBackend", () => {
  test("keeps text, and knows what it does not have", async () => {
    const backend = makeKV();
    expect(await backend.get("k")).toBeUndefined();
    await backend.set("k", "text");
    expect(await backend.get("k")).toBe("text");
    expect(await backend.getMulti(["absent", "k", "absent", "k"])).toEqual([undefined, "text", undefined, "text"]);
    await backend.delete("k");
    expect(await backend.get("k")).toBeUndefined();
    await backend.delete("k");
    expect(await backend.getMulti([])).toEqual([]);
    await backend.setMulti(new Map());
    await backend.deleteMulti([]);
  });

  test("is written as Python's dogpile.cache writes", async () => {
    const backend = makeKV();
    await createRegion({ backend, clock: () => 1_700_000_000 }).set("greeting", "hello");
    expect(await backend.get("greeting")).toBe('{"ct": 1700000000.0, "v": 2}|"hello"');
  });

  test.each([
    ["a record", { payload: 1, metadata: {} }],
    ["bytes", new Uint8Array(1)],
    ["a lone surrogate", "a\ud800"],
  ])("takes no %s", async (_what, value) => {
    await expect(makeKV().set("k", value)).rejects.toMatchObject({ code: "VALIDATION" });
  });

  test("reads a hundred keys an operation, each once", async () => {
    const kv = watched();
    const backend = makeKV();
    const watching = new CloudflareKVBackend(kv, { prefix: `test${count}` });
    const keys = Array.from({ length: 250 }, (_, index) => `k${index}`);
    await backend.setMulti(new Map(keys.map((key) => [key, `of ${key}`])));
    expect(await watching.getMulti([...keys, ...keys])).toEqual([...keys, ...keys].map((key) => `of ${key}`));
    expect(kv.sent.map(([name, names]) => [name, names.length])).toEqual([
      ["get", 100],
      ["get", 100],
      ["get", 50],
    ]);
  });

  test("reads in several operations what is too much for one", async () => {
    const backend = makeKV();
    const large = "x".repeat(10 * MiB);
    const keys = ["a", "b", "c", "d"];
    for (const key of keys) await backend.set(key, large);
    const found = await backend.getMulti(keys);
    expect(found.map((text) => text.length)).toEqual(keys.map(() => large.length));
    await backend.clear();
  });

  test("tries every write before it says that one has failed, and what failed", async () => {
    const backend = makeKV();
    const values = new Map([
      ["a", "1"],
      ["b", "x".repeat(25 * MiB + 1)],
      ["c", "3"],
    ]);
    await expect(backend.setMulti(values)).rejects.toThrow('Cloudflare KV accepts records of at most 25 MiB; that of "b" is larger.');
    expect(await backend.getMulti(["a", "b", "c"])).toEqual(["1", undefined, "3"]);
  });

  test("says what a 429 means", async () => {
    const cause = new Error("KV PUT failed: 429 Too Many Requests"); // local KV never says so
    const kv = { ...watched(), put: () => Promise.reject(cause) };
    await expect(new CloudflareKVBackend(kv).set("k", "text")).rejects.toMatchObject({
      cause,
      message: expect.stringContaining('one write per second for each key; "k"'),
    });
  });

  test("sends a few writes at once", async () => {
    let [now, most] = [0, 0];
    const put = async (...args) => {
      most = Math.max(most, ++now);
      await namespace.put(...args);
      now -= 1;
    };
    const backend = new CloudflareKVBackend({ ...watched(), put }, { prefix: `test${++count}` });
    await backend.setMulti(new Map(Array.from({ length: 50 }, (_, index) => [`k${index}`, "text"])));
    expect(most).toBe(6);
  });

  test("clears and lists what is under its prefix, page by page", async () => {
    const inPages = { ...watched(), list: (options) => namespace.list({ ...options, limit: 10 }) };
    const [backend, other] = [new CloudflareKVBackend(inPages, { prefix: `test${++count}` }), makeKV()];
    const keys = Array.from({ length: 25 }, (_, index) => `k${index}`).sort();
    await other.set("k", "other");
    await backend.setMulti(new Map(keys.map((key) => [key, `of ${key}`])));
    const entries = [];
    for await (const entry of backend.entries()) entries.push(entry);
    expect(entries).toEqual(keys.map((key) => [key, `of ${key}`]));
    await backend.clear();
    for await (const entry of backend.entries()) expect.fail(`${entry} is left`);
    expect(await other.get("k")).toBe("other");
  });
});

describe("how long KV keeps a record", () => {
  const ttl = async (options, hint) => {
    const kv = watched();
    await new CloudflareKVBackend(kv, { prefix: `test${++count}`, ...options }).set("k", "text", hint);
    return kv.sent[0][3].expirationTtl;
  };
  beforeEach(() => vi.spyOn(console, "warn").mockImplementation(() => {}));

  test.each([
    ["what was asked for", { expirationTtl: "2h" }, { expirationTime: 90 }, 7200],
    ["for ever, where nobody says anything", {}, undefined, undefined],
    ["for ever, where the hint says nothing", {}, {}, undefined],
    ["for ever, where that was asked for", { expirationTtl: -1 }, { expirationTime: 90 }, undefined],
    ["what the hint says", {}, { expirationTime: 90.5 }, 91],
    ["60 s, where the hint says less", {}, { expirationTime: 5 }, 60],
    ["an int32, where the hint says more", {}, { expirationTime: 1e12 }, 2 ** 31 - 1],
    ["an int32, where more was asked for", { expirationTtl: "100000d" }, undefined, 2 ** 31 - 1],
  ])("%s", async (_what, options, hint, expected) => {
    expect(await ttl(options, hint)).toBe(expected);
    expect(console.warn).not.toHaveBeenCalled();
  });

  test("60 s, where less was asked for, and a warning says so", async () => {
    expect(await ttl({ expirationTtl: "5s" })).toBe(60);
    expect(console.warn.mock.calls).toEqual([["dogpile: expirationTtl is 60 s instead of 5 s, the minimum of Cloudflare KV."]]);
  });

  test("a copy of it: cacheTtl, at least 30 s, for one key and for many", async () => {
    for (const [cacheTtl, expected] of [
      ["2m", 120],
      [Infinity, 2 ** 31 - 1],
      ["1s", 30],
    ]) {
      const kv = watched();
      const backend = new CloudflareKVBackend(kv, { cacheTtl });
      await backend.get("k");
      await backend.getMulti(["k"]);
      expect(kv.sent.map(([, , options]) => options)).toEqual([
        { type: "text", cacheTtl: expected },
        { type: "text", cacheTtl: expected },
      ]);
    }
    expect(console.warn).toHaveBeenCalledTimes(1);
  });
});

describe("what a CloudflareKVBackend is made of", () => {
  const make =
    (...args) =>
    () =>
      new CloudflareKVBackend(...args);

  test.each([
    ["no namespace", make(), "namespace must be a KV namespace, with get, put, delete, list (missing: get, put, delete, list), not undefined"],
    ["a Map", make(new Map()), "(missing: put, list)"],
    [
      "an unknown option",
      make({ get() {}, put() {}, delete() {}, list() {} }, { ttl: 60 }),
      "unknown option ttl; the known ones are prefix, expirationTtl, cacheTtl, lock",
    ],
  ])("%s is refused", (_what, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "VALIDATION", message: expect.stringContaining(message) }));
  });

  test.each([
    ["prefix", 1],
    ["prefix", "\ud800"],
    ["prefix", "x".repeat(467)],
    ["expirationTtl", "soon"],
    ["expirationTtl", NaN],
    ["cacheTtl", {}],
    ["lock", {}],
    ["lock", true],
    ["lock", "DOGPILE"],
  ])("%s: %j is refused", (name, value) => {
    expect(make(namespace, { [name]: value })).toThrow(expect.objectContaining({ code: "VALIDATION" }));
  });

  test("options that are not given are as good as none", async () => {
    const backend = new CloudflareKVBackend(namespace, { prefix: undefined, expirationTtl: undefined, cacheTtl: null, lock: null });
    expect(backend.getMutex("k")).toBeUndefined();
    expect(new CloudflareKVBackend(namespace, { prefix: "x".repeat(466) }).keyMangler("")).toBe("");
  });

  test("a file may name it, its arguments in either spelling", async () => {
    const region = createRegion({
      backend: "dogpile.cache.cloudflare_kv",
      arguments: { namespace, prefix: `test${++count}`, expiration_ttl: 90, cacheTtl: 60 },
    });
    await region.set("k", "value");
    expect((await namespace.list({ prefix: `test${count}:` })).keys.map(({ name, expiration }) => [name, expiration > 0])).toEqual([[`test${count}:k`, true]]);
    expect(() => createRegion({ backend: "dogpile.cache.cloudflare_kv" })).toThrow("namespace must be");
    expect(() => createRegion({ backend: "dogpile.cache.cloudflare_kv", arguments: { namespace, cache_tl: 60 } })).toThrow("unknown option cacheTl");
  });
});
