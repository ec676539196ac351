// What a store holds may have been written by others, or be damaged: every mutated record is a miss, or a value that its text says.
import { describe, expect, test } from "vitest";
import { checkAfterEach, makeRegion, now, plainBackend } from "../helpers.js";
import { generator } from "../random/plan.js";

checkAfterEach();

const MUTATIONS = 1_500;
const pieces = [
  "1e999",
  "-1e999",
  "-1",
  "0",
  "NaN",
  "null",
  "true",
  '""',
  "{}",
  "[]",
  "|",
  '"',
  "\\",
  "\ufeff",
  "\0",
  "\ud800",
  ",",
  '"et": ',
  '"__proto__": {"ct": 1}, ',
  "9".repeat(400),
];
const foreign = [undefined, null, 0, -1, NaN, Infinity, -Infinity, "", "1", true, 1n, {}, [], () => 1, new Date(), Symbol("s")];
const encode = (text) => new TextEncoder().encode(text);
const bytesOfJSON = {
  encode: (value) => encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)),
};

function mutated(text, random) {
  const at = Math.floor(random() * (text.length + 1));
  const until = at + Math.floor(random() * 4);
  const piece = pieces[Math.floor(random() * pieces.length)];
  const ways = [
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + text.slice(until),
    () => text.slice(0, at) + piece + text.slice(at),
    () => text.slice(0, at) + piece + text.slice(until),
    () => text.slice(0, until) + text.slice(at),
  ];
  return ways[Math.floor(random() * ways.length)]();
}

/** What a text says, if it is a record of a value. */
function valueIn(text) {
  try {
    const at = text.indexOf("|");
    const { ct, v } = JSON.parse(text.slice(0, at));
    return at >= 0 && Number.isFinite(ct) && v === 2 ? { value: JSON.parse(text.slice(at + 1)) } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what lies under "k" in every way, and writes over it. */
async function useAll(region, allowed, text) {
  const told = await region.getOrCreate("k", () => "created", { shouldCacheFn: () => false });
  if (told !== "created") expect(allowed, text).toContainEqual(told);
  const found = [await region.get("k"), ...(await region.getMulti(["k"])), (await region.getValueMetadata("k"))?.payload];
  for (const value of found) if (value !== undefined) expect(allowed, text).toContainEqual(value);
  await region.set("k", "over");
  expect(await region.get("k")).toBe("over");
}

describe.each([
  ["text", JSON],
  ["bytes", bytesOfJSON],
])("records of %s", (name, serializer) => {
  test("that are mutated are a miss, or the value that they say", async () => {
    const random = generator(name.length);
    const backend = plainBackend();
    const region = makeRegion({ backend, serializer, expirationTime: 3600, observer: { onError() {} } });
    for (let count = 0; count < MUTATIONS; count++) {
      let text = `{"ct": ${now().toFixed(3)}, "v": 2}|{"a": [1, "two"]}`;
      for (let changes = random() * 3; changes >= 0; changes--) text = mutated(text, random);
      await backend.set("k", name === "text" ? text : encode(text));
      const said = valueIn(name === "text" ? text : new TextDecoder("utf-8", { ignoreBOM: true }).decode(encode(text)));
      await useAll(region, said === undefined ? [] : [said.value], text);
    }
  });
});

test("plain records with members that are none are a miss, or the value in them", async () => {
  const random = generator(3);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const backend = plainBackend();
  const region = makeRegion({ backend, expirationTime: 3600, observer: { onError() {} } });
  for (let count = 0; count < MUTATIONS; count++) {
    const metadata = { ct: now(), v: 2 };
    const record = { payload: "payload", metadata };
    const ways = [
      () => void (metadata[pick(["ct", "v", "et"])] = pick(foreign)),
      () => void (record.metadata = pick(foreign)),
      () => void delete metadata[pick(["ct", "v"])],
      () => void delete record[pick(["payload", "metadata"])],
      () =>
        Object.defineProperty(metadata, pick(["ct", "v", "et"]), {
          get: () => {
            throw new Error("a getter");
          },
        }),
    ];
    pick(ways)();
    await backend.set("k", random() < 0.1 ? pick(foreign) : record);
    await useAll(region, ["payload"], "a plain record");
  }
});
