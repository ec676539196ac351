import { insideOf } from "./regions.js";

/** How many keys and creations are remembered: the latest. */
const MOST_KEYS = 1_000;
const MOST_CREATIONS = 200;

/** Follows one region by an observer: its creations, the creators of its keys, and how often each key was asked for. */
export class Watch {
  /** The latest is the last: `{ keys, start, end, state, attempts }`, with times of `performance.now()`. */
  creations = [];
  /** By the user's key: `{ hits, loads, failures }`. */
  counts = new Map();
  /** The user's names of mangled keys. */
  names = new Map();
  #creators = new Map();
  #inside;
  #end;

  constructor(region) {
    this.region = region;
    this.#inside = insideOf(region);
    this.#end = region.observe({
      onHit: (key) => (this.#countOf(key).hits += 1),
      onStale: (key) => (this.#countOf(key).hits += 1),
      onMiss: (key) => void this.#countOf(key),
      onCreateStart: (keys) => this.#learn(keys),
      onRetry: (keys) => this.#tryAgain(keys),
      onSet: (keys) => keys.forEach((key) => this.#countOf(key)),
      aroundCreate: (create, keys) => this.#follow(create, keys),
    });
  }

  stop() {
    this.#end();
  }

  get inside() {
    return this.#inside;
  }

  countOf(key) {
    return this.counts.get(key) ?? { hits: 0, loads: 0, failures: 0 };
  }

  canRefresh(key) {
    return this.#creators.has(key);
  }

  /** Loads a key again, as it was loaded last. */
  refresh(key) {
    const { creator, request } = this.#creators.get(key);
    const { creatorArgs, shouldCacheFn, expiration, lockTimeout, retry, staleIfError, tags, isMulti } = request;
    const options = { forceRefresh: true, shouldCacheFn, retry, tags: tags.length > 0 ? tags : undefined };
    const times = { expirationTime: given(expiration), lockTimeout: given(lockTimeout), staleIfError: given(staleIfError) };
    if (isMulti) return this.region.getOrCreateMulti([key], creator, { ...options, ...times });
    return this.region.getOrCreate(key, creator, { ...options, ...times, creatorArgs });
  }

  #countOf(key) {
    const count = this.countOf(key);
    keep(this.counts, key, count, MOST_KEYS);
    this.#name(this.#inside.setup, key);
    return count;
  }

  #name(setup, key) {
    try {
      keep(this.names, setup.mangle(key), key, MOST_KEYS);
    } catch {} // the call that had the key has told of it
  }

  /** Keeps the creator that is about to be called: that of the call which leads, or where a runner calls it, of one that waits. */
  #learn(keys) {
    const calls = this.#inside.host.calls.filter((call) => call?.region === this.#inside);
    const call = calls.find(({ batch }) => batch?.keys[0] === keys[0]) ?? calls.find((each) => each.keys.includes(keys[0]));
    for (const key of keys) {
      this.#countOf(key).loads += 1;
      if (call !== undefined) keep(this.#creators, key, { creator: call.creator, request: call.request }, MOST_KEYS);
    }
  }

  #follow(create, keys) {
    const creation = { keys, start: performance.now(), end: undefined, state: "creating", attempts: 1 };
    this.creations.push(creation);
    if (this.creations.length > MOST_CREATIONS) this.creations.shift();
    try {
      const answer = create();
      if (answer instanceof Promise)
        answer.then(
          () => this.#ends(creation, "created"),
          () => this.#ends(creation, "failed"),
        );
      else this.#ends(creation, "created");
      return answer;
    } catch (error) {
      this.#ends(creation, "failed");
      throw error;
    }
  }

  #ends(creation, state) {
    creation.end = performance.now();
    creation.state = state;
    if (state === "failed") for (const key of creation.keys) this.#countOf(key).failures += 1;
  }

  #tryAgain(keys) {
    const creation = this.creations.findLast((each) => each.end === undefined && each.keys.every((key, index) => key === keys[index]));
    if (creation !== undefined) creation.attempts += 1;
  }
}

const given = (seconds) => (Number.isNaN(seconds) ? undefined : seconds);

/** The latest are the last; the first goes where there are too many. */
function keep(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value);
}
