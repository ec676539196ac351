import { CantDeserialize, createRegion, MemoryBackend } from "dogpile";
import { describe, expect, test, vi } from "vitest";
import { checkAfterEach } from "../helpers.js";

checkAfterEach();

const NOW = 1_700_000_000;
const text = new TextEncoder();

/** As a msgpack package is: bytes in and out. */
const bytes = {
  encode: (payload) => text.encode(JSON.stringify(payload)),
  decode: (stored) => JSON.parse(new TextDecoder().decode(stored)),
};

function regionOver(options, records = {}) {
  const backend = new MemoryBackend({ cache: new Map(Object.entries(records)) });
  const onError = vi.fn();
  const region = createRegion({ backend, clock: () => NOW, observer: { onError }, ...options });
  return { backend, onError, region };
}

describe("what is written", () => {
  test.each([
    [NOW, "1700000000.0"],
    [1_700_000_000.125, "1700000000.125"],
    [1, "1.0"],
    [0.000_05, "5e-05"],
    [1e16, "1e+16"],
    [1.5e300, "1.5e+300"],
  ])("is what dogpile.cache writes at %s", async (now, written) => {
    const { backend, region } = regionOver({ serializer: JSON, clock: () => now });
    await region.set("k", { a: [1, "|"] });
    expect(backend.get("k")).toBe(`{"ct": ${written}, "v": 2}|{"a":[1,"|"]}`);
  });

  test("is bytes where the serializer gives bytes", async () => {
    const { backend, region } = regionOver({ serializer: bytes });
    await region.getOrCreate("k", () => "é");
    expect(new TextDecoder().decode(backend.get("k"))).toBe('{"ct": 1700000000.0, "v": 2}|"é"');
    expect(await region.get("k")).toBe("é");
  });

  test("carries the value's own expiration", async () => {
    const { backend, region } = regionOver({ serializer: JSON });
    await region.set("k", 1, { expiresIn: 60 });
    await region.set("ever", 1, { expiresIn: Infinity });
    expect(backend.get("k")).toBe('{"ct": 1700000000.0, "v": 2, "et": 60.0}|1');
    expect(await region.get("ever", { expirationTime: undefined })).toBe(1);
  });

  test("is the created value itself for the callers, not a round trip", async () => {
    const { region } = regionOver({ serializer: JSON });
    const created = new Date();
    expect(await region.getOrCreate("k", () => created)).toBe(created);
    expect(await region.getOrCreate("k", () => "not called")).toBe(created.toJSON());
  });
});

describe("what is read", () => {
  test.each([
    ["text", '{"v": 2, "ct": 1}|"p|q"'],
    ["bytes", text.encode('{"ct":1.0,"v":2,"more":[]}|"p|q"')],
  ])("is split at the first bar and may be %s", async (_, stored) => {
    for (const serializer of [JSON, bytes]) {
      const { region } = regionOver({ serializer }, { k: stored });
      expect(await region.get("k")).toBe("p|q");
      expect((await region.getValueMetadata("k")).cachedTime).toBe(1);
    }
  });

  test.each(["", "no bar", "|1", "{}|1", "[1]|1", '{"ct": 1, "v": 2}|', '{"ct": 1, "v": 2}|{', "null|1"])(
    "is a miss that is reported and replaced when it is %j",
    async (stored) => {
      const { backend, onError, region } = regionOver({ serializer: JSON }, { k: stored });
      expect(await region.get("k", { ignoreExpiration: true })).toBeUndefined();
      expect(onError).toHaveBeenCalledWith(expect.any(Error), "read");
      expect(await region.getOrCreate("k", () => "new")).toBe("new");
      expect(backend.get("k")).toMatch(/\|"new"$/);
    },
  );

  test("is a silent miss when the serializer says that it cannot", async () => {
    const serializer = {
      stringify: JSON.stringify,
      parse: () => {
        throw new CantDeserialize("an older form");
      },
    };
    const { onError, region } = regionOver({ serializer }, { k: '{"ct": 1, "v": 2}|1' });
    expect(await region.get("k")).toBeUndefined();
    expect(await region.getOrCreate("k", () => "new")).toBe("new");
    expect(onError).not.toHaveBeenCalled();
  });
});

describe("a payload that begins with a byte order mark", () => {
  const raw = { stringify: (payload) => payload, parse: (stored) => stored };
  const rawBytes = { encode: (payload) => text.encode(payload), decode: (stored) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(stored) };
  const payload = "\ufeff\ufeffé";
  const head = '{"ct": 1700000000.0, "v": 2}|';

  test.each([
    ["text", raw],
    ["bytes", rawBytes],
  ])("comes back whole, written as %s", async (_name, serializer) => {
    const { region } = regionOver({ serializer });
    await region.set("k", payload);
    expect(await region.get("k")).toBe(payload);
  });

  test.each([
    ["text", head + payload],
    ["bytes", text.encode(head + payload)],
  ])("comes back whole, read as %s", async (_name, stored) => {
    for (const serializer of [raw, rawBytes]) {
      const { region } = regionOver({ serializer }, { k: stored });
      expect(await region.get("k")).toBe(payload);
    }
  });
});

describe("what cannot be serialized", () => {
  test.each([
    ["undefined", undefined],
    ["a cycle", Object.assign([], [[]])],
    ["a bigint", 1n],
  ])("is not stored: %s", async (name, value) => {
    if (name === "a cycle") value[0] = value;
    const { backend, onError, region } = regionOver({ serializer: JSON });
    expect(await region.getOrCreate("k", () => value)).toBe(value);
    expect(onError).toHaveBeenCalledWith(expect.any(Error), "write");
    await expect(region.set("k", value)).rejects.toThrow();
    await expect(region.setMulti({ good: 1, bad: value })).rejects.toThrow();
    expect(backend.size).toBe(0);
  });

  test("costs a call for many keys its own key alone", async () => {
    const { backend, region } = regionOver({ serializer: JSON });
    expect(await region.getOrCreateMulti(["a", "b"], () => [1n, 2])).toEqual([1n, 2]);
    expect([backend.get("a"), backend.get("b")]).toEqual([undefined, '{"ct": 1700000000.0, "v": 2}|2']);
  });

  test("rejects in a region that wants to be told", async () => {
    const { region } = regionOver({ serializer: JSON, backendErrors: "throw" });
    await expect(region.getOrCreate("k", () => 1n)).rejects.toMatchObject({ code: "BACKEND" });
  });
});

describe("which serializer counts", () => {
  test("the region's, else the backend's, else none; false switches the backend's off", async () => {
    const stored = async (options) => {
      const backend = Object.assign(new MemoryBackend(), { serializer: bytes });
      await createRegion({ backend, ...options }).set("k", 1);
      return backend.get("k");
    };
    expect(await stored({})).toBeInstanceOf(Uint8Array);
    expect(await stored({ serializer: JSON })).toBeTypeOf("string");
    expect(await stored({ serializer: false })).toHaveProperty("payload", 1);
  });

  test.each([[{}], [{ stringify: () => "" }], [{ encode: () => 1 }], ["json"], [1]])("%j is refused before anything changes", (serializer) => {
    expect(() => createRegion({ backend: new MemoryBackend(), serializer })).toThrow(expect.objectContaining({ code: "VALIDATION" }));
  });
});
