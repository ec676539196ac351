import { refused, requireFunction } from "../errors.js";
import { canonical, functionKeyGenerator, functionMultiKeyGenerator } from "./keys.js";
import { createOptions, createRequest, entriesOf, given } from "../region/options.js";

/** Stands for a key that an `asDict` function has no value for, to everyone who waits for it. Never stored. */
const ABSENT = Symbol("absent");

/** What wraps a function, or decorates a method. */
export function cachedFunctions(region, options, regionsGenerator) {
  const { call, keyMaker } = readOptions(options, "functionKeyGenerator", regionsGenerator ?? undefined, functionKeyGenerator);
  return (fn) => {
    const keyOf = keyMaker(fn);
    return withHelpers(fn, call, {
      create: (self, args, options) => region.getOrCreate(keyOf(self, args), () => fn.apply(self, args), options),
      get: (self, args) => region.get(keyOf(self, args)),
      set: (self, [value, ...args]) => region.set(keyOf(self, args), value),
      remove: (self, args) => region.delete(keyOf(self, args)),
    });
  };
}

export function cachedMultiFunction(region, options, regionsGenerator, fn) {
  const { call, keyMaker, asDict } = readOptions(options, "functionMultiKeyGenerator", regionsGenerator ?? undefined, functionMultiKeyGenerator);
  const generate = keyMaker(fn);
  const keysOf = (self, args) => onePerArgument(generate(self, args), args);
  return withHelpers(fn, call, {
    create: async (self, args, options) => {
      const keys = keysOf(self, args);
      const values = await region.getOrCreateMulti(keys, creatorOf(self, fn, keys, args, asDict), options);
      return asDict ? new Map(args.map((argument, index) => [argument, values[index]]).filter(([, value]) => value !== ABSENT)) : values;
    },
    get: (self, args) => region.getMulti(keysOf(self, args)),
    set: (self, [values]) => {
      const entries = entriesOf(values);
      const keys = keysOf(self, entries.map(([argument]) => argument));
      return region.setMulti(entries.map(([, value], index) => [keys[index], value]));
    },
    remove: (self, args) => region.deleteMulti(keysOf(self, args)),
  });
}

/** The cached function. To a helper `f.get(1)` is nobody's, `object.method.get.call(object, 1)` the object's. */
function withHelpers(fn, call, { create, get, set, remove }) {
  const method = (act) =>
    async function (...args) {
      return act(this === cached ? undefined : this, args);
    };
  const cached = method((self, args) => {
    const { expirationTime } = call;
    return create(self, args, typeof expirationTime === "function" ? { ...call, expirationTime: expirationTime() } : call);
  });
  const refresh = (self, args) => create(self, args, { ...call, expirationTime: undefined, forceRefresh: true });
  return Object.assign(cached, { get: method(get), set: method(set), invalidate: method(remove), refresh: method(refresh), original: fn });
}

/** `fn` as a creator: keys go back to the arguments that they were made from. */
function creatorOf(self, fn, keys, args, asDict) {
  return async (missing) => {
    const sources = new Map(keys.map((key, index) => [key, args[index]]));
    const asked = missing.map((key) => sources.get(key));
    const answer = await fn.apply(self, asked);
    if (!asDict) return answer;
    if (typeof answer?.has !== "function") throw refused("what fn returns", "a Map", answer);
    return asked.map((argument) => (answer.has(argument) ? answer.get(argument) : ABSENT));
  };
}

/** The options of a cached function, checked at once. */
function readOptions(options, name, regionsGenerator, standard) {
  const { namespace, toStr, asDict, [name]: own } = given(options);
  const { expirationTime, more } = createOptions(options);
  const call = { ...more, expirationTime, creatorArgs: undefined, signal: undefined };
  const { shouldCacheFn } = call;
  createRequest(() => {}, createOptions(typeof expirationTime === "function" ? { ...call, expirationTime: undefined } : call), false); // or an error
  if (asDict) call.shouldCacheFn = (value) => value !== ABSENT && (!shouldCacheFn || shouldCacheFn(value));
  const generator = own ?? regionsGenerator;
  const isGiven = namespace !== undefined && namespace !== null;
  if (typeof namespace !== "string" && typeof namespace !== "function" && (isGiven || generator === undefined)) {
    throw refused("namespace", "a string, or a function", namespace);
  }
  return { call, asDict, keyMaker: keyMaker(namespace ?? undefined, generator ?? standard, toStr ?? canonical, name) };
}

/** A key generator that also knows whose method was called. */
function keyMaker(namespace, generator, toStr, name) {
  requireFunction(generator, name);
  requireFunction(toStr, "toStr");
  return (fn) => {
    requireFunction(fn, "fn");
    const generate = (text) => {
      const made = generator(text, fn, toStr);
      requireFunction(made, `what ${name} returns`);
      return made;
    };
    if (typeof namespace === "function") return (self, args) => generate(namespace(self))(...args);
    const generated = generate(namespace);
    return (_self, args) => generated(...args);
  };
}

function onePerArgument(keys, args) {
  if (Array.isArray(keys) && keys.length === args.length) return keys;
  throw refused("what functionMultiKeyGenerator returns", `a function that returns an array of ${args.length}`, keys);
}
