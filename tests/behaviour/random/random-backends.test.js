// Random operations through a region, against a Map.
import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, makeRegion } from "../helpers.js";
import { generator } from "./plan.js";

checkAfterEach();

const SEEDS = [1, 2, 3, 4];
const STEPS = 80;
const keys = [
  "",
  "k",
  "__proto__",
  "constructor",
  "toString",
  "42",
  "0",
  "a\0b",
  "\ud800",
  "\udfff",
  "\ud83d\ude00",
  "sha1:",
  ".",
  "..",
  "user:1",
  "x".repeat(600),
  `${"x".repeat(600)}y`,
];
const values = [undefined, null, 0, -1.5, "", "text", "\ufeffbom", true, { a: [1, { b: null }] }, [], "|", "{}|1"];

describe.each(backends)("random operations over %s", (_name, makeBackend) => {
  test.each(SEEDS)("come out as with a Map, seed %i", async (seed) => {
    const random = generator(seed);
    const pick = (list) => list[Math.floor(random() * list.length)];
    const some = () => Array.from({ length: random() * 5 }, () => pick(keys));
    const region = makeRegion({ backend: makeBackend() });
    const model = new Map();
    const found = (asked) => asked.map((key) => model.get(key));
    const create = (key) => (model.has(key) ? model.get(key) : (model.set(key, `created ${key.length}`), model.get(key)));
    const operations = {
      get: async (key) => expect(await region.get(key)).toEqual(model.get(key)),
      getMulti: async (_key, asked) => expect(await region.getMulti(asked)).toEqual(found(asked)),
      set: async (key) => {
        const value = pick(values);
        model.set(key, value);
        await region.set(key, value);
      },
      setMulti: async (_key, asked) => {
        const pairs = new Map(asked.map((key) => [key, pick(values)]));
        for (const [key, value] of pairs) model.set(key, value);
        await region.setMulti(pairs);
      },
      delete: async (key) => {
        model.delete(key);
        await region.delete(key);
      },
      deleteMulti: async (_key, asked) => {
        for (const key of asked) model.delete(key);
        await region.deleteMulti(asked);
      },
      getOrCreate: async (key) => expect(await region.getOrCreate(key, () => `created ${key.length}`)).toEqual(create(key)),
      getOrCreateMulti: async (_key, asked) => {
        const answers = await region.getOrCreateMulti(asked, (missing) => missing.map((key) => `created ${key.length}`));
        expect(answers).toEqual(asked.map(create));
      },
    };
    const names = Object.keys(operations);
    for (let step = 0; step < STEPS; step++) await operations[pick(names)](pick(keys), some());
    expect(await region.getMulti(keys)).toEqual(found(keys));
  });
});
