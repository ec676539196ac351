// What the adapters make of records, wherever they run; tests/packaging/adapters has the libraries themselves.
import { describe, expect, test, vi } from "vitest";
import { createRegion } from "dogpile";
import { fromKeyv, fromUnstorage, toAsyncStorage, toCachified, toKeyv, toUnstorageDriver } from "dogpile/adapters";
import { checkAfterEach } from "../helpers.js";

checkAfterEach();

const inBytes = {
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};
const keyMangler = (key) => `mangled:${key}`;

describe.each([
  ["records as they are", undefined],
  ["text", JSON],
  ["bytes", inBytes],
])("over a backend of %s with a mangler", (_name, serializer) => {
  const make = () => Object.assign(new Map(), { serializer, keyMangler });

  test("a region reads what each of them stores, and they read what a region stores", async () => {
    const backend = make();
    await toAsyncStorage(backend).setItem("1", "ä | 😀");
    await toKeyv(backend).set("2", "ä | 😀", Date.now() + 60_000);
    await toUnstorageDriver(backend).setItem("3", "ä | 😀", { ttl: 60 });
    await toCachified(backend).set("4", { value: "ä | 😀", metadata: { createdTime: Date.now(), ttl: 60_000, swr: 500 } });
    const region = createRegion({ backend });
    expect(await region.getMulti(["1", "2", "3", "4"])).toEqual(["ä | 😀", "ä | 😀", "ä | 😀", "ä | 😀"]);

    await region.set("k", { by: ["a", "region"] });
    const expected = { by: ["a", "region"] };
    expect(await toAsyncStorage(backend).getItem("k")).toEqual(expected);
    expect(await toKeyv(backend).get("k")).toEqual(expected);
    expect(await toUnstorageDriver(backend).getItem("k")).toEqual(expected);
    expect((await toCachified(backend).get("k")).value).toEqual(expected);
  });

  test("a value of a megabyte", async () => {
    const backend = make();
    const value = "x".repeat(1_000_000);
    await toKeyv(backend).set("k", value);
    expect(await createRegion({ backend }).get("k")).toBe(value);
    expect(await toKeyv(backend).get("k")).toBe(value);
  });

  test("what cannot be read is missing", async () => {
    const backend = make();
    const broken = [
      "text",
      new Uint8Array([1, 2]),
      "{}|1",
      '{"ct": 1, "v": 1}|1',
      '{"ct": "1", "v": 2}|1',
      5,
      null,
      {},
      { payload: 1, metadata: { ct: 1, v: 1 } },
    ];
    for (const [index, stored] of broken.entries()) {
      backend.set(keyMangler("k"), stored);
      expect(await toAsyncStorage(backend).getItem("k"), `${index}`).toBeUndefined();
      expect(await toKeyv(backend).has("k"), `${index}`).toBe(false);
      expect(await toUnstorageDriver(backend).getItem("k"), `${index}`).toBe(null);
      expect(await toCachified(backend).get("k"), `${index}`).toBeUndefined();
    }
  });
});

test("text that a serializer cannot make is a TypeError that tells no content, and nothing is stored", async () => {
  const backend = Object.assign(new Map(), { serializer: JSON });
  const writing = toCachified(backend).set("k", { value: undefined, metadata: { createdTime: 1 } });
  await expect(writing).rejects.toThrow(TypeError);
  expect(backend.size).toBe(0);
});

test("an error of the backend is the caller's", async () => {
  const broken = () => Promise.reject(new Error("broken"));
  const backend = { get: broken, set: broken, delete: broken };
  const [keyv, driver] = [toKeyv(backend), toUnstorageDriver(backend)];
  for (const call of [() => keyv.get("k"), () => keyv.set("k", 1), () => keyv.delete("k"), () => keyv.setMany([{ key: "k", value: 1 }])]) {
    await expect(call()).rejects.toThrow("broken");
  }
  for (const call of [() => driver.getItem("k"), () => driver.setItem("k", "1"), () => driver.removeItem("k")]) await expect(call()).rejects.toThrow("broken");
});

test("many keys are one call, where the other side has one", async () => {
  const keyv = { store: {}, get: vi.fn(), set: vi.fn(), delete: vi.fn(), clear: vi.fn() };
  expect(fromKeyv(keyv)).not.toHaveProperty("getMulti");
  Object.assign(keyv, { getMany: vi.fn(async () => ["text"]), setMany: vi.fn(async () => [true]), deleteMany: vi.fn() });
  const backend = fromKeyv(keyv);
  expect(await backend.getMulti(["k"])).toEqual(["text"]);
  await backend.setMulti(new Map([["k", "text"]]), { expirationTime: 2 });
  await backend.deleteMulti(["k"]);
  expect(keyv.setMany).toHaveBeenCalledWith([{ key: "k", value: "text", ttl: 2000 }]);

  const storage = { getItem: vi.fn(), setItem: vi.fn(), removeItem: vi.fn(), getKeys: vi.fn(), clear: vi.fn() };
  expect(fromUnstorage(storage)).not.toHaveProperty("getMulti");
  // In another order, as several mounts give them.
  const getItems = vi.fn(async (keys) => keys.map((key) => ({ key, value: `of ${key}` })).reverse());
  expect(await fromUnstorage({ ...storage, getItems, setItems: vi.fn() }).getMulti(["a", "b", "a"])).toEqual(["of a", "of b", "of a"]);
  expect(getItems).toHaveBeenCalledOnce();
});
