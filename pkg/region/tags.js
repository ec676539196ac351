import { atOnce } from "../errors.js";
import { endSubscription } from "../bus/messages.js";
import { NEWS_OVERTAKEN, NEWS_TAGS_ENDED } from "../host/numbers.js";
import { hasMethod } from "../members.js";
import { ignoreRejection, pending } from "../promises.js";
import { NO_TAGS } from "../records/record.js";
import { isFarAhead, stampAt, stampClock } from "../wasm/dogpile.js";
import { distinctTags, tagList } from "./tag-list.js";

/** For each strategy the latest time that a region with a clock of its own has used: such a clock may stand still. */
const latestOf = new WeakMap();

/** What a region does with the tags of records: its strategy keeps the times of tags. */
export class Tags {
  #region;
  #strategy;
  #end;
  /** The tags of the calls that are under way, a list each, by key. */
  #open = new Map();

  constructor(region, strategy) {
    this.#region = region;
    this.#strategy = strategy;
  }

  /** Whether it is over this strategy. */
  isOver(strategy) {
    return strategy === this.#strategy;
  }

  /** The tags that somebody gives a value, each once. */
  listed(given) {
    return tagList(given);
  }

  get refreshes() {
    return hasMethod(this.#strategy, "refresh");
  }

  /** Hears from now on which tags were invalidated through others. */
  listen() {
    const failed = (error) => this.#region.reporter.error(error, "background");
    try {
      this.#end ??= endSubscription(
        this.#strategy.subscribe((tags) => this.#heard(tags)),
        failed,
      );
    } catch (error) {
      failed(error);
    }
  }

  close() {
    this.#end?.();
    this.#end = undefined;
  }

  /** When a creation begins: before every later invalidation. */
  birth() {
    const now = this.#region.clock.read();
    return this.#keep(now === now ? now : stampClock(Date.now(), NaN), (latest) => latest);
  }

  /** Later than the births of all creations that have begun. */
  #afterBirths() {
    const now = this.#region.clock.read();
    return this.#keep(now === now ? now : stampClock(Date.now(), NaN), (latest) => stampAt(latest, latest));
  }

  #keep(now, next) {
    const known = latestOf.get(this.#strategy) ?? now;
    const latest = isFarAhead(known, now) ? now : Math.max(now, known);
    latestOf.set(this.#strategy, next(latest));
    return next(latest);
  }

  /** In effect when it returns; a promise if others are told. */
  invalidate(given, hard) {
    const tags = distinctTags(given);
    if (tags.length === 0) return undefined;
    const answer = pending(this.#strategy.invalidate(tags, hard, this.#afterBirths()));
    this.#region.reporter.tell("onInvalidateTags", [...tags], hard);
    return answer;
  }

  /** A promise, which never rejects, if the times of these tags have to be read. */
  refresh(tags, setup = this.#region.setup) {
    if (tags.length === 0 || !this.refreshes) return undefined;
    try {
      const news = pending(this.#strategy.refresh(tags, this.#region.clock.now()));
      return news && setup.answered(news).then(undefined, (error) => this.#region.backendFailed(error, "invalidate"));
    } catch (error) {
      this.#region.backendFailed(error, "invalidate");
    }
  }

  /** The same for what was read. */
  refreshFor(founds, setup) {
    return this.refresh([...new Set(founds.flatMap(tagsIn))], setup);
  }

  /** What the times of its tags say of a record: 0 valid, 1 soft, 2 hard. */
  verdict({ extra, ct }) {
    return extra?.tags === undefined ? 0 : this.#ask(extra.tags, ct - extra.dt);
  }

  #ask(tags, born) {
    return atOnce(this.#strategy.verdict(tags, born, this.#region.clock.now()), "verdict");
  }

  /** Whether something that a creation has begun to make was invalidated since then. */
  isOvertaken(tags, born) {
    return tags.length > 0 && this.#ask(tags, born) !== 0;
  }

  /** Whether the tags of an entry of a MemoryBackend end nothing, as far as that is known without waiting. */
  isGood(found) {
    const { extra } = found;
    if (extra.tags === undefined) return true;
    try {
      const { epoch } = this.#strategy;
      if (extra.epoch === epoch) return true;
      const news = this.refreshes ? pending(this.#strategy.refresh(extra.tags, this.#region.clock.now())) : undefined;
      if (news !== undefined) ignoreRejection(news);
      if (news !== undefined || this.verdict(found) !== 0) return false;
      extra.epoch = epoch;
      return true;
    } catch {
      return false; // the full path reports it
    }
  }

  /** What is created under its keys while a call waits gets the tags of the call, too. Returns what ends that; `tags` is a list of this call alone. */
  join(keys, tags) {
    for (const key of keys) this.#open.set(key, (this.#open.get(key) ?? new Set()).add(tags));
    return () => {
      for (const key of keys) {
        const lists = this.#open.get(key);
        if (lists?.delete(tags) && lists.size === 0) this.#open.delete(key);
      }
    };
  }

  /** The tags of the calls that wait for a key. */
  joined(key) {
    const lists = this.#open.get(key);
    return lists === undefined ? NO_TAGS : [...lists].flat();
  }

  /** Fences the creations with one of these tags, and judges the records that flights have found. */
  #heard(tags) {
    const region = this.#region;
    const { core, host, subscriptions } = region;
    const have = (own) => own.some((tag) => tags.includes(tag));
    for (const flight of this.#flights()) {
      if (host.flights[flight.slot] !== flight) continue;
      const now = region.clock.readOrBegin();
      const found = tagsIn(flight.found);
      if (have(found)) core.resume(host, NEWS_TAGS_ENDED, flight.slot, 0, now, this.#verdictOrHard(flight.found));
      const carried = [...found, ...flight.tags, ...flight.call.request.tags, ...this.joined(flight.key)];
      if (have(carried) && this.#isOvertakenOrUnknown(carried, flight.born)) core.resume(host, NEWS_OVERTAKEN, flight.slot, 0, now, 0);
    }
    subscriptions.tell(undefined, "invalidated");
  }

  /** Not what began after the invalidation, which may have been learned late. */
  #isOvertakenOrUnknown(tags, born) {
    try {
      return this.isOvertaken(tags, born);
    } catch {
      return true;
    }
  }

  #verdictOrHard(found) {
    try {
      return this.verdict(found);
    } catch {
      return 2;
    }
  }

  #flights() {
    const region = this.#region;
    return region.isConfigured ? region.host.flights.filter((flight) => flight?.call.region === region) : [];
  }
}

const tagsIn = (found) => found?.extra?.tags ?? NO_TAGS;
