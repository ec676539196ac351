import { cachedFunctions, cachedMultiFunction } from "./functions/cached-function.js";
import { asyncDispose, CacheRegion } from "./region/cache-region.js";
import { fromConfig } from "./region/config.js";
import { refused, requireKey } from "./errors.js";
import { getOrCreate } from "./region/get-or-create.js";
import { MemoryBackend, recordsOf } from "./backends/memory.js";
import { createOptions, createRequest, entriesOf, given, isSimple, listed, snapshot } from "./region/options.js";
import { read } from "./region/reading.js";
import { numberOrNaN } from "./records/record.js";
import { freshPayloads, readablePayloads } from "./region/warm.js";
import { remove, store } from "./region/writing.js";
import { seconds } from "./duration.js";

const memoryGet = MemoryBackend.prototype.get;

/** Only `createRegion` has it: its options are for the constructor and for `configure`. */
const TOGETHER = Symbol("together");

export function createRegion(options) {
  const both = snapshot(options);
  return new Region(both, TOGETHER).configure(both, TOGETHER);
}

/** In a Map of the user's may lie what is no record of ours: that is for the full way to say. */
function unlessItThrows(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

export class Region {
  #region;
  #core;
  #name;
  #generators;
  #backend;
  /** The Map to look into before anything else; `undefined` where a call has to go the full way. */
  #records;
  /** Whether nothing expires unless a record or a call says so: then nobody needs to know the time. */
  #isTimeless;

  constructor(options, together) {
    const own = snapshot(options);
    this.#region = new CacheRegion(own, together === TOGETHER, this);
    this.#core = this.#region.core;
    this.#name = own?.name;
    this.#generators = [own?.functionKeyGenerator, own?.functionMultiKeyGenerator];
  }

  configure(options, together) {
    this.#region.configure(snapshot(options), together === TOGETHER);
    this.#adopt();
    return this;
  }

  configureFromConfig(config, prefix) {
    return this.configure(fromConfig(config, prefix));
  }

  get name() {
    return this.#name;
  }

  get isConfigured() {
    return this.#core.isConfigured;
  }

  get backend() {
    return this.#region.setup.backend;
  }

  get actualBackend() {
    return this.#region.setup.actualBackend;
  }

  wrap(proxy) {
    this.#region.setup.wrap(proxy);
    this.#adopt();
  }

  get stats() {
    return { hits: this.#core.hits, ...this.#region.stats };
  }

  getOrCreate(key, creator, options) {
    try {
      const call = createOptions(options);
      return this.#warm(key, creator, call) ?? this.#create(key, creator, call).then(({ record }) => record.payload);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async getOrCreateEntry(key, creator, options) {
    const { record, state } = await this.#create(key, creator, createOptions(options));
    return this.#region.cachedValue(record, state);
  }

  async getOrCreateMulti(keys, creator, options) {
    const asked = listed(keys);
    const call = createOptions(options);
    const warm = this.#warmMulti(asked, creator, call);
    if (warm !== undefined) return warm;
    asked.forEach(requireKey);
    const request = createRequest(creator, call, true);
    const { setup } = this.#region;
    const mangled = asked.map((key) => setup.mangle(key));
    const firsts = new Map(); // what is one key to the backend is created once, under the name that came first
    mangled.forEach((key, index) => firsts.has(key) || firsts.set(key, asked[index]));
    const entries = await getOrCreate(this.#region, [...firsts.values()], request);
    const payloads = new Map([...firsts.keys()].map((key, index) => [key, entries[index].record.payload]));
    return mangled.map((key) => payloads.get(key));
  }

  async get(key, options) {
    const reading = given(options);
    const warm = this.#readMulti([key], reading);
    if (warm !== undefined) return warm[0];
    const [record] = await read(this.#region, [key], reading, false);
    return record?.payload;
  }

  async getMulti(keys, options) {
    const [asked, reading] = [listed(keys), given(options)];
    const warm = this.#readMulti(asked, reading);
    if (warm !== undefined) return warm;
    const records = await read(this.#region, asked, reading, true);
    return records.map((record) => record?.payload);
  }

  async getValueMetadata(key, options) {
    const [record] = await read(this.#region, [key], given(options), false);
    return record && this.#region.cachedValue(record);
  }

  async set(key, value, options) {
    return store(this.#region, [[key, value]], given(options), false);
  }

  async setMulti(values, options) {
    return store(this.#region, entriesOf(values), given(options), true);
  }

  async delete(key) {
    return remove(this.#region, [key], false);
  }

  async deleteMulti(keys) {
    return remove(this.#region, listed(keys), true);
  }

  async invalidate(hard) {
    if (typeof (hard ?? true) !== "boolean") throw refused("hard", "true or false (delete takes a key)", hard);
    await this.#region.invalidate(hard ?? true);
  }

  async keyIsLocked(key) {
    requireKey(key);
    return this.#region.isLocked(key);
  }

  cacheOnArguments(options, ...functions) {
    const wrap = cachedFunctions(this, options, this.#generators[0]);
    return functions.length === 0 ? wrap : wrap(...functions);
  }

  cacheMultiOnArguments(options, fn) {
    return cachedMultiFunction(this, options, this.#generators[1], fn);
  }

  async [asyncDispose]() {
    await this.#region.close();
  }

  async #create(key, creator, call) {
    requireKey(key);
    const [entry] = await getOrCreate(this.#region, [key], createRequest(creator, call, false));
    return entry;
  }

  #adopt() {
    this.#backend = this.#region.setup.backend;
    this.#records = this.#region.isPlain ? recordsOf(this.#backend) : undefined;
    this.#isTimeless = this.#region.isTimeless;
  }

  /** What the warm path goes by; `undefined` where there is none. */
  get #warmth() {
    if (this.#records === undefined || this.#backend.get !== memoryGet || this.#backend.getMulti !== undefined) return undefined;
    return { core: this.#core, records: this.#records, isTimeless: this.#isTimeless, stats: this.#region.stats };
  }

  #warmMulti(keys, creator, call) {
    const warmth = this.#warmth;
    if (warmth === undefined || typeof creator !== "function" || !isSimple(call)) return undefined;
    return unlessItThrows(() => freshPayloads(warmth, keys, call.expirationTime));
  }

  #readMulti(keys, { expirationTime, ignoreExpiration }) {
    const warmth = this.#warmth;
    if (warmth === undefined || ignoreExpiration) return undefined;
    const expiration = seconds(expirationTime, "expirationTime");
    return unlessItThrows(() => readablePayloads(warmth, keys, expiration, this.#region.now()));
  }

  /** The promise of a fresh payload, if the core can be asked by numbers alone; else `undefined`: the full way. */
  #warm(key, creator, call) {
    if (this.#records === undefined || this.#backend.get !== memoryGet) return undefined;
    if (typeof key !== "string" || typeof creator !== "function" || !isSimple(call)) return undefined;
    try {
      const found = this.#records.find(key);
      if (found === undefined || found.payload === undefined) return undefined;
      const { payload, ct, v, et } = found;
      const expiration = numberOrNaN(call.expirationTime);
      const needsNoTime = this.#isTimeless && et !== et && expiration !== expiration; // NaN: not given
      return this.#core.isFresh(ct, v, et, expiration, needsNoTime ? 0 : Date.now()) ? Promise.resolve(payload) : undefined;
    } catch {
      return undefined; // no record of ours
    }
  }
}
