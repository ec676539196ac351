import { isFailure } from "../backends/backend.js";
import { Messages } from "../bus/messages.js";
import { seconds } from "../duration.js";
import { describePart, makeError, quoteKey, refused, refusedAs } from "../errors.js";
import { isObject, own, readOptions } from "../members.js";
import { ignoreRejection, within } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { isFarAhead, readClock, stampClock } from "../wasm/dogpile.js";
import { TagTimes } from "./tag-times.js";
import { TimesStore } from "./times-store.js";
import { mostTags, TagInvalidation, tagsChanged, tagTimesOf } from "./tags.js";

const OPTIONS = ["prefix", "refresh", "keep", "maxTags", "bus"];
const DEFAULT_REFRESH = 10;
const DEFAULT_KEEP = 30 * 86_400;
/** How long others wait for a reader: on Workers it may have died with its request. After that they read themselves. */
const PATIENCE_WITH_READER = 1;
const KINDS = ["hard", "soft"];

export class StoredTagInvalidation extends TagInvalidation {
  #backend;
  #prefix;
  #period;
  #keep;
  #most;
  #messages;
  /** The times that were set here. If an earlier time is found in the backend, they are written again. */
  #own;
  /** The tags whose times were read in this period, when that began, and the reads under way. */
  #read = new Set();
  #began = -Infinity;
  #reading = new Map();

  constructor(backend, options) {
    const { prefix = "dogpile:tag:", refresh, keep, maxTags, bus } = readOptions(options, OPTIONS);
    super({ maxTags });
    if (typeof prefix !== "string") throw refused("prefix", "a string", prefix);
    this.#prefix = prefix;
    this.#period = orDefault(seconds(refresh, "refresh"), DEFAULT_REFRESH);
    this.#keep = orDefault(seconds(keep, "keep"), DEFAULT_KEEP);
    if (!(this.#keep > 0)) throw refused("keep", "greater than 0", keep);
    this.#most = mostTags(maxTags);
    this.#own = new TagTimes(this.#most);
    this.#backend = new TimesStore(backend);
    if (bus !== undefined && bus !== null) this.#listen(bus);
  }

  async invalidate(tags, hard, now) {
    const times = hard ? { hard: now } : { soft: now };
    for (const tag of tags) this.#own.raise(tag, times, now);
    super.invalidate(tags, hard, now);
    this.#messages?.publish({ tags: Object.fromEntries(tags.map((tag) => [tag, [times.hard ?? null, times.soft ?? null]])) });
    await this.#store(tags, now);
  }

  verdict(tags, born, now) {
    return born < now - this.#keep ? 2 : super.verdict(tags, born, now);
  }

  /** Another one in every period, too: each value is judged again then, after its tags' times were read. */
  get epoch() {
    this.#renew(readClock(Date.now()));
    return super.epoch;
  }

  refresh(tags, now) {
    this.#renew(now);
    const unread = tags.filter((tag) => !this.#read.has(tag));
    if (unread.length === 0) return undefined;
    const missing = unread.filter((tag) => !this.#reading.has(tag));
    const others = unread.filter((tag) => this.#reading.has(tag));
    if (missing.length > 0) this.#begin(missing, now);
    const own = missing.map((tag) => this.#reading.get(tag));
    return Promise.all([...own, this.#join(others, now)]).then(() => undefined);
  }

  close() {
    this.#messages?.close();
    this.#messages = undefined;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.close();
  }

  /** Begins another period where that is due. */
  #renew(now) {
    if (now >= this.#began && now - this.#began < this.#period) return;
    this.#began = now;
    this.#read.clear();
    this.#reading.clear();
    tagsChanged(this, []);
  }

  /** Waits for the reads of others. */
  async #join(tags, now) {
    if (tags.length === 0) return;
    const late = makeError("TIMEOUT", "Reading the times of tags took too long.");
    const read = Promise.all(tags.map((tag) => this.#reading.get(tag)));
    try {
      await within(read, PATIENCE_WITH_READER, () => late);
    } catch (error) {
      if (error !== late) throw error;
      this.#begin(tags, now);
      await this.#reading.get(tags[0]);
    }
  }

  /** One read for all of them, which others who want one of them wait for. */
  #begin(tags, now) {
    const reading = this.#load(tags, now).finally(() => {
      for (const tag of tags) if (this.#reading.get(tag) === reading) this.#reading.delete(tag);
    });
    for (const tag of tags) this.#reading.set(tag, reading);
  }

  async #load(tags, now) {
    const period = this.#began;
    const stored = await this.#readTimes(tags);
    const behind = this.#behind(tags, stored, now);
    const changed = tags.filter((tag, index) => this.#raise(tag, stored[index], now));
    if (this.#read.size > this.#most) this.#read.clear();
    if (period === this.#began) for (const tag of tags) this.#read.add(tag);
    if (changed.length > 0) tagsChanged(this, changed);
    if (behind.size > 0) ignoreRejection(this.#write(behind)); // somebody wrote at once; if it fails, the next to read does so
  }

  /** Learns the times that were read, and the own ones, which may have been forgotten. Returns whether there was a later one. */
  #raise(tag, stored, now) {
    const known = tagTimesOf(this);
    const hasNews = known.raise(tag, stored, now);
    return (this.#own.has(tag) && known.raise(tag, this.#own.of(tag), now)) || hasNews;
  }

  /** The tags of which the backend has an earlier time than the one that was set here, with its times; one of a wrong clock is none. */
  #behind(tags, stored, now) {
    const times = stored.map((each) => Object.fromEntries(KINDS.map((kind) => [kind, isFarAhead(each[kind], now) ? -Infinity : each[kind]])));
    const isBehind = (tag, index) => this.#own.has(tag) && KINDS.some((kind) => this.#own.of(tag)[kind] > times[index][kind]);
    return new Map(tags.map((tag, index) => [tag, times[index]]).filter(([tag], index) => isBehind(tag, index)));
  }

  /** Rejects with the first error of the backend. `orElse`: what becomes of a value that is no time. */
  async #readTimes(tags, orElse = rethrow) {
    const keys = tags.map((tag) => this.#keyOf(tag));
    const outcomes = await this.#backend.read(keys, true);
    return outcomes.map((outcome, index) => {
      if (isFailure(outcome)) throw outcome.error;
      try {
        return this.#timesIn(outcome.value ?? undefined, keys[index]);
      } catch (error) {
        return orElse(error);
      }
    });
  }

  /** The times in a record; those of another version are ignored. */
  #timesIn(stored, key) {
    if (stored === undefined) return { hard: -Infinity, soft: -Infinity };
    const found = this.#backend.recordIn(stored);
    if (found?.isForeign) return { hard: -Infinity, soft: -Infinity };
    const times = found?.payload;
    if (isObject(times)) return { hard: timeIn(own(times, "hard")), soft: timeIn(own(times, "soft")) };
    throw refusedAs(`the stored value of ${quoteKey(key)}`, "the times of a tag", describePart(stored));
  }

  /** Stores the times set here, unless the backend has later ones. What cannot be read is written anew. */
  async #store(tags, now) {
    const stored = await this.#readTimes(tags, () => ({ hard: -Infinity, soft: -Infinity }));
    const changed = tags.filter((tag, index) => this.#raise(tag, stored[index], now));
    if (changed.length > 0) tagsChanged(this, changed);
    const behind = this.#behind(tags, stored, now);
    if (behind.size > 0) await this.#write(behind);
  }

  /** Writes the times set here and the latest that is known of others, by tag; what is known of a forgotten tag is no time of its own. */
  #write(behind) {
    const keys = [...behind.keys()].map((tag) => this.#keyOf(tag));
    const recordOf = ([tag, read]) => {
      const [set, known] = [this.#own.of(tag), tagTimesOf(this).has(tag) ? tagTimesOf(this).of(tag) : read];
      const times = Object.fromEntries(KINDS.map((kind) => [kind, finiteOrNull(Math.max(set[kind], read[kind], known[kind]))]));
      return makeRecord(times, stampClock(Date.now(), NaN));
    };
    const hint = this.#keep === Infinity ? undefined : { expirationTime: this.#keep };
    return this.#backend.write(keys, () => [...behind].map(recordOf), true, hint);
  }

  #keyOf(tag) {
    return this.#backend.mangle(this.#prefix + tag);
  }

  #listen(bus) {
    const restored = () => {
      this.#began = -Infinity; // what was told meanwhile is in the backend
    };
    this.#messages = new Messages(bus, { hear: (message) => this.#hear(own(message, "tags")), restored });
  }

  /** Messages of other users of the bus are ignored. */
  #hear(told) {
    if (!isObject(told)) return;
    const now = readClock(Date.now());
    const pairs = Object.entries(told).filter(([, times]) => Array.isArray(times));
    const changed = pairs.filter(([tag, [hard, soft]]) => tagTimesOf(this).raise(tag, { hard: timeIn(hard), soft: timeIn(soft) }, now));
    if (changed.length > 0)
      tagsChanged(
        this,
        changed.map(([tag]) => tag),
      );
  }
}

/** @returns {any} */
const rethrow = (error) => {
  throw error;
};
const timeIn = (value) => (Number.isFinite(value) ? value : -Infinity);
const finiteOrNull = (time) => (time > -Infinity ? time : null);
const orDefault = (number, otherwise) => (number === number ? number : otherwise);
