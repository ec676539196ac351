import { usableBackend } from "../backends/backend.js";
import { makeError, refused } from "../errors.js";
import { Flights } from "./flights.js";
import { Invalidations, requireStrategy } from "./invalidations.js";
import { pending } from "../promises.js";
import { CachedValue, readRecord } from "../records/record.js";
import { makeBackend } from "../backends/registry.js";
import { Reporter } from "./report.js";
import { requireSerializer } from "../records/serializer.js";
import { checkConfiguration, checkRegion } from "./settings.js";
import { Setup } from "./setup.js";
import { isKnownVersion, judge, judgeReading, readClock, servesInstead, stampClock, usefulness } from "../wasm/dogpile.js";

export const asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** What the core calls a record that it judged, and what never got so far. */
export const FRESH = 0;
export const STALE = 1;
export const ABSENT = 2;
export const VERSION = 3;
export const UNREADABLE = 5;
const WHY = ["fresh", "stale", "absent", "version", "invalidated", "unreadable"];

/** What the calls of one region share: its expiration, the setup, the time, the flights, the counts. */
export class CacheRegion {
  #setup;
  #clock;
  #keyMangler;
  #serializer;
  /** The backends that the region had made, by name. */
  #owned = [];
  flights = new Flights();
  /** Seconds, NaN for never. */
  expiration = NaN;
  /** Whether nothing expires unless a record or a call says so: then nobody needs to know the time. */
  isTimeless = true;
  stats = { hits: 0, staleHits: 0, misses: 0, creations: 0, creationErrors: 0, coalesced: 0, takeovers: 0, backendErrors: 0 };

  constructor(options, together, facade) {
    checkRegion(options, together);
    const { asyncCreationRunner, clock, keyMangler, observer, serializer, waitUntil } = options ?? {};
    this.facade = facade;
    this.invalidations = new Invalidations();
    this.times = this.invalidations.times;
    this.asyncCreationRunner = asyncCreationRunner ?? undefined;
    this.waitUntil = waitUntil ?? undefined;
    this.#clock = clock ?? undefined;
    this.#keyMangler = keyMangler;
    this.#serializer = serializer;
    if (serializer !== false && serializer !== undefined && serializer !== null) requireSerializer(serializer);
    this.reporter = new Reporter(observer);
    /** Seconds, for a record's age. */
    this.now = () => (this.#clock === undefined ? readClock(Date.now()) : this.#askClock());
  }

  /** Checks everything, then changes everything. */
  configure(options, together) {
    const { expiration, lockTimeout, throws, replaces } = checkConfiguration(options, together);
    if (this.isConfigured && !replaces) throw alreadyConfigured();
    const { backend, arguments: args, wrap, regionInvalidator } = options ?? {};
    requireStrategy(regionInvalidator);
    const isOwned = typeof backend === "string";
    const usable = usableBackend(isOwned ? makeBackend(backend, args) : backend);
    const asked = { keyMangler: this.#keyMangler, serializer: this.#serializer, wrap };
    const setup = new Setup(usable, { ...asked, lockTimeout, throws });
    if (isOwned) this.#owned.push(usable);
    this.expiration = expiration;
    this.invalidations.adopt(regionInvalidator);
    this.isTimeless = !(expiration < Infinity);
    this.#setup = setup;
    this.flights.fenceAll();
  }

  /** Closes what the region has opened. What is under way still reaches its callers, and is not stored. */
  async close() {
    this.flights.fenceAll();
    for (const backend of this.#owned.splice(0)) await (backend[asyncDispose] ?? backend[Symbol.dispose] ?? backend.close)?.call(backend);
  }

  get isConfigured() {
    return this.#setup !== undefined;
  }

  get setup() {
    if (this.isConfigured) return this.#setup;
    throw makeError("REGION_NOT_CONFIGURED", "No backend is configured on this region. Call configure() first.");
  }

  /** Whether a warm call may be answered by the core alone. */
  get isPlain() {
    return this.setup.isPlain && this.invalidations.areOwn && this.#clock === undefined && this.reporter.isSilent;
  }

  /** A creation or invalidation time. */
  stamp() {
    return this.#clock === undefined ? stampClock(Date.now()) : this.#askClock();
  }

  /** In effect when it returns; a promise if others are told. */
  invalidate(hard) {
    this.setup; // or an error
    try {
      return this.invalidations.invalidate(hard, this.stamp());
    } finally {
      this.flights.fenceCreations();
    }
  }

  /** Asks whether others have invalidated something; a promise, which never rejects, if that has to be waited for. */
  refresh(setup) {
    const news = this.invalidations.refresh(this.now);
    return news && setup.answered(news).then(undefined, (error) => this.backendFailed(error, "invalidate"));
  }

  /** The flight that may be joined for a key. */
  joinable(mangled) {
    const flight = this.flights.current(mangled);
    if (flight === undefined) return undefined;
    if (flight.pulse?.isLongSilent) this.bury(flight);
    else this.hear(flight);
    return this.flights.current(mangled);
  }

  /** Gives up on a flight whose request has died. */
  bury(flight) {
    if (!flight.isDeposed) this.countTakeover(flight.key);
    this.flights.depose(flight);
  }

  countTakeover(key) {
    this.stats.takeovers += 1;
    this.reporter.tell("onTakeover", key);
  }

  /** Fences a flight off where others have invalidated all since it began to create. */
  hear(flight) {
    if (this.invalidations.overtake(flight)) this.flights.fenceOff(flight);
  }

  /** Whether the key is locked here; a promise where the backend's lock has to be asked. */
  isLocked(key) {
    const { setup } = this;
    const mangled = setup.mangle(key);
    const flight = this.flights.current(mangled);
    if ((flight?.isCreation && !flight.pulse?.isLongSilent) || this.flights.isKept(mangled, setup.lockTimeout)) return true;
    const mutex = this.mutexOf(setup, mangled);
    return mutex === undefined ? false : this.askMutex(setup, () => mutex.locked?.()).then(Boolean);
  }

  /** The backend's lock of a key, which reaches other tabs and isolates; `undefined` where there is none. */
  mutexOf({ backend }, mangled) {
    if (typeof backend.getMutex !== "function") return undefined;
    try {
      const mutex = backend.getMutex(mangled) ?? undefined;
      if (mutex === undefined || ["acquire", "release"].every((method) => typeof mutex[method] === "function")) return mutex;
      throw refused("what the backend's getMutex returns", "an object with acquire, release and locked, or nothing", mutex);
    } catch (error) {
      this.backendFailed(error, "lock");
    }
  }

  /** What a mutex answers; `undefined`, and a report, if it fails or does not answer. */
  async askMutex(setup, ask) {
    try {
      const answer = ask();
      return await (pending(answer) === undefined ? answer : setup.answered(Promise.resolve(answer)));
    } catch (error) {
      this.backendFailed(error, "lock");
    }
  }

  /** What a record is worth to `getOrCreate`. */
  worth({ why, ct, v, et }, expiration, now) {
    return why ?? judge(ct, v, et, expiration, this.expiration, this.invalidations.verdict(ct), now);
  }

  /** What a record is worth to `get`. */
  worthOfReading({ why, ct, v, et }, expiration, now) {
    return why ?? judgeReading(ct, v, et, expiration, this.expiration, this.invalidations.verdictOnReading(ct), now);
  }

  /** Whether a record serves in place of what a creator failed to give. */
  servesInstead({ record, ct, v, et }, { expiration, staleIfError }) {
    if (record === undefined || staleIfError === undefined) return false;
    return servesInstead(ct, v, et, expiration, this.expiration, this.invalidations.verdict(ct), staleIfError, this.now());
  }

  /** What a backend is told with a record: for how long it is of use. */
  hint(own, call = NaN) {
    const expirationTime = usefulness(own ?? NaN, call, this.expiration);
    return expirationTime === Infinity ? undefined : { expirationTime };
  }

  cachedValue(record, state) {
    return new CachedValue(record, this.now, state);
  }

  /** What a read came to: `{ record, ct, v, et }`, `{ why }`, or `{ error }` in a region that wants to be told. */
  find(setup, outcome, throws) {
    if ("error" in outcome) return this.#unreadable(outcome.error, throws);
    const { value } = outcome;
    if (value === undefined || value === null) return { why: ABSENT };
    try {
      const found = readRecord(setup.fromStored(value));
      if (found === undefined) throw refused("what the backend holds", "a record of dogpile's", value);
      return isKnownVersion(found.v) ? found : { why: VERSION };
    } catch (error) {
      return error?.code === "CANT_DESERIALIZE" ? { why: UNREADABLE } : this.#unreadable(error, false);
    }
  }

  /** Counts and reports a failure that the call goes on without. */
  backendFailed(error, where) {
    this.stats.backendErrors += 1;
    this.reporter.error(error, where);
  }

  countHit(key) {
    this.stats.hits += 1;
    this.reporter.tell("onHit", key);
  }

  countMiss(key, why) {
    this.stats.misses += 1;
    this.reporter.tell("onMiss", key, WHY[why]);
  }

  #unreadable(error, throws) {
    this.backendFailed(error, "read");
    return throws ? { error: backendError("read", error) } : { why: UNREADABLE };
  }

  #askClock() {
    const now = this.#clock();
    if (typeof now !== "number" || Number.isNaN(now)) throw refused("what clock returns", "seconds as a number", now);
    return now;
  }
}

export const backendError = (what, cause) => makeError("BACKEND", `The backend failed to ${what}; its own error is the cause.`, { cause });

const alreadyConfigured = () =>
  makeError("REGION_ALREADY_CONFIGURED", "This region is already configured. Give replaceExistingBackend: true to replace its backend.");
