import { MemoryBackend, recordsOf } from "./memory.js";
import { makeBackend } from "./registry.js";
import { configureNames, Region as Core } from "./wasm/dogpile.js";
import { describe, makeError } from "./wasm/platform.js";

const NO_OPTIONS = Object.freeze({});
const memoryGet = MemoryBackend.prototype.get;

export function createRegion(options) {
  if (!isObject(options)) return new Region(options).configure(options);
  const configurable = new Set(configureNames());
  const own = {};
  const configuration = {};
  for (const [name, value] of Object.entries(options)) (configurable.has(name) ? configuration : own)[name] = value;
  return new Region(own, TOGETHER).configure(configuration);
}

/** Only `createRegion` has it: the options are half of a whole, and an error lists the names of both halves. */
const TOGETHER = Symbol("together");

export class Region {
  #core;
  #backend;
  /** The Map to look into before anything else; `undefined` where a call has to go through the core. */
  #records;

  constructor(options, together) {
    this.#core = new Core(snapshot(options), together === TOGETHER);
  }

  configure(options) {
    this.#backend = this.#core.configure(snapshot(options), makeBackend);
    this.#records = this.#core.isPlain ? recordsOf(this.#backend) : undefined;
    return this;
  }

  get name() {
    return this.#core.name;
  }

  get isConfigured() {
    return this.#core.isConfigured;
  }

  get backend() {
    return this.#core.backend;
  }

  get actualBackend() {
    return this.#core.backend;
  }

  get stats() {
    return this.#core.stats;
  }

  getOrCreate(key, creator, options) {
    try {
      const call = createOptions(options);
      const record = this.#warm(key);
      if (record !== undefined && isSimple(call) && typeof creator === "function") {
        const { ct, v, et } = record.metadata;
        if (this.#core.isFresh(ct, v, numberOrNaN(et), numberOrNaN(call.expirationTime), Date.now())) {
          return Promise.resolve(record.payload);
        }
      }
      return this.#core.getOrCreate(key, creator, call, false);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  getOrCreateEntry(key, creator, options) {
    return rejecting(() => this.#core.getOrCreate(key, creator, createOptions(options), true));
  }

  getOrCreateMulti(keys, creator, options) {
    return rejecting(() => this.#core.getOrCreateMulti(listed(keys), creator, createOptions(options)));
  }

  get(key, options) {
    try {
      const { expirationTime, ignoreExpiration } = given(options);
      const record = this.#warm(key);
      if (record !== undefined && isNumberOrAbsent(expirationTime) && !ignoreExpiration) {
        const { ct, v, et } = record.metadata;
        if (this.#core.isReadable(ct, v, numberOrNaN(et), numberOrNaN(expirationTime), Date.now())) {
          return Promise.resolve(record.payload);
        }
      }
      return this.#core.get(key, expirationTime, Boolean(ignoreExpiration), false);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  getValueMetadata(key, options) {
    return rejecting(() => {
      const { expirationTime, ignoreExpiration } = given(options);
      return this.#core.get(key, expirationTime, Boolean(ignoreExpiration), true);
    });
  }

  getMulti(keys, options) {
    return rejecting(() => {
      const { expirationTime, ignoreExpiration } = given(options);
      return this.#core.getMulti(listed(keys), expirationTime, Boolean(ignoreExpiration));
    });
  }

  set(key, value, options) {
    return rejecting(() => this.#core.set(key, value, given(options).expiresIn));
  }

  setMulti(values, options) {
    return rejecting(() => {
      const entries = entriesOf(values);
      const keys = entries.map(([key]) => key);
      return this.#core.setMulti(keys, entries.map(([, value]) => value), given(options).expiresIn);
    });
  }

  delete(key) {
    return rejecting(() => this.#core.delete(key));
  }

  deleteMulti(keys) {
    return rejecting(() => this.#core.deleteMulti(listed(keys)));
  }

  invalidate(hard = true) {
    return rejecting(() => this.#core.invalidate(Boolean(hard)));
  }

  keyIsLocked(key) {
    return rejecting(() => this.#core.keyIsLocked(key));
  }

  /** A record to ask the core about by numbers alone, if nothing stands between this call and the Map. */
  #warm(key) {
    if (this.#records === undefined || this.#backend.get !== memoryGet || typeof key !== "string") return undefined;
    const record = this.#records.get(key);
    return typeof record?.metadata?.ct === "number" && record.payload !== undefined ? record : undefined;
  }
}

const isObject = (value) => typeof value === "object" && value !== null;

/** The options as they are now: the core reads a copy, which runs no code of the user's. */
const snapshot = (options) => (isObject(options) ? { ...options } : options);

function given(options) {
  if (options === undefined || options === null) return NO_OPTIONS;
  if (typeof options === "object") return options;
  throw refused("options", "an object", options);
}

function createOptions(options) {
  const { expirationTime, shouldCacheFn, forceRefresh, lockTimeout, creatorArgs } = given(options);
  return { expirationTime, shouldCacheFn, forceRefresh, lockTimeout, creatorArgs };
}

const isNumberOrAbsent = (value) => (typeof value === "number" ? value === value : value === undefined || value === null);

const numberOrNaN = (value) => (typeof value === "number" ? value : NaN);

/** Whether a fresh record answers the call whatever else it asks for. */
const isSimple = (call) =>
  isNumberOrAbsent(call.expirationTime) &&
  call.forceRefresh === undefined &&
  call.lockTimeout === undefined &&
  call.shouldCacheFn === undefined &&
  call.creatorArgs === undefined;

/** An iterable object as an array; anything else as it is, for the core to refuse. */
const listed = (keys) => (isObject(keys) && typeof keys[Symbol.iterator] === "function" ? [...keys] : keys);

function entriesOf(values) {
  if (!isObject(values)) throw refused("values", "a Map, an object, or an iterable of pairs of a key and a value", values);
  if (typeof values[Symbol.iterator] !== "function") return Object.entries(values);
  return Array.from(values, (pair) => {
    if (Array.isArray(pair)) return pair;
    throw refused("each of values", "a pair of a key and a value", pair);
  });
}

const refused = (what, allowed, value) => makeError("VALIDATION", `${what} must be ${allowed}, not ${describe(value)}`);

function rejecting(call) {
  try {
    return Promise.resolve(call());
  } catch (error) {
    return Promise.reject(error);
  }
}
