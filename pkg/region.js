import { cachedFunctions, cachedMultiFunction } from "./functions/cached-function.js";
import { asyncDispose, CacheRegion } from "./region/cache-region.js";
import { fromConfig } from "./region/config.js";
import { requireFunction, requireKey, requireKeys } from "./errors.js";
import { MemoryBackend, recordsOf, views } from "./backends/memory.js";
import {
  createOptions,
  createRequest,
  entriesOf,
  isNumberOrAbsent,
  isSimple,
  listed,
  OUTLIVES,
  readingOptions,
  requireKnownCall,
  requireKnownReading,
  SHAREABLE,
} from "./region/options.js";
import { Reading } from "./host/reading.js";
import { invalidate } from "./region/invalidating.js";
import { isHard } from "./region/invalidations.js";
import { numberOrNaN } from "./records/record.js";
import { freshPayloads, keptPromise, readablePayload, readablePayloads } from "./region/warm.js";
import { OF_CONFIGURE, OF_REGION } from "./region/settings.js";
import { remove, store } from "./region/writing.js";
import { seconds } from "./duration.js";
import { readOptions } from "./members.js";
import { isPoisoned } from "./start.js";
import { freshness } from "./wasm/dogpile.js";
import { isLocked } from "./region/mutexes.js";

const memoryGet = MemoryBackend.prototype.get;

const payloadOf = ({ payload }) => payload;

/** By this name `dogpile/devtools`, which may be in another bundle, looks into a region. */
const INSIDE = Symbol.for("dogpile.inside");

/** Used only by `createRegion`, whose options are those of the constructor and of `configure`. */
const TOGETHER = Symbol("together");

export function createRegion(options) {
  const both = readOptions(options, [...OF_REGION, ...OF_CONFIGURE]);
  return new Region(both, TOGETHER).configure(both, TOGETHER);
}

export class Region {
  #region;
  #name;
  #generators;
  /** The MemoryBackend of the warm path; the near one of two tiers. */
  #backend;
  /** The entries for the warm path; `undefined` if a call has to take the full path. */
  #records;

  constructor(options, together) {
    const own = together === TOGETHER ? options : readOptions(options, OF_REGION);
    this.#region = new CacheRegion(own, this);
    this.#name = own.name;
    this.#generators = [own.functionKeyGenerator, own.functionMultiKeyGenerator];
  }

  configure(options, together) {
    this.#region.configure(together === TOGETHER ? options : readOptions(options, OF_CONFIGURE));
    this.#adopt();
    return this;
  }

  configureFromConfig(config, prefix) {
    return this.configure(fromConfig(config, prefix));
  }

  get [INSIDE]() {
    return this.#region;
  }

  get name() {
    return this.#name;
  }

  get isConfigured() {
    return this.#region.isConfigured;
  }

  get hasTags() {
    return this.#region.tags !== undefined;
  }

  get backend() {
    return this.#region.setup.backend;
  }

  get actualBackend() {
    return this.#region.setup.actualBackend;
  }

  wrap(proxy) {
    this.#region.wrap(proxy);
    this.#adopt();
  }

  get stats() {
    return this.#region.stats;
  }

  getOrCreate(key, creator, options) {
    try {
      const call = createOptions(options);
      return this.#fresh(key, creator, call) ?? this.#peek(key, creator, call) ?? this.#create(key, creator, call, false);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async getOrCreateEntry(key, creator, options) {
    return this.#create(key, creator, createOptions(options), true);
  }

  async getOrCreateMulti(keys, creator, options) {
    const asked = listed(keys);
    const call = createOptions(options);
    const isWarm = this.#hasRecords && typeof creator === "function" && isSimple(call);
    const warm = isWarm ? freshPayloads(this.#region, this.#records, asked, numberOrNaN(call.expirationTime)) : undefined;
    if (warm !== undefined) return warm;
    requireKeys(asked);
    const request = createRequest(creator, call, true);
    const { setup } = this.#region;
    const mangled = asked.map((key) => setup.mangle(key));
    const firsts = new Map(); // keys with the same mangled key are loaded once, under the first one
    mangled.forEach((key, index) => firsts.has(key) || firsts.set(key, asked[index]));
    if (request.signal?.aborted) throw request.signal.reason;
    if (firsts.size === 0) return [];
    const payloads = await this.#region.create(creator, [...firsts.values()], request, payloadOf);
    if (firsts.size === asked.length) return payloads;
    const found = new Map([...firsts.keys()].map((key, index) => [key, payloads[index]]));
    return mangled.map((key) => found.get(key));
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
    if (warm?.includes(undefined) === false) return warm;
    requireKnownReading(reading);
    if (warm !== undefined) return warm;
    const { core, host } = this.#configured;
    const records = await core.getMulti(host, new Reading(this.#region, asked, reading, true));
    return records.map((record) => record?.payload);
  }

  async getValueMetadata(key, options) {
    const reading = readingOptions(options);
    requireKnownReading(reading);
    const { core, host } = this.#configured;
    const asked = new Reading(this.#region, [key], reading, false);
    const [record] = await core.getValueMetadata(host, asked);
    return record && this.#region.cachedValue(record, asked.expiration);
  }

  async set(key, value, options) {
    return store(this.#region, [[key, value]], options, false);
  }

  async setMulti(values, options) {
    return store(this.#region, entriesOf(values), options, true);
  }

  async delete(key) {
    return remove(this.#region, [key], false);
  }

  async deleteMulti(keys) {
    return remove(this.#region, listed(keys), true);
  }

  async invalidate(hard) {
    await invalidate(this.#region, isHard(hard ?? true));
  }

  async invalidateTags(tags, hard) {
    await this.#region.invalidateTags(tags, isHard(hard ?? true));
  }

  observe(observer) {
    const end = this.#region.observe(observer);
    this.#adopt();
    return () => {
      end();
      this.#adopt();
    };
  }

  subscribe(key, listener) {
    requireKey(key);
    requireFunction(listener, "the listener");
    return this.#configured.subscriptions.add(key, listener);
  }

  async keyIsLocked(key) {
    requireKey(key);
    return isLocked(this.#region, key);
  }

  cacheOnArguments(options, ...functions) {
    const wrap = cachedFunctions(this, options, this.#generators[0]);
    return functions.length === 0 ? wrap : wrap(functions[0]);
  }

  cacheMultiOnArguments(options, fn) {
    return cachedMultiFunction(this, options, this.#generators[1], fn);
  }

  async [asyncDispose]() {
    await this.#region.close();
  }

  get #configured() {
    this.#region.setup; // or an error
    return this.#region;
  }

  #create(key, creator, call, isEntry, renews = NaN) {
    requireKey(key);
    const region = this.#configured;
    const request = createRequest(creator, call, false);
    const gives = isEntry ? (record, state, region) => region.cachedValue(record, request.expiration, state) : payloadOf;
    const isShared = !isEntry && region.isPlain;
    const flags = isShared ? request.flags : request.flags & ~SHAREABLE;
    const isAsked = flags === request.flags && renews !== renews;
    return region.create(creator, [key], isAsked ? request : { ...request, flags, renews }, gives);
  }

  /** The fresh value, which is renewed in the background, unless it is already. */
  #renew(key, creator, call, created) {
    return this.#peek(key, creator, call) ?? this.#create(key, creator, call, false, created);
  }

  /** The result of a call without special options while its key is loading: the old value, or a shared promise. */
  #peek(key, creator, call) {
    const region = this.#region;
    const number = region.host?.numberOf(key) ?? -1;
    if (number < 0 || typeof creator !== "function" || !isSimple(call) || !region.isPlain || (region.tags ?? call.tags) !== undefined) return undefined;
    requireKnownCall(call);
    const told = region.core.peek(number, numberOrNaN(call.expirationTime), region.waitUntil === undefined ? SHAREABLE : SHAREABLE | OUTLIVES);
    if (told >= 0) return region.host.calls[told].share();
    return told < -1 ? region.host.flights[-2 - told].stale : undefined;
  }

  async #get(key, reading) {
    requireKnownReading(reading);
    const warm = this.#readMulti([key], reading);
    if (warm !== undefined) return warm[0];
    const { core, host } = this.#configured;
    const [record] = await core.get(host, new Reading(this.#region, [key], reading, false));
    return record?.payload;
  }

  #adopt() {
    if (!this.isConfigured) return;
    const { backend } = this.#region.setup;
    const view = views.get(backend);
    this.#region.view = view;
    this.#backend = view === undefined ? backend : view.memory;
    this.#records = this.#region.isPlain ? (view ?? recordsOf(backend)) : undefined;
  }

  /** Whether the warm path may read the entries of a MemoryBackend directly, and pass only numbers to the core. */
  get #hasRecords() {
    return this.#records !== undefined && !isPoisoned && this.#backend.get === memoryGet && this.#backend.getMulti === undefined;
  }

  #readMulti(keys, { expirationTime, ignoreExpiration }) {
    if (!this.#hasRecords || ignoreExpiration) return undefined;
    return readablePayloads(this.#region, this.#records, keys, seconds(expirationTime, "expirationTime"));
  }

  /** The promise of a fresh payload; `undefined` means the full path. One function: each further call would slow a warm hit by a twentieth. */
  #fresh(key, creator, call) {
    if (this.#records === undefined || this.#backend.get !== memoryGet || typeof key !== "string") return undefined;
    const found = this.#records.find(key);
    if (found === undefined || typeof creator !== "function" || !isSimple(call)) return undefined;
    const { ct, v, et, extra } = found;
    const { expiration, isTimeless, times, counts, jitter, early } = this.#region;
    const asked = numberOrNaN(call.expirationTime);
    const clock = isTimeless && et !== et && asked !== asked ? NaN : Date.now(); // NaN: not given
    const pace = early === undefined || extra === undefined ? NaN : early.beta * extra.dt;
    const needed = freshness(ct, v, et, asked, expiration, times.hard, times.soft, jitter, pace, clock);
    if (needed < 0) return undefined;
    if (needed < Infinity && early.wins(key, ct, needed)) return this.#renew(key, creator, call, ct);
    if (extra !== undefined && !this.#region.takes(found, key, clock)) return undefined;
    counts.hits += 1;
    return found.promise ?? keptPromise(found);
  }

  /** The same for `get`. */
  #readable(key, { expirationTime, ignoreExpiration }) {
    if (!this.#hasRecords || typeof key !== "string" || ignoreExpiration || !isNumberOrAbsent(expirationTime)) return undefined;
    const found = this.#records.find(key);
    return found && readablePayload(this.#region, found, key, numberOrNaN(expirationTime));
  }
}
