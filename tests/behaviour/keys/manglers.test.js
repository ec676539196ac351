import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { MemoryBackend, lengthConditionalMangler, sha1MangleKey } from "dogpile";
import { describe, expect, test } from "vitest";
import { checkAfterEach, makeRegion, plainBackend, throws } from "../helpers.js";

checkAfterEach();

/** UTF-8, where a lone surrogate counts as the code point that it is. */
function wtf8(text) {
  const bytes = [];
  for (const character of text) {
    const point = character.codePointAt(0);
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return Uint8Array.from(bytes);
}

/** Numbers below `limit` that are the same in every run. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe("sha1MangleKey", () => {
  test.each([
    ["some_key", "some_key", "53def077a4264bd3183d4eb21b1f56f883e1b572"],
    ["the empty string", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["abc", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
    ["a million characters", "a".repeat(1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
  ])("is the SHA-1 in 40 lower-case digits: %s", (_name, key, digest) => {
    expect(sha1MangleKey(key)).toBe(digest);
  });

  test.each([
    ["non-ASCII", "h\u00e9llo"],
    ["astral", "\u{1f436}"],
    ["a high surrogate alone", "\ud800"],
    ["a low surrogate alone", "\udfff"],
    ["surrogates in the wrong order", "a\udc36\ud83db"],
    ["the replacement character", "\ufffd"],
    ["a zero", "a\0b"],
  ])("takes a key as UTF-8, and a lone surrogate as its three bytes: %s", (_name, key) => {
    expect(sha1MangleKey(key)).toBe(bytesToHex(sha1(wtf8(key))));
  });

  test("tells lone surrogates apart, from each other and from the replacement character", () => {
    const keys = ["\ud800", "\ud801", "\udc00", "\ufffd", "\ud800\udc00", "\udc00\ud800"];
    expect(new Set(keys.map(sha1MangleKey)).size).toBe(keys.length);
    expect(bytesToHex(wtf8("\ud800"))).toBe("eda080");
  });

  test("agrees with another implementation over 1,000 random strings", () => {
    const below = numbers(1);
    for (let round = 0; round < 1000; round++) {
      const limit = [0x80, 0x800, 0x10000][below(3)];
      const key = String.fromCharCode(...Array.from({ length: below(200) }, () => (below(4) === 0 ? 0xd800 + below(0x800) : below(limit))));
      expect(sha1MangleKey(key), JSON.stringify(key)).toBe(bytesToHex(sha1(wtf8(key))));
    }
  });

  test("serves as a region's mangler", async () => {
    const backend = plainBackend();
    const region = makeRegion({ backend, keyMangler: sha1MangleKey }, ["some_key"]);
    await region.set("some_key", 1);
    expect([...backend.store.keys()]).toEqual(["53def077a4264bd3183d4eb21b1f56f883e1b572"]);
    expect(await region.get("some_key")).toBe(1);
  });

  test.each([
    ["a number", 5, "number"],
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a list", ["k"], ""],
    ["bytes", new Uint8Array(1), ""],
  ])("refuses what is no string: %s", (_name, key, text) => {
    throws(() => sha1MangleKey(key), "VALIDATION", text);
  });
});

describe("lengthConditionalMangler", () => {
  const short = (key) => lengthConditionalMangler(5, (it) => `mangled ${it}`)(key);

  test.each([
    ["", ""],
    ["abcd", "abcd"],
    ["abcde", "mangled abcde"],
    ["abcdef", "mangled abcdef"],
  ])("leaves keys alone that are shorter: %j is %j", (key, mangled) => {
    expect(short(key)).toBe(mangled);
  });

  test("counts code points, not code units", () => {
    const dog = "\u{1f436}";
    expect(short(dog.repeat(4))).toBe(dog.repeat(4));
    expect(short(dog.repeat(5))).toBe(`mangled ${dog.repeat(5)}`);
    expect(short("\ud83d".repeat(4))).toBe("\ud83d".repeat(4));
    expect(short("\ud83d".repeat(5))).toBe(`mangled ${"\ud83d".repeat(5)}`);
  });

  test("mangles every key from length 0 on", () => {
    expect(lengthConditionalMangler(0, () => "mangled")("")).toBe("mangled");
  });

  test("serves as a region's mangler, with sha1MangleKey for what is long", async () => {
    const backend = plainBackend();
    const long = "k".repeat(300);
    const region = makeRegion({ backend, keyMangler: lengthConditionalMangler(250, sha1MangleKey) }, ["k", long]);
    await region.setMulti({ k: 1, [long]: 2 });
    expect([...backend.store.keys()]).toEqual(["k", sha1MangleKey(long)]);
    expect(await region.getMulti(["k", long])).toEqual([1, 2]);
  });

  test.each([
    ["NaN", NaN],
    ["a text", "250"],
    ["nothing", undefined],
    ["null", null],
  ])("refuses a length that is none: %s", (_name, length) => {
    throws(() => lengthConditionalMangler(length, sha1MangleKey), "VALIDATION", "length");
  });

  test.each([
    ["nothing", undefined],
    ["a text", "sha1"],
    ["an object", {}],
  ])("refuses a mangler that is none: %s", (_name, mangler) => {
    throws(() => lengthConditionalMangler(250, mangler), "VALIDATION", "mangler");
  });

  test("refuses what is no string as a key", () => {
    throws(() => short(5), "VALIDATION", "number");
  });
});

test("a backend's recommendation is used, a region's own instead of it, and false switches it off", async () => {
  for (const [keyMangler, stored] of [
    [undefined, sha1MangleKey("k")],
    [null, sha1MangleKey("k")],
    [(key) => `own:${key}`, "own:k"],
    [false, "k"],
  ]) {
    const backend = Object.assign(new MemoryBackend(), { keyMangler: sha1MangleKey });
    const region = makeRegion({ backend, keyMangler });
    expect(await region.getOrCreate("k", () => "value")).toBe("value");
    expect([...backend.entries()].map(([key]) => key)).toEqual([stored]);
  }
});
