import { describe, expect, test } from "vitest";
import { checkAfterEach, makeRegion } from "../helpers.js";

checkAfterEach();

const keys = Array.from({ length: 3_000 }, (_, index) => `key ${index}`);
const numbers = (asked) => asked.map((key) => Number(key.slice(4)));
const expected = numbers(keys);

/** A backend whose operations and locks answer at once or by promise, with and without operations for many. */
function makeBackend({ answer, many, lock }) {
  const records = new Map();
  const backend = {
    get: (key) => answer(records.get(key)),
    set: (key, value) => answer(void records.set(key, value)),
    delete: (key) => answer(void records.delete(key)),
  };
  if (many) {
    backend.getMulti = (asked) => answer(asked.map((key) => records.get(key)));
    backend.setMulti = (values) => answer(void values.forEach((value, key) => records.set(key, value)));
    backend.deleteMulti = (asked) => answer(void asked.forEach((key) => records.delete(key)));
  }
  if (lock !== undefined) backend.getMutex = () => ({ acquire: () => lock.answer(true), release: () => lock.answer(undefined), ...lock.more(lock.answer) });
  return backend;
}

const atOnce = (value) => value;
const byPromise = async (value) => value;
const locks = {
  "no locks": undefined,
  "locks that answer at once": { answer: atOnce, more: () => ({}) },
  "locks that answer by promise": { answer: byPromise, more: () => ({}) },
  "locks that hand over at once": { answer: atOnce, more: (answer) => ({ handover: () => answer(undefined) }) },
  "locks that hand over by promise": { answer: byPromise, more: (answer) => ({ handover: () => answer(undefined) }) },
};
const shapes = [
  ["at once", atOnce],
  ["by promise", byPromise],
].flatMap(([name, answer]) =>
  [false, true].flatMap((many) =>
    Object.entries(locks).map(([lockName, lock]) => [`${name}, ${many ? "with" : "without"} operations for many, ${lockName}`, { answer, many, lock }]),
  ),
);

describe.each(shapes)("thousands of keys over a backend that answers %s", (_name, shape) => {
  test("in one call", async () => {
    const region = makeRegion({ backend: makeBackend(shape) });
    expect(await region.getOrCreateMulti(keys, numbers)).toEqual(expected);
    expect(await region.getOrCreateMulti(keys, () => [])).toEqual(expected);
    await region.invalidate();
    expect(await region.getOrCreateMulti(keys, numbers)).toEqual(expected);
    await region.deleteMulti(keys);
    expect(await region.getMulti(keys)).toEqual(keys.map(() => undefined));
    await region.setMulti(Object.fromEntries(keys.map((key, index) => [key, index])));
    expect(await region.getMulti(keys)).toEqual(expected);
  });

  test("in one call each", async () => {
    const region = makeRegion({ backend: makeBackend(shape) });
    const all = (call) => Promise.all(keys.map(call));
    expect(await all((key) => region.getOrCreate(key, () => numbers([key])[0]))).toEqual(expected);
    await region.invalidate({ soft: true });
    expect(await all((key) => region.getOrCreate(key, () => numbers([key])[0]))).toEqual(expected);
    await all((key) => region.delete(key));
    expect(await all((key) => region.get(key))).toEqual(keys.map(() => undefined));
  });
});
