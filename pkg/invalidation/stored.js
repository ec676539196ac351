import { isFailure } from "../backends/backend.js";
import { pin } from "../backends/memory.js";
import { BroadcastBus } from "../bus/broadcast-bus.js";
import { Messages } from "../bus/messages.js";
import { seconds } from "../duration.js";
import { describePart, makeError, quoteKey, refused, refusedAs } from "../errors.js";
import { ignoreRejection, within } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { isObject, own, readOptions } from "../members.js";
import { isFarAhead, stampClock } from "../wasm/dogpile.js";
import { DefaultInvalidationStrategy, timesOf } from "./default.js";
import { InvalidationTimes, READING } from "./times.js";
import { TimesStore } from "./times-store.js";

const DEFAULT_REFRESH = 10;
const DEFAULT_SKEW = 1;
const LARGEST_SKEW = 30;
/** How long others wait for a reader: on Workers it may have died with its request. After that they read themselves. */
const PATIENCE_WITH_READER = 1;
/** Each kind has its own record, so that concurrent writes need no merging. */
const KINDS = ["hard", "soft"];

export class StoredInvalidationStrategy extends DefaultInvalidationStrategy {
  #backend;
  #key;
  #keys;
  #period;
  #skew;
  /** What others are told over; its own bus, which it closes, where it was given the name of a channel. */
  #messages;
  #ownBus;
  /** Whether the store was read, and when that began. */
  #isLoaded = false;
  #readAt = -Infinity;
  #reading;
  /** The latest clock reading that it was given. */
  #now = -Infinity;
  /** The times set here. If an earlier time is found in the store, they are written again. */
  #own = new InvalidationTimes();
  /** Times from the channel that were too far in the future of the latest reading, which may be old. */
  #told;
  /** By kind, a time too far in the future, and when it was first read. */
  #far = { hard: undefined, soft: undefined };

  constructor(backend, options) {
    super();
    const { key = "dogpile:invalidation", refresh, channel, bus, clockSkew } = readOptions(options, ["key", "refresh", "channel", "bus", "clockSkew"]);
    if (typeof key !== "string") throw refused("key", "a string", key);
    this.#period = orDefault(seconds(refresh, "refresh"), DEFAULT_REFRESH);
    this.#skew = orDefault(seconds(clockSkew, "clockSkew"), DEFAULT_SKEW);
    if (!(this.#skew >= 0 && this.#skew <= LARGEST_SKEW)) throw refused("clockSkew", "0 to 30 seconds", clockSkew);
    this.#backend = new TimesStore(backend);
    this.#key = key;
    this.#keys = KINDS.map((kind) => this.#backend.mangle(`${key}:${kind}`));
    pin(this.#backend.backend, this.#keys); // without its times, what was invalidated would be back
    this.#listen(channel ?? undefined, bus ?? undefined);
  }

  /** `now` is later than every creation time of this realm, `reading` is the clock. */
  invalidate(hard, now, reading = now) {
    this.#look(reading);
    const time = Math.max(now, reading + this.#skew);
    super.invalidate(hard, time);
    this.#own.invalidate(Boolean(hard), time);
    this.#messages?.publish({ times: { key: this.#key, hard: finite(this.#own.hard), soft: finite(this.#own.soft) } });
    return this.#store(reading, hard ? 0 : 1);
  }

  get [READING]() {
    return true;
  }

  get latest() {
    return timesOf(this).latest;
  }

  refresh(now) {
    this.#look(now);
    if (!this.#isLoaded) return this.#reading === undefined ? this.#read(now) : this.#join(now);
    const isDue = now < this.#readAt || now - this.#readAt >= this.#period;
    return isDue ? this.#read(now) : undefined;
  }

  close() {
    this.#messages?.close();
    this.#ownBus?.close();
    this.#messages = this.#ownBus = undefined;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.close();
  }

  /** Sees to what depends on the time. */
  #look(now) {
    if (now < this.#now) for (const times of [timesOf(this), this.#own]) times.comeBack(now);
    this.#now = now;
    const told = this.#told;
    this.#told = undefined;
    if (told !== undefined) KINDS.forEach((kind, index) => super.invalidate(index === 0, this.#counted(kind, told[kind], now)));
  }

  /** A time too far in the future counts as the moment at which it was first read: otherwise the cache would be off until the clock reaches it. */
  #counted(kind, time, now) {
    if (!isFarAhead(time, now)) return time;
    if (this.#far[kind]?.time !== time) this.#far[kind] = { time, heard: now };
    const far = this.#far[kind];
    return (far.heard = Math.min(far.heard, now));
  }

  /** Messages of other users of the channel are ignored. */
  #hear(message) {
    const times = own(message, "times");
    if (!isObject(times) || own(times, "key") !== this.#key) return;
    KINDS.forEach((kind, index) => {
      const time = own(times, kind);
      if (!Number.isFinite(time)) return;
      if (isFarAhead(time, this.#now)) {
        (this.#told ??= new InvalidationTimes()).invalidate(index === 0, time);
        timesOf(this).tellSubscribers(); // who reads now gives the clock's reading
      } else super.invalidate(index === 0, time);
    });
  }

  #read(now) {
    this.#readAt = now;
    const reading = this.#load(now)
      .then(throwFirst)
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
    this.#reading = reading;
    return reading;
  }

  #join(now) {
    const late = makeError("TIMEOUT", "Reading the invalidation times took too long.");
    const orElse = (error) => (error === late ? this.#read(now) : Promise.reject(error));
    return within(this.#reading, PATIENCE_WITH_READER, () => late).catch(orElse);
  }

  /** Returns an error for each record that cannot be read or is invalid. */
  async #load(now) {
    const outcomes = await this.#backend.read(this.#keys, true);
    this.#isLoaded ||= !outcomes.some(isFailure);
    return outcomes.map((outcome, index) => {
      try {
        if (this.#find(outcome, now, index) < this.#own[KINDS[index]]) ignoreRejection(this.#write(index)); // somebody wrote at once; if it fails, the next to read does so
      } catch (error) {
        return error;
      }
    });
  }

  /** The effective time of a record. */
  #find(outcome, now, index) {
    if (isFailure(outcome)) throw outcome.error;
    const time = this.#counted(KINDS[index], this.#timeIn(outcome.value ?? undefined, index), now);
    super.invalidate(index === 0, time); // an earlier time than what is known here changes nothing
    return time;
  }

  /** The time in a record; that of another version is ignored. */
  #timeIn(stored, index) {
    if (stored === undefined) return -Infinity;
    const found = this.#backend.recordIn(stored);
    if (found?.isForeign) return -Infinity;
    const time = found?.payload;
    if (Number.isFinite(time)) return time;
    throw refusedAs(`the stored value of ${quoteKey(this.#keys[index])}`, "an invalidation time", describePart(stored));
  }

  /** Stores the time set here, unless the store has a later one. */
  async #store(now, index) {
    const [outcome] = await this.#backend.read([this.#keys[index]], false);
    try {
      if (this.#find(outcome, now, index) >= this.#own[KINDS[index]]) return;
    } catch {} // what cannot be read is written anew
    await this.#write(index);
  }

  #write(index) {
    const record = () => makeRecord(this.#own[KINDS[index]], stampClock(Date.now(), this.latest));
    return this.#backend.write([this.#keys[index]], () => [record()], false);
  }

  #listen(channel, bus) {
    if (channel !== undefined && bus !== undefined) throw makeError("VALIDATION", "channel and bus must not be given together: a channel is a bus");
    if (channel !== undefined && typeof channel !== "string") throw refused("channel", "a string", channel);
    if (channel !== undefined) this.#ownBus = new BroadcastBus(channel);
    const used = bus ?? this.#ownBus;
    if (used === undefined) return;
    const restored = () => {
      this.#isLoaded = false; // what was told meanwhile is in the store
    };
    this.#messages = new Messages(used, { hear: (message) => this.#hear(message), restored });
  }
}

/** JSON has no infinite numbers; what is not there is not given. */
const finite = (time) => (time > -Infinity ? time : undefined);

function throwFirst(errors) {
  const error = errors.find((each) => each !== undefined);
  if (error !== undefined) throw error;
}

const orDefault = (number, otherwise) => (number === number ? number : otherwise);
