import { usableBackend } from "../backends/backend.js";
import { makeError, refused } from "../errors.js";
import { Flights } from "./flight.js";
import { CachedValue, readRecord } from "../records/record.js";
import { makeBackend } from "../backends/registry.js";
import { Reporter } from "./report.js";
import { requireSerializer } from "../records/serializer.js";
import { Setup } from "./setup.js";
import { isKnownVersion, Region as Core, readClock, stampClock } from "../wasm/dogpile.js";

/** What the core calls a record that it judged, and what never got so far. */
export const FRESH = 0;
export const STALE = 1;
export const ABSENT = 2;
export const VERSION = 3;
export const UNREADABLE = 5;
const WHY = ["fresh", "stale", "absent", "version", "invalidated", "unreadable"];

/** What the calls of one region share: the core that decides, the setup, the time, the flights, the counts. */
export class CacheRegion {
  #setup;
  #clock;
  #keyMangler;
  #serializer;
  flights = new Flights();
  stats = { staleHits: 0, misses: 0, creations: 0, creationErrors: 0, coalesced: 0, takeovers: 0, backendErrors: 0 };

  constructor(options, together, facade) {
    this.core = new Core(options, together);
    const { asyncCreationRunner, clock, keyMangler, observer, serializer } = options ?? {};
    this.facade = facade;
    this.asyncCreationRunner = asyncCreationRunner ?? undefined;
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
    const [expiration, lockTimeout, throws] = this.core.check(options, together);
    const { backend, arguments: args, wrap } = options ?? {};
    const usable = usableBackend(typeof backend === "string" ? makeBackend(backend, args) : backend);
    const setup = new Setup(usable, { keyMangler: this.#keyMangler, serializer: this.#serializer, wrap, lockTimeout, throws: throws === 1 });
    this.core.configure(expiration);
    this.isTimeless = Number.isNaN(expiration);
    this.#setup = setup;
    this.flights.fenceAll();
  }

  get setup() {
    if (this.#setup !== undefined) return this.#setup;
    throw makeError("REGION_NOT_CONFIGURED", "No backend is configured on this region. Call configure() first.");
  }

  /** Whether a warm call may be answered by the core's `isFresh` alone. */
  get isPlain() {
    return this.setup.isPlain && this.#clock === undefined && this.reporter.isSilent;
  }

  /** A creation or invalidation time. */
  stamp() {
    return this.#clock === undefined ? stampClock(Date.now()) : this.#askClock();
  }

  /** In effect when it returns. */
  invalidate(hard) {
    this.setup; // or an error
    this.core.invalidate(hard, this.stamp());
    this.flights.fenceCreations();
  }

  isLocked(key) {
    const mangled = this.setup.mangle(key);
    return this.flights.current(mangled)?.isCreation === true || this.flights.isKept(mangled, this.setup.lockTimeout);
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
    this.core.countHit();
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
