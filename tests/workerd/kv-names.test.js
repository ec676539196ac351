// The names under which CloudflareKVBackend keeps its keys in Cloudflare KV as workerd has it locally.
import { CloudflareKVBackend, createRegion } from "dogpile";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startRuntime } from "./runtime.js";

let runtime;
let namespace;
beforeAll(async () => {
  runtime = startRuntime([{ modules: [{ path: "worker.js", contents: "export default {};" }], env: { KV: { type: "kv", id: "names" } } }]);
  namespace = await runtime.getKVNamespace("KV");
});
afterAll(() => runtime?.dispose());
beforeEach(async () => {
  for (const name of await names()) await namespace.delete(name);
});

const names = async () => (await namespace.list()).keys.map(({ name }) => name);
const over = (prefix, kv = namespace) => new CloudflareKVBackend(kv, { prefix });
const entriesOf = async (backend) => Array.fromAsync(backend.entries());

describe("two prefixes never meet", () => {
  test("neither in a key, nor in what is listed and cleared", async () => {
    const [user, users] = [over("user"), over("users")];
    await user.set("s:1", "of user");
    await users.set("1", "of users");
    expect(await names()).toEqual(["user:s:1", "users:1"]);
    expect([await user.get("s:1"), await users.get("1")]).toEqual(["of user", "of users"]);
    expect([await entriesOf(user), await entriesOf(users)]).toEqual([[["s:1", "of user"]], [["1", "of users"]]]);
    await user.clear();
    expect([await entriesOf(user), await entriesOf(users)]).toEqual([[], [["1", "of users"]]]);
  });

  test("whatever prefixes and keys are made of", async () => {
    const parts = ["", "a", "b", ":", "::", "a:", ":a", "a:b", "sha1:"];
    const prefixes = parts.filter((part) => !part.includes(":"));
    const found = [];
    const noting = { ...methods(), put: async (name) => void found.push(name) };
    for (const prefix of [...prefixes, "ab", "aa"]) for (const key of [...parts, "bb"]) await over(prefix, noting).set(key, "text");
    expect(new Set(found).size).toBe(found.length);
  });

  test.each(["users:", ":", "a:b", "::"])("%j is refused: the separator is the backend's", (prefix) => {
    const message = `prefix must be a string without ":" (the backend adds it), not ${JSON.stringify(prefix)} (a string)`;
    expect(() => over(prefix)).toThrow(expect.objectContaining({ code: "VALIDATION", message }));
  });
});

test("without a prefix it touches nothing else in the namespace", async () => {
  const others = ["k", "users:1", "sha1:1"];
  for (const name of others) await namespace.put(name, "another tool's");
  const backend = new CloudflareKVBackend(namespace);
  await backend.set("k", "ours");
  expect([await backend.get("k"), await backend.get("users:1"), await backend.getMulti(["k", "sha1:1"])]).toEqual(["ours", undefined, ["ours", undefined]]);
  expect(await entriesOf(backend)).toEqual([["k", "ours"]]);
  await backend.deleteMulti(others.slice(1));
  await backend.clear();
  expect(await names()).toEqual(others.toSorted());
});

/** All methods of the namespace; a test replaces some. */
const methods = () => Object.fromEntries(["get", "put", "delete", "list"].map((name) => [name, (...args) => namespace[name](...args)]));

describe("names that are array indices, which a bulk read leaves out", () => {
  const keys = ["42", "0", "k", "4294967294", "__proto__"];

  test("KV as it is", async () => {
    for (const name of keys) await namespace.put(name, `of ${name}`);
    expect([...(await namespace.get(keys))]).toEqual([["k", "of k"]]);
    for (const name of keys) expect(await namespace.get(name)).toBe(`of ${name}`);
  });

  test("are keys like any others to a region: nothing that is stored is created anew", async () => {
    const region = createRegion({ backend: over("") });
    for (const key of keys) await region.set(key, `of ${key}`);
    expect(await region.getMulti(keys)).toEqual(keys.map((key) => `of ${key}`));
    const create = (missing) => missing.map((key) => `${key} anew`);
    expect(await createRegion({ backend: over("") }).getOrCreateMulti([...keys, "43"], create)).toEqual([...keys.map((key) => `of ${key}`), "43 anew"]);
    for (const key of keys) expect(await region.get(key)).toBe(`of ${key}`);
  });

  /** Keeps each name without its ":", so that names in KV are array indices, and notes what is read. */
  function bare() {
    const read = [];
    const colon = (name) => `:${name}`;
    const noted = (name) => (read.push(name), Array.isArray(name) ? name.map((each) => each.slice(1)) : name.slice(1));
    const get = async (name, options) => {
      const found = await namespace.get(noted(name), options);
      return Array.isArray(name) ? new Map([...found].map(([each, stored]) => [colon(each), stored])) : found;
    };
    const list = async () => ({ keys: (await names()).map((name) => ({ name: colon(name) })), list_complete: true });
    return { read, get, list, put: (name, ...rest) => namespace.put(name.slice(1), ...rest), delete: (name) => namespace.delete(name.slice(1)) };
  }

  test("are read singly, and only they", async () => {
    const kv = bare();
    const backend = over("", kv);
    for (const key of keys) await backend.set(key, `of ${key}`);
    expect(await backend.getMulti([...keys, "absent", "43"])).toEqual([...keys.map((key) => `of ${key}`), undefined, undefined]);
    const [together, ...singly] = kv.read;
    expect([together.length, singly.toSorted()]).toEqual([7, [":0", ":42", ":4294967294", ":43", ":__proto__"]]);
    expect(await entriesOf(backend)).toEqual(keys.toSorted().map((key) => [key, `of ${key}`]));
  });

  test("a failure to read one is told", async () => {
    const kv = bare();
    const get = async (name, options) => (name === ":42" ? Promise.reject(new Error("no network")) : kv.get(name, options));
    await expect(over("", { ...kv, get }).getMulti(["k", "42"])).rejects.toThrow("no network");
  });
});

test("what alone is too much for a bulk read is read singly", async () => {
  const get = async (name, options) =>
    Array.isArray(name) && name.includes("p:large") ? Promise.reject(new Error("KV GET_BULK failed: 413")) : namespace.get(name, options);
  const backend = over("p", { ...methods(), get });
  const keys = ["a", "large", "b", "absent"];
  for (const key of keys.slice(0, 3)) await backend.set(key, `of ${key}`);
  expect(await backend.getMulti(keys)).toEqual(["of a", "of large", "of b", undefined]);
});

describe("keys that KV cannot hold", () => {
  const bad = ["\ud800", "\udc00", "a\udfffb", "\ufffd\ud800", "x".repeat(512), "é".repeat(256), `sha1:${"0".repeat(40)}`];
  const good = [
    "",
    ".",
    "..",
    "__proto__",
    "...",
    "\ufffd",
    "\u{1f436}",
    "x".repeat(511),
    "é".repeat(255),
    "sha1:",
    `sha1:${"g".repeat(40)}`,
    "\0",
    ":",
    "/",
    "%2e",
  ];
  const mangled = /^sha1:[0-9a-f]{40}$/;

  test("are mangled, no two to the same, and all others are left alone", () => {
    const { keyMangler } = over("");
    for (const key of bad) expect(keyMangler(key)).toMatch(mangled);
    expect(new Set(bad.map(keyMangler)).size).toBe(bad.length);
    for (const key of good) expect(keyMangler(key)).toBe(key);
    expect(keyMangler(keyMangler(bad[0]))).not.toBe(keyMangler(bad[0]));
  });

  test("are those that are too long with the prefix and the separator", () => {
    const { keyMangler } = over("é".repeat(5));
    expect(keyMangler("x".repeat(501))).toBe("x".repeat(501));
    expect(keyMangler("x".repeat(502))).toMatch(mangled);
  });

  test.each(["", "é".repeat(20), "."])("are keys like any others to a region, with the prefix %j", async (prefix) => {
    const keys = [...bad, ...good];
    const region = createRegion({ backend: over(prefix) });
    await region.setMulti(keys.map((key, index) => [key, index]));
    expect(await region.getMulti(keys)).toEqual(keys.map((_, index) => index));
    for (const [index, key] of keys.entries()) expect(await region.get(key)).toBe(index);
  });

  test("with a lone surrogate are refused where nobody mangles: KV would take them for others", async () => {
    const lock = { idFromName: (name) => name, get() {} };
    const backend = new CloudflareKVBackend(namespace, { lock });
    await backend.set("a\ufffd", "another key's");
    const calls = [
      () => backend.get("a\ud800"),
      () => backend.getMulti(["a\ud800"]),
      () => backend.set("a\ud800", "text"),
      () => backend.delete("a\ud800"),
      async () => backend.getMutex("a\ud800"),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "VALIDATION", message: expect.stringContaining("without lone surrogates") });
    expect(await createRegion({ backend, keyMangler: false, observer: { onError() {} } }).getOrCreate("a\ud800", () => "created")).toBe("created");
    expect(await backend.get("a\ufffd")).toBe("another key's");
  });
});
