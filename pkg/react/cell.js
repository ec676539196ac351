import { Load } from "./load.js";
import { callOptions } from "./options.js";
import { isServer, refetching } from "./refetch.js";
import { Shown } from "./shown.js";

/** Milliseconds that it lives after nobody uses it. On a server the region is the cache: a cell is there until React renders again. */
const LIFE = isServer ? 1_000 : 30_000;
/** Milliseconds after which it looks whether somebody else has ended the load for which it got a stale value. */
const PATIENCE = 1_000;
/** Milliseconds after which a render that finds an error tries again: React renders more than once before a boundary has it. */
const AGAIN = 100;
/** The same for an error that nobody has seen. */
const UNSEEN = 5_000;

// Where a value was stored that is to be shown, whatever its age, so that no load leads to another.
const HERE = 1;
/** Only if it is newer than what is shown. */
const ELSEWHERE = 2;
const STORED = { stored: HERE, elsewhere: ELSEWHERE };

const ignore = () => {};

/** The value under a key of a region, for all components that use it. It outlives them for a while, since a suspended first render keeps nothing. */
export class Cell {
  #region;
  #key;
  #siblings;
  #creator;
  #options;
  /** Ends the subscription to the region. */
  #end;
  #users = new Set();
  #wasUsed = false;
  #timer;
  #mayRetry = 0;
  /** Whether the region is to be asked, which loads if it has to, or what was stored is to be read. */
  #asks = true;
  #reads = 0;
  #isPlanned = false;
  /** How many questions are under way. */
  #busy = 0;
  /** Seconds: what is older is stale to the next question. */
  #maxAge = Infinity;

  constructor(region, key, siblings) {
    this.#region = region;
    this.#key = key;
    this.#siblings = siblings;
    this.shown = new Shown(this.#refresh, () => this.#users.forEach(({ notify }) => notify()));
    this.#open();
    this.#rest();
  }

  readPromise = () => this.shown.promise;
  readState = () => this.shown.state;
  readFirstPromise = () => this.shown.firstPromise ?? this.shown.promise;
  readFirstState = () => this.shown.firstState;

  /** The error is in the state, too: who does not look at the promise need not. */
  #refresh = () => {
    const promise = this.#load({ forceRefresh: true }).then(({ payload }) => payload);
    promise.catch(ignore);
    return promise;
  };

  /** The latest creator and options count. `asks`: whether this render may begin to load; `suspends`: whether it throws an error. */
  render(creator, options, asks, suspends) {
    this.#creator = creator;
    this.#options = options;
    const { shown } = this;
    if (options.initial !== undefined && shown.isPending) shown.seed(options.initial);
    if (!asks || this.#busy > 0) return;
    if (this.#isOver(suspends)) shown.restart();
    if (shown.isPending) this.#ask();
  }

  /** Whether a render begins anew: after a failure that was seen, and on a server after a change. */
  #isOver(suspends) {
    const { hasFailed, isPending, firstPromise } = this.shown;
    if (hasFailed) return (suspends || this.#users.size === 0) && performance.now() >= this.#mayRetry;
    return isServer && this.#asks && !isPending && firstPromise === undefined;
  }

  /** Its error has been seen: a moment after the first time a render may try again. */
  wasSeen() {
    this.#mayRetry = Math.min(this.#mayRetry, performance.now() + AGAIN);
  }

  subscribe(user) {
    clearTimeout(this.#timer);
    this.#open();
    this.#users.add(user);
    this.#asks ||= user.isEnabled && this.#wasUsed && this.shown.isOld;
    this.#wasUsed = true;
    this.#plan();
    const end = user.isEnabled ? refetching(user, this.#refetch) : undefined;
    return () => {
      end?.();
      this.#users.delete(user);
      if (this.#users.size === 0) this.wasSeen();
      this.#rest();
    };
  }

  #refetch = (maxAge) => {
    if (maxAge < this.#maxAge) this.#maxAge = maxAge;
    this.#asks = true;
    this.#plan();
  };

  #hear(why) {
    if (why in STORED) this.#reads = Math.max(this.#reads, STORED[why]);
    else this.#asks = true;
    this.#plan();
  }

  /** What changes in one task is asked for once. */
  #plan() {
    if (this.#isPlanned || !this.#canAct) return;
    this.#isPlanned = true;
    setTimeout(() => {
      this.#isPlanned = false;
      if (this.#canAct) this.#act();
    });
  }

  get #canAct() {
    if (this.#busy > 0) return false;
    return this.#reads === HERE || (this.#isWatched && (this.#asks || this.#reads > 0));
  }

  /** Nothing is loaded for nobody. */
  get #isWatched() {
    return [...this.#users].some(({ isEnabled }) => isEnabled);
  }

  #act() {
    if (this.#asks && this.#isWatched) this.#ask();
    else this.#during(() => this.#read());
  }

  async #read() {
    const where = this.#reads;
    this.#reads = 0;
    const found = await this.#find();
    if (found === undefined || (where === ELSEWHERE && !this.shown.isBefore(found))) this.#asks = true;
    else this.shown.hear(found);
  }

  #ask() {
    const more = this.#maxAge < Infinity ? { expirationTime: this.#maxAge } : undefined;
    this.#asks = false;
    this.#reads = 0;
    this.#maxAge = Infinity;
    this.#load(more).catch(ignore);
  }

  async #during(work) {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#plan();
      this.#rest();
    }
  }

  /** Gives the region's entry; a load in the background that follows it is shown, too. */
  #load(more) {
    return this.#during(async () => {
      await undefined; // a render is no place for creators
      const load = new Load(this.#creator, () => this.shown.wait());
      try {
        const entry = await this.#region.getOrCreateEntry(this.#key, load.create, { ...callOptions(this.#options), ...more, ...load.options });
        this.shown.come(entry);
        if (entry.state === "stale" && !isServer) await this.#follow(load, entry);
        return entry;
      } catch (error) {
        this.#fail(error);
        throw error;
      }
    });
  }

  #fail(error) {
    this.#mayRetry = performance.now() + UNSEEN;
    this.shown.fail(error);
  }

  /** After a stale value: its own load in the background, whether or not that was stored, or somebody else's. */
  async #follow(load, entry) {
    await load.ended;
    if (load.error !== undefined) this.#fail(load.error.thrown);
    else if (load.value === undefined) this.#askLater();
    else {
      const found = await this.#find();
      if (found?.metadata.ct > entry.metadata.ct) this.shown.showEntry(found, "fresh");
      else this.shown.show(load.value.created, "fresh");
    }
  }

  /** Others, in other tabs for example, do not tell when they have failed. */
  #askLater() {
    setTimeout(() => {
      this.#asks = true;
      this.#plan();
    }, PATIENCE);
  }

  /** What is stored, of whatever age. */
  async #find() {
    const { expirationTime } = this.#options;
    return this.#region.getValueMetadata(this.#key, { expirationTime, ignoreExpiration: true }).catch(ignore);
  }

  #open() {
    if (this.#end !== undefined) return;
    this.#end = this.#region.subscribe(this.#key, (why) => this.#hear(why));
    if (!this.#siblings.has(this.#key)) this.#siblings.set(this.#key, this);
  }

  /** Ends it, if nobody comes. */
  #rest() {
    clearTimeout(this.#timer);
    if (this.#users.size > 0 || this.#busy > 0) return;
    this.#timer = setTimeout(() => this.#close(), LIFE);
    this.#timer.unref?.(); // Node
  }

  #close() {
    this.#end();
    this.#end = undefined;
    this.#asks = true;
    if (this.#siblings.get(this.#key) === this) this.#siblings.delete(this.#key);
  }
}
