import { createRegion, MemoryBackend, type MultiCreatorContext } from "dogpile";
import { check, type Same } from "./same.js";

const anything = createRegion({ backend: new MemoryBackend() });
const numbers = createRegion<number>({ backend: new MemoryBackend() });

// One creator for all keys, with a value or a promise for each.
const lengths = {
  atOnce: anything.getOrCreateMulti(["a", "b"], (keys) => keys.map((key) => key.length)),
  byPromise: anything.getOrCreateMulti(["a", "b"], async (keys) => keys.map((key) => key.length)),
  onePromiseEach: anything.getOrCreateMulti(["a", "b"], (keys) => keys.map(async (key) => key.length)),
  fixed: anything.getOrCreateMulti(["a", "b"], () => [1, 2] as const),
  ofNumbers: numbers.getOrCreateMulti(new Set(["a"]), (keys) => keys.map((key) => key.length), { expirationTime: 60 }),
};
check<Same<typeof lengths.atOnce, Promise<number[]>>>();
check<Same<typeof lengths.byPromise, Promise<number[]>>>();
check<Same<typeof lengths.onePromiseEach, Promise<number[]>>>();
check<Same<typeof lengths.fixed, Promise<(1 | 2)[]>>>();
check<Same<typeof lengths.ofNumbers, Promise<number[]>>>();

anything.getOrCreateMulti(["a"], (keys, context) => {
  check<Same<typeof keys, string[]>>();
  check<Same<typeof context, MultiCreatorContext>>();
  for (const key of keys) context.expiresIn(key, "5m");
  // @ts-expect-error for which key?
  context.expiresIn("5m");
  return [];
});
anything.getOrCreateMulti(["a"], () => [1], {
  shouldCacheFn: (value) => {
    check<Same<typeof value, number>>();
    return value > 0;
  },
});

// @ts-expect-error a string is iterable, and is not meant
anything.getOrCreateMulti("abc", () => [1, 2, 3]);
// @ts-expect-error keys are strings
anything.getOrCreateMulti([1], () => [1]);
// @ts-expect-error one value for all keys is not a value for each
anything.getOrCreateMulti(["a"], () => 1);
// @ts-expect-error values come in the order of the keys, not by name
anything.getOrCreateMulti(["a"], () => new Map([["a", 1]]));
// @ts-expect-error the region holds numbers
numbers.getOrCreateMulti(["a"], () => ["text"]);

// setMulti, deleteMulti.
numbers.setMulti(new Map([["a", 1]]));
numbers.setMulti({ a: 1, b: 2 });
numbers.setMulti([
  ["a", 1],
  ["b", 2],
]);
numbers.setMulti(new Map([["a", 1]]).entries(), { expiresIn: "1d" });
const done = [numbers.setMulti({}), numbers.deleteMulti(["a"]), numbers.deleteMulti(new Set(["a"]))];
check<Same<typeof done, Promise<void>[]>>();

// @ts-expect-error the region holds numbers
numbers.setMulti({ a: "text" });
// @ts-expect-error the region holds numbers
numbers.setMulti(new Map([["a", "text"]]));
// @ts-expect-error pairs
numbers.setMulti([["a"]]);
// @ts-expect-error a string is iterable, and is not meant
numbers.deleteMulti("abc");
