import { atOnce, refused, refusedAs, requireFunction } from "../errors.js";
import { canonical, functionKeyGenerator, functionMultiKeyGenerator } from "./keys.js";
import { NO_VALUE } from "../host/answers.js";
import { hasMethod, own, readOptions } from "../members.js";
import { ignoreRejection } from "../promises.js";
import { CREATE, createOptions, createRequest, entriesOf } from "../region/options.js";

const OF_FUNCTION = ["namespace", "toStr", "functionKeyGenerator", "functionMultiKeyGenerator"].concat(
  CREATE.filter((name) => name !== "signal" && name !== "creatorArgs"), // of one call
);

/** What wraps a function, or decorates a method. */
export function cachedFunctions(region, options, regionsGenerator) {
  const { call, keyMaker } = settingsOf(readOptions(options, OF_FUNCTION), "functionKeyGenerator", regionsGenerator ?? undefined, functionKeyGenerator);
  const wrap = (fn) => {
    const keyOf = keyMaker(fn);
    return withHelpers(fn, call, {
      create: (self, args, options) => region.getOrCreate(keyOf(self, args), () => fn.apply(self, args), options),
      get: (self, args) => region.get(keyOf(self, args)),
      set: (self, [value, ...args]) =>
        region.set(
          keyFor([value], () => keyOf(self, args)),
          value,
          tagged(call, args),
        ),
      remove: (self, args) => region.delete(keyOf(self, args)),
    });
  };
  return decoratorOf(wrap);
}

/** Calls a key generator. If it throws, rejections of promises among the arguments are ignored. */
function keyFor(values, generate) {
  try {
    return generate();
  } catch (error) {
    values.forEach(ignoreRejection);
    throw error;
  }
}

/** Makes a function that wraps or decorates. Legacy decorators get the class or its prototype, a name, and the property. */
const decoratorOf = (wrap) => (fn, context, property) => {
  if (typeof context === "string" || typeof context === "symbol") {
    if (typeof property?.value !== "function") throw notCached("a decorated property of another kind");
    return { ...property, value: wrap(property.value) };
  }
  if (typeof context?.kind === "string" && context.kind !== "method") throw notCached(`a decorated ${context.kind}`);
  return wrap(fn);
};

const notCached = (kind) => refusedAs("the cached target", "a function or a method", kind);

/** Whether a function is a class: the prototype of other functions is writable. */
const isClass = (fn) => Object.getOwnPropertyDescriptor(fn, "prototype")?.writable === false;

export function cachedMultiFunction(region, options, regionsGenerator, fn) {
  const { call, keyMaker, asDict } = settingsOf(
    readOptions(options, [...OF_FUNCTION, "asDict"]),
    "functionMultiKeyGenerator",
    regionsGenerator ?? undefined,
    functionMultiKeyGenerator,
  );
  const generate = keyMaker(fn);
  const keysOf = (self, args) => onePerArgument(generate(self, args), args);
  return withHelpers(fn, call, {
    create: async (self, args, options) => {
      const keys = keysOf(self, args);
      const values = await region.getOrCreateMulti(keys, creatorOf(self, fn, keys, args, asDict), options);
      return asDict ? new Map(args.map((argument, index) => [argument, values[index]]).filter(([, value]) => value !== NO_VALUE)) : values;
    },
    get: (self, args) => region.getMulti(keysOf(self, args)),
    set: (self, [values]) => {
      const entries = entriesOf(values);
      const keys = keyFor(
        entries.map(([, value]) => value),
        () =>
          keysOf(
            self,
            entries.map(([argument]) => argument),
          ),
      );
      const tags = tagged(
        call,
        entries.map(([argument]) => argument),
      );
      return region.setMulti(
        entries.map(([, value], index) => [keys[index], value]),
        tags,
      );
    },
    remove: (self, args) => region.deleteMulti(keysOf(self, args)),
  });
}

/** The cached function. A helper has no `this` in `f.get(1)`, and the object in `object.method.get.call(object, 1)`. */
function withHelpers(fn, call, { create, get, set, remove }) {
  const method = (act) =>
    /** @this {any} */
    async function (...args) {
      return act(this === cached ? undefined : this, args);
    };
  const cached = method((self, args) => {
    const { expirationTime, tags } = call;
    if (typeof expirationTime !== "function" && typeof tags !== "function") return create(self, args, call);
    return create(self, args, {
      ...call,
      expirationTime: typeof expirationTime === "function" ? atOnce(expirationTime(), "expirationTime") : expirationTime,
      ...tagged(call, args),
    });
  });
  const refresh = (self, args) => create(self, args, { ...call, ...tagged(call, args), expirationTime: undefined, forceRefresh: true });
  for (const name of ["name", "length"]) Object.defineProperty(cached, name, Object.getOwnPropertyDescriptor(fn, name) ?? { value: "" });
  return Object.assign(cached, { get: method(get), set: method(set), invalidate: method(remove), refresh: method(refresh), original: fn });
}

/** The tags of a call with these arguments. */
const tagged = ({ tags }, args) => ({ tags: typeof tags === "function" ? atOnce(tags(...args), "tags") : tags });

/** Calls `fn` as a creator, with the arguments that the keys were made from. */
function creatorOf(self, fn, keys, args, asDict) {
  const creator = async (missing) => {
    const sources = new Map(keys.map((key, index) => [key, args[index]]));
    const asked = missing.map((key) => sources.get(key));
    const answer = await fn.apply(self, asked);
    if (!asDict) return answer;
    if (!hasMethod(answer, "has")) throw refused("the result of fn", "a Map", answer);
    return asked.map((argument) => (answer.has(argument) ? answer.get(argument) : NO_VALUE));
  };
  return Object.assign(creator, { [NO_VALUE]: asDict });
}

/** The options of a cached function, checked at once. */
function settingsOf(options, name, regionsGenerator, standard) {
  const { namespace, toStr, asDict: _dict, functionKeyGenerator: _one, functionMultiKeyGenerator: _many, ...call } = options;
  const { expirationTime, shouldCacheFn, tags } = call;
  const asDict = own(options, "asDict");
  const known = { ...call, expirationTime: ifNoFunction(expirationTime), tags: ifNoFunction(tags) };
  createRequest(() => {}, createOptions(known), false); // or an error
  if (asDict) call.shouldCacheFn = (value) => value !== NO_VALUE && (!shouldCacheFn || shouldCacheFn(value));
  const generator = options[name] ?? regionsGenerator;
  const isGiven = namespace !== undefined && namespace !== null;
  if (typeof namespace !== "string" && typeof namespace !== "function" && (isGiven || generator === undefined)) {
    throw refused("namespace", "a string, or a function", namespace);
  }
  return { call, asDict, keyMaker: keyMaker(namespace ?? undefined, generator ?? standard, toStr ?? canonical, name) };
}

const ifNoFunction = (value) => (typeof value === "function" ? undefined : value);

/** A key generator that also knows whose method was called. */
function keyMaker(namespace, generator, toStr, name) {
  requireFunction(generator, name);
  requireFunction(toStr, "toStr");
  return (fn) => {
    requireFunction(fn, "fn");
    if (isClass(fn)) throw notCached("a class");
    const generate = (text) => {
      const made = generator(text, fn, toStr);
      requireFunction(made, `the result of ${name}`);
      return made;
    };
    const keyBy = (generated, args) => atOnce(generated(...args), `the function of ${name}`);
    if (typeof namespace === "function") return (self, args) => keyBy(generate(atOnce(namespace(self), "namespace")), args);
    const generated = generate(namespace);
    return (_self, args) => keyBy(generated, args);
  };
}

function onePerArgument(keys, args) {
  if (!Array.isArray(keys) || keys.length !== args.length) {
    throw refused("the result of functionMultiKeyGenerator", `a function that returns an array of ${args.length} keys`, keys);
  }
  keys.forEach(ignoreRejection);
  return keys.map((key) => atOnce(key, "the function of functionMultiKeyGenerator"));
}
