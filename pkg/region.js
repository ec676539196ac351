import { alongside, mayKeepCompany } from "./region/company.js";
import { cachedFunctions, cachedMultiFunction } from "./functions/cached-function.js";
import { asyncDispose, CacheRegion } from "./region/cache-region.js";
import { fromConfig } from "./region/config.js";
import { refused, requireKey } from "./errors.js";
import { getOrCreate } from "./region/get-or-create.js";
import { MemoryBackend, recordsOf } from "./backends/memory.js";
import { createOptions, createRequest, entriesOf, given, isNumberOrAbsent, isSimple, listed, readingOptions, snapshot } from "./region/options.js";
import { read } from "./region/reading.js";
import { numberOrNaN } from "./records/record.js";
import { freshPayloads, keptPromise, readablePayload, readablePayloads } from "./region/warm.js";
import { remove, store } from "./region/writing.js";
import { seconds } from "./duration.js";
import { isFresh } from "./wasm/dogpile.js";

const memoryGet = MemoryBackend.prototype.get;

const first = ([entry]) => entry;

/** Only `createRegion` has it: its options are for the constructor and for `configure`. */
const TOGETHER = Symbol("together");

export function createRegion(options) {
  const both = snapshot(options);
  return new Region(both, TOGETHER).configure(both, TOGETHER);
}

export class Region {
  #region;
  #name;
  #generators;
  #backend;
  /** Where to look before anything else; `undefined` where a call has to go the full way. */
  #records;

  constructor(options, together) {
    const own = snapshot(options);
    this.#region = new CacheRegion(own, together === TOGETHER, this);
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
    return this.#region.isConfigured;
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
    return { ...this.#region.stats };
  }

  getOrCreate(key, creator, options) {
    try {
      const call = createOptions(options);
      return this.#fresh(key, creator, call) ?? this.#payload(key, creator, call);
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
    const isWarm = this.#hasRecords && typeof creator === "function" && isSimple(call);
    const warm = isWarm ? freshPayloads(this.#region, this.#records, asked, numberOrNaN(call.expirationTime)) : undefined;
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

  get(key, options) {
    try {
      const reading = readingOptions(options);
      return this.#readable(key, reading) ?? this.#get(key, reading);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async getMulti(keys, options) {
    const [asked, reading] = [listed(keys), readingOptions(options)];
    const warm = this.#readMulti(asked, reading);
    if (warm !== undefined) return warm;
    const records = await read(this.#region, asked, reading, true);
    return records.map((record) => record?.payload);
  }

  async getValueMetadata(key, options) {
    const [record] = await read(this.#region, [key], readingOptions(options), false);
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

  /** Asynchronous although it adds little: engines inline no such function, and so keep their room for the warm path before it. */
  async #payload(key, creator, call) {
    return (await this.#create(key, creator, call)).record.payload;
  }

  /** A promise of the entry. */
  #create(key, creator, call) {
    requireKey(key);
    const region = this.#region;
    const entry = mayKeepCompany(region, creator, call) ? alongside(region, key, creator, call) : undefined;
    return entry ?? getOrCreate(region, [key], createRequest(creator, call, false)).then(first);
  }

  async #get(key, reading) {
    const warm = this.#readMulti([key], reading);
    if (warm !== undefined) return warm[0];
    const [record] = await read(this.#region, [key], reading, false);
    return record?.payload;
  }

  #adopt() {
    this.#backend = this.#region.setup.backend;
    this.#records = this.#region.isPlain ? recordsOf(this.#backend) : undefined;
  }

  /** Whether a MemoryBackend may be looked into instead of asked, and the core asked by numbers alone. */
  get #hasRecords() {
    return this.#records !== undefined && this.#backend.get === memoryGet && this.#backend.getMulti === undefined;
  }

  #readMulti(keys, { expirationTime, ignoreExpiration }) {
    if (!this.#hasRecords || ignoreExpiration) return undefined;
    return readablePayloads(this.#region, this.#records, keys, seconds(expirationTime, "expirationTime"));
  }

  /** The promise of a fresh payload; `undefined`: the full way. In one piece: each call more would cost a warm hit a twentieth. */
  #fresh(key, creator, call) {
    if (this.#records === undefined || this.#backend.get !== memoryGet || typeof key !== "string") return undefined;
    const found = this.#records.find(key);
    if (found === undefined || typeof creator !== "function" || !isSimple(call)) return undefined;
    const { ct, v, et } = found;
    const { expiration, isTimeless, times, stats } = this.#region;
    const asked = numberOrNaN(call.expirationTime);
    const clock = isTimeless && et !== et && asked !== asked ? 0 : Date.now(); // NaN: not given
    if (!isFresh(ct, v, et, asked, expiration, times.hard, times.soft, clock)) return undefined;
    stats.hits += 1;
    return found.promise ?? keptPromise(found);
  }

  /** The same for `get`. */
  #readable(key, { expirationTime, ignoreExpiration }) {
    if (!this.#hasRecords || typeof key !== "string" || ignoreExpiration || !isNumberOrAbsent(expirationTime)) return undefined;
    const found = this.#records.find(key);
    return found && readablePayload(this.#region, found, numberOrNaN(expirationTime));
  }
}
