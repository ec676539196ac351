import * as dogpile from "dogpile";
import { expect, test } from "vitest";

const { createRegion, MemoryBackend, Region, registerBackend } = dogpile;

const throws = () => {
  throw new Error("hostile");
};

/** Everything that is somewhere taken for something else. */
const hostile = [
  undefined,
  null,
  0,
  -0,
  -1,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  1e308,
  5e-324,
  true,
  false,
  10n,
  Symbol("s"),
  "",
  "a",
  "\ud800",
  "1h".repeat(10_000),
  `${"9".repeat(100_000)}s`,
  () => 1,
  async () => {},
  class {},
  {},
  [],
  [1],
  new Map(),
  new Set([1]),
  new Date(),
  /x/,
  new Uint8Array(3),
  new Error("e"),
  new Proxy({}, {}),
  new Proxy({}, { ownKeys: throws }),
  new Proxy(() => {}, { get: throws }),
  Object.create(null),
  {
    get name() {
      return throws();
    },
  },
  { [Symbol.iterator]: 5 },
  {
    *[Symbol.iterator]() {
      yield 1;
    },
  },
  { length: 2 ** 53 },
  { then: 1 },
  { then() {} },
  { then: (resolve) => resolve(1) },
  Promise.resolve(1),
  { hours: NaN },
  { hours: {} },
  { days: 1e308, hours: 1e308 },
];

const regionOptions = ["name", "keyMangler", "clock", "observer"];
const configureOptions = ["backend", "arguments", "expirationTime", "replaceExistingBackend", "lockTimeout", "backendErrors"];
const callOptions = ["expirationTime", "shouldCacheFn", "forceRefresh", "lockTimeout", "creatorArgs", "expiresIn", "ignoreExpiration"];
const methods = [
  "get",
  "getMulti",
  "getValueMetadata",
  "getOrCreate",
  "getOrCreateEntry",
  "getOrCreateMulti",
  "set",
  "setMulti",
  "delete",
  "deleteMulti",
  "invalidate",
  "keyIsLocked",
];

const newRegion = (options) => createRegion({ backend: new MemoryBackend(), ...options });

/** What a call throws at once or later: an error of any kind, but never a trap, which would end the instance for everyone. */
function survives(call) {
  try {
    const answer = call();
    if (answer instanceof Promise) answer.catch(refuseTrap);
    return answer;
  } catch (error) {
    refuseTrap(error);
    return error;
  }
}

function refuseTrap(error) {
  if (error instanceof WebAssembly.RuntimeError) throw error;
}

test("no value as options traps", () => {
  for (const value of hostile) {
    for (const make of [() => new Region(value), () => createRegion(value), () => new MemoryBackend(value), () => new Region().configure(value)])
      survives(make);
    for (const name of [...regionOptions, ...configureOptions]) survives(() => newRegion({ [name]: value }));
    for (const name of regionOptions) survives(() => new Region({ [name]: value }));
    for (const name of ["maxEntries", "cache", "clone"]) survives(() => new MemoryBackend({ [name]: value }));
    survives(() => registerBackend(value, value));
  }
});

test.each(methods)("%s answers every value by a promise, and none traps", async (method) => {
  const region = newRegion();
  for (const value of hostile) {
    const creates = () => value;
    const options = callOptions.map((name) => ({ [name]: value }));
    const calls = [[value], [value, value, value], ["k", value], ["k", creates], [["k"], creates, value], [["k", "k"], () => [value, value]]];
    for (const option of options) calls.push(["k", creates, option], ["k", option], [["k"], option], [["k"], creates, option]);
    for (const args of calls)
      expect(
        survives(() => region[method](...args)),
        `${method}(${args.length} arguments)`,
      ).toBeInstanceOf(Promise);
  }
  expect(await newRegion().getOrCreate("after", () => 7)).toBe(7);
});

test("no value given to expiresIn traps", async () => {
  for (const value of hostile) {
    const create = ({ expiresIn }) => {
      expiresIn(value);
      return 1;
    };
    await newRegion()
      .getOrCreate("k", create)
      .then(
        (created) => expect(created).toBe(1),
        (error) => expect(error.code).toBe("VALIDATION"),
      );
  }
});
