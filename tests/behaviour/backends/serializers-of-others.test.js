import * as msgpack from "@msgpack/msgpack";
import * as devalue from "devalue";
import superjson, * as namespace from "superjson";
import { describe, expect, test } from "vitest";
import { MemoryBackend } from "dogpile";
import { SlowMultiBackend, checkAfterEach, counted, makeRegion, virtualClock } from "../helpers.js";

checkAfterEach();

const plain = { text: "h\u00e9llo | \u{1f600}", number: 1.5, none: null, no: false, empty: "", list: [1, "a", null, [{}]] };
const rich = {
  ...plain,
  date: new Date(1_700_000_000_000),
  map: new Map([["a", new Set([1, 2])]]),
  big: 2n ** 70n,
  missing: undefined,
  pattern: /a|b/gi,
  not: NaN,
};
const bytes = { ...plain, date: new Date(1_700_000_000_000), bytes: new Uint8Array([0, 124, 255]) };

const serializers = [
  ["superjson", superjson, rich, "string"],
  ["superjson's namespace", namespace, rich, "string"],
  ["devalue", devalue, rich, "string"],
  ["msgpack", msgpack, bytes, "bytes"],
];
const HEAD = '{"ct": 1700000000.0, "v": 2}|';
const text = (stored) => (typeof stored === "string" ? stored : new TextDecoder("latin1").decode(stored));

describe.each(serializers)("%s as it is", (_name, serializer, value, kind) => {
  test("keeps what it can tell apart: single calls", async () => {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, serializer, clock: virtualClock() });
    await region.set("k", value);
    const stored = backend.get("k");
    expect(kind === "bytes" ? stored instanceof Uint8Array : typeof stored === "string").toBe(true);
    expect(text(stored).startsWith(HEAD)).toBe(true);
    expect(await region.get("k")).toEqual(value);
    expect(await region.get("k")).not.toBe(value);
    expect(await region.getOrCreate("k", () => "never")).toEqual(value);
    expect(await region.getOrCreate("other", () => value)).toBe(value);
    expect(await region.getOrCreate("other", () => "never")).toEqual(value);
  });

  test("keeps what it can tell apart: calls for many, over a backend that answers by promise", async () => {
    const region = makeRegion({ backend: new SlowMultiBackend(), serializer }, ["a", "b"]);
    await region.setMulti({ a: value });
    const creator = counted(async (keys) => keys.map(() => [value]));
    expect(await region.getOrCreateMulti(["a", "b"], creator)).toEqual([value, [value]]);
    expect(creator.calls[0][0]).toEqual(["b"]);
    expect(await region.getMulti(["b", "a"])).toEqual([[value], value]);
  });

  test("keeps every payload apart from a miss", async () => {
    const region = makeRegion({ serializer });
    const creator = counted();
    for (const payload of [null, 0, "", false, [], {}]) {
      await region.set("k", payload);
      expect(await region.getOrCreate("k", creator)).toEqual(payload);
    }
    expect(creator.times).toBe(0);
  });

  test("writes what its own functions write, behind the metadata", async () => {
    const backend = new MemoryBackend();
    const region = makeRegion({ backend, serializer, clock: virtualClock() }, []);
    await region.set("k", plain);
    const written = kind === "bytes" ? serializer.encode(plain) : serializer.stringify(plain);
    expect(text(backend.get("k"))).toBe(HEAD + text(written));
  });

  test("is recommended by a backend as well as given to a region", async () => {
    const backend = Object.assign(new MemoryBackend(), { serializer });
    await makeRegion({ backend }).set("k", value);
    expect(await makeRegion({ backend }).get("k")).toEqual(value);
  });
});

test("an undefined payload is a hit where the serializer can tell it", async () => {
  for (const serializer of [superjson, devalue]) {
    const region = makeRegion({ serializer });
    const creator = counted(() => undefined);
    for (let call = 0; call < 2; call++) expect(await region.getOrCreate("k", creator)).toBeUndefined();
    expect(creator.times).toBe(1);
  }
});
