import { usableBackend } from "../backends/backend.js";
import { hearersOf } from "../backends/memory.js";
import { makeBackend } from "../backends/registry.js";
import { makeError } from "../errors.js";
import { Call } from "../host/call.js";
import { attach } from "../host/hosts.js";
import { waitUntilOf } from "../host/keep-alive.js";
import { ASK_COUNT, NEWS_RETIRED } from "../host/numbers.js";
import { backgroundRunner } from "../host/runner.js";
import { Write } from "../host/write.js";
import { member } from "../members.js";
import { cachedValue, expirationIn, NO_TAGS } from "../records/record.js";
import { requireSerializer } from "../records/serializer.js";
import { expiresAt, retention } from "../wasm/dogpile.js";
import { Clock } from "./clock.js";
import { EarlyRefresh } from "./early.js";
import { hearElsewhere } from "./elsewhere.js";
import { Invalidations, requireStrategy } from "./invalidations.js";
import { checkedRandom } from "./random.js";
import { REASONS, Reporter } from "./report.js";
import { OUTLIVES } from "./options.js";
import { checkConfiguration, checkObserver, checkRegion, flagsOf } from "./settings.js";
import { Setup } from "./setup.js";
import { comeBack } from "./stamps.js";
import { Subscriptions } from "./subscriptions.js";
import { FOR_REGION, requireTags, requireTagStrategy } from "./tag-strategy.js";

export const asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

const COUNTS = ["hits", "staleHits", "misses", "creations", "creationErrors", "coalesced", "takeovers", "earlyRefreshes"];

/** The state that the calls of one region share: its setup, clock, strategy, observer and part of the machine. */
export class CacheRegion {
  #setup;
  #keyMangler;
  #serializer;
  /** The backends that the region created by name. */
  #owned = [];
  /** Ends what the backend tells of others' writes. */
  #endOfNews;
  /** Its part of the machine that serves its backend, and the host of that. */
  core;
  host;
  /** What the warm path may use of two tiers. */
  view;
  /** Its use of tags; `undefined` where it keeps no times of tags. */
  tags;
  /** Seconds; NaN means never. */
  expiration = NaN;
  /** For calls without their own; seconds, NaN means none. */
  staleIfError = NaN;
  /**
   * `undefined` where fresh values are not renewed.
   *
   * @type {EarlyRefresh | undefined}
   */
  early;
  /** The part of its expiration by which a value may expire earlier. */
  jitter = 0;
  /** How often its creators are called again; `undefined` if they are not. */
  retry;
  /** Whether nothing was invalidated and the region has no expiration: then most calls need not read the clock. */
  isTimeless = true;
  /** The counters kept here: warm hits, errors of the backend, and the totals of former backends' machines. */
  counts = { hits: 0, staleHits: 0, misses: 0, creations: 0, creationErrors: 0, coalesced: 0, takeovers: 0, earlyRefreshes: 0, backendErrors: 0 };

  constructor(options, facade) {
    checkRegion(options);
    const { asyncCreationRunner, clock, keyMangler, name, observer, random, serializer, staleWhileRevalidate, waitUntil } = options;
    this.facade = facade;
    this.asyncCreationRunner = staleWhileRevalidate ? backgroundRunner : (asyncCreationRunner ?? undefined);
    this.waitUntil = waitUntil ?? undefined;
    this.clock = new Clock(clock ?? undefined);
    this.random = checkedRandom(random ?? Math.random);
    this.#keyMangler = keyMangler;
    this.#serializer = serializer;
    if (serializer !== false && serializer !== undefined && serializer !== null) requireSerializer(serializer);
    this.reporter = new Reporter(observer, name);
    this.subscriptions = new Subscriptions(this);
    this.invalidations = new Invalidations(this.clock.now);
    this.times = this.invalidations.times;
  }

  /** Checks everything before it changes anything. */
  configure(options) {
    const { expiration, lockTimeout, staleIfError, throws, replaces, beta, jitter, retry } = checkConfiguration(options);
    if (this.isConfigured && !replaces) throw alreadyConfigured();
    const { backend, arguments: args, wrap, regionInvalidator, tagInvalidator } = options;
    requireStrategy(regionInvalidator);
    requireTagStrategy(tagInvalidator);
    const isOwned = typeof backend === "string";
    const usable = usableBackend(isOwned ? makeBackend(backend, args) : backend);
    const asked = { keyMangler: this.#keyMangler, serializer: this.#serializer, wrap };
    const setup = new Setup(usable, { ...asked, lockTimeout, throws, region: this });
    const subscribed = this.subscriptions.keysIn(setup);
    const endOfNews = hearElsewhere(this, setup.actualBackend);
    if (isOwned) this.#owned.push(usable);
    const former = this.#setup?.actualBackend;
    this.expiration = expiration;
    this.staleIfError = staleIfError;
    this.early = beta > 0 ? new EarlyRefresh(beta, this.random) : undefined;
    this.jitter = jitter;
    this.retry = retry;
    this.#endOfNews?.();
    this.#endOfNews = endOfNews;
    this.subscriptions.leave();
    this.invalidations.adopt(regionInvalidator);
    this.#adoptTags(tagInvalidator ?? undefined);
    this.isTimeless = !(expiration < Infinity) && this.times.latest === -Infinity;
    this.#hearEvictions(false);
    this.#setup = setup;
    this.#attach(former);
    this.subscriptions.move(subscribed);
    this.#hearEvictions();
  }

  /** A MemoryBackend tells of the keys that it removes where an observer wants to know. */
  #hearEvictions(hears = this.reporter.hears("onEvict")) {
    if (this.isConfigured) hearersOf(this.setup.actualBackend)?.[hears ? "add" : "delete"](this.reporter);
  }

  #adoptTags(strategy) {
    if (strategy !== undefined && !this.tags?.isOver(strategy)) {
      this.tags?.close();
      this.tags = strategy[FOR_REGION](this);
    }
    this.tags?.listen();
  }

  /** Puts a proxy around the backend. Running operations continue with it. */
  wrap(proxy) {
    const { setup } = this;
    setup.wrap(proxy);
    this.#tellFlags();
  }

  /** Closes the backends that the region created. Running loads still return their values, but do not store them. */
  async close() {
    this.#endOfNews?.();
    this.#hearEvictions(false);
    this.tags?.close();
    this.subscriptions.leave();
    if (this.isConfigured) this.core.configure(this.host, this.expiration, this.setup.lockTimeout, this.jitter, flagsOf(this), true);
    for (const backend of this.#owned.splice(0)) await (backend[asyncDispose] ?? backend[Symbol.dispose] ?? member(backend, "close"))?.call(backend);
  }

  /** Tells one observer more, until that is ended. */
  observe(observer) {
    checkObserver(observer);
    const end = this.reporter.add(observer);
    this.#tellFlags();
    return () => {
      end();
      this.#tellFlags();
    };
  }

  /** Who observes, or which proxies there are, has changed. */
  #tellFlags() {
    if (!this.isConfigured) return;
    this.core.configure(this.host, this.expiration, this.setup.lockTimeout, this.jitter, flagsOf(this), false);
    this.#hearEvictions();
  }

  get isConfigured() {
    return this.#setup !== undefined;
  }

  get setup() {
    if (this.isConfigured) return this.#setup;
    throw makeError("REGION_NOT_CONFIGURED", "No backend is configured on this region. Call configure() first.");
  }

  /** Whether the warm path is allowed. */
  get isPlain() {
    return this.setup.isPlain && this.invalidations.areOwn && !this.clock.isOwn && this.reporter.isSilent;
  }

  get stats() {
    const stats = { ...this.counts };
    if (this.isConfigured) COUNTS.forEach((name, index) => (stats[name] += this.core.ask(ASK_COUNT, index, 0)));
    return stats;
  }

  /** `getOrCreate` for unique keys. `gives`: makes the caller's result of one entry. */
  create(creator, names, request, gives) {
    if (request.signal?.aborted) return Promise.reject(request.signal.reason);
    if (request.tags !== NO_TAGS) return this.#createTagged(creator, names, request, gives);
    return this.#begin(creator, names, this.#mangleAll(names), request, gives);
  }

  /** What is under way for its keys gets its tags, too. */
  #createTagged(creator, names, request, gives) {
    const tags = requireTags(this).listed(request.tags);
    const mangled = this.#mangleAll(names);
    const leave = this.tags.join(mangled, [...tags]); // a list of this call alone
    try {
      const promise = this.#begin(creator, names, mangled, { ...request, tags }, gives);
      promise.then(leave, leave);
      return promise;
    } catch (error) {
      leave();
      throw error;
    }
  }

  #begin(creator, names, mangled, request, gives) {
    comeBack(this);
    const call = new Call(this, names, request, gives);
    const { expiration, lockTimeout } = request;
    const staleIfError = Number.isNaN(request.staleIfError) ? this.staleIfError : request.staleIfError;
    const flags = waitUntilOf(this, request) === undefined ? request.flags : request.flags | OUTLIVES;
    const { core, host } = call;
    if (!request.isMulti) return core.getOrCreate(host, mangled[0], creator, call, expiration, lockTimeout, staleIfError, flags, this.clock.read());
    call.nameOf = nameBy(mangled, names);
    return core.getOrCreateMulti(host, mangled, creator, call, expiration, lockTimeout, staleIfError, flags, this.clock.read());
  }

  /** Mangles the keys; a mangler may configure the region again. */
  #mangleAll(names) {
    const { setup } = this;
    if (setup.isUnmangled) return names;
    const mangled = names.map((name) => setup.mangle(name));
    return this.#setup === setup ? mangled : this.#mangleAll(names);
  }

  /** Sends a write of these keys when it is its turn. `records`: their values after it. `names`: the keys as the user knows them. */
  write(mangled, records, act, names) {
    const write = new Write(this, this.setup, mangled, records, act);
    this.core.setMulti(this.host, mangled, write);
    if (!this.reporter.isObserved) return write.promise;
    return write.promise.then(() => this.reporter.tellKeys(records.length > 0 ? "onSet" : "onDelete", names));
  }

  /** The same for the values with one of these tags. */
  invalidateTags(given, hard) {
    this.setup; // or an error
    return requireTags(this).invalidate(given, hard);
  }

  /** Whether what few entries of a MemoryBackend have, such as tags, lets the warm path use one. */
  isGood(found, key, clock) {
    return (this.tags === undefined || this.tags.isGood(found)) && (this.view === undefined || this.view.serves(key, found, clock));
  }

  /** The same for one entry that is then used. */
  takes(found, key, clock) {
    return (this.tags === undefined || this.tags.isGood(found)) && (this.view === undefined || this.view.takes(key, found, clock));
  }

  /** Whether others have invalidated since a load started. */
  isOvertaken(startedAt) {
    return this.invalidations.isOvertaken(startedAt);
  }

  /** The hint for the backend: how long to keep a record. */
  hint(own, { expiration, staleIfError } = NO_CALL) {
    const expirationTime = retention(own ?? NaN, expiration, this.expiration, staleIfError, this.staleIfError);
    return expirationTime === Infinity ? undefined : { expirationTime };
  }

  /** The entry for a caller with this expiration; NaN means none. */
  cachedValue(record, expiration, state) {
    const { metadata } = record;
    return cachedValue(record, this.clock.now, expiresAt(metadata.ct, expirationIn(metadata), expiration, this.expiration, this.jitter), state);
  }

  /** Counts and reports an error that does not end the call. */
  backendFailed(error, where) {
    this.counts.backendErrors += 1;
    this.reporter.error(error, where);
  }

  tellOfReading(key, why) {
    if (why === 0) this.reporter.tell("onHit", key);
    else this.reporter.tell("onMiss", key, REASONS[why]);
  }

  /** Starts the calls of the previous backend again with this one. */
  #attach(former) {
    const { actualBackend, lockTimeout } = this.#setup;
    const [flags, { jitter }] = [flagsOf(this), this];
    if (former === actualBackend) return this.core.configure(this.host, this.expiration, lockTimeout, jitter, flags, true);
    const [oldCore, oldHost] = [this.core, this.host];
    if (oldCore !== undefined) COUNTS.forEach((name, index) => (this.counts[name] += oldCore.ask(ASK_COUNT, index, 0)));
    Object.assign(this, attach(actualBackend, { expiration: this.expiration, lockTimeout, jitter, flags }));
    if (this.invalidations.areOwn) {
      this.core.invalidate(this.host, true, this.times.hard);
      this.core.invalidate(this.host, false, this.times.soft);
    }
    oldCore?.resume(oldHost, NEWS_RETIRED, 0, 0, NaN, 0);
  }
}

const NO_CALL = { expiration: NaN, staleIfError: NaN };

/** The user's key of a mangled one. */
function nameBy(mangled, names) {
  const all = new Map(mangled.map((key, index) => [key, names[index]]));
  return (key) => all.get(key);
}

const alreadyConfigured = () =>
  makeError("REGION_ALREADY_CONFIGURED", "This region is already configured. Use replaceExistingBackend: true to replace its backend.");
