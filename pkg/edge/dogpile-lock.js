import { quote } from "../errors.js";
import { isObject } from "../members.js";

/** How long a holder that does not renew its lease is waited for, and how long who was told to ask again keeps its place. */
export const LEASE = 3_000;
/** How long a request waits for its turn at most, before it has to ask again. */
export const ROUND = 20_000;
/** For how many seconds what was stored is handed over at most. */
export const LONGEST_KEEP = 86_400;
/** How many code units of it are taken: an object has 128 MB for all keys that it shares an isolate with. */
export const LONGEST_STORED = 2 ** 20;
const LONGEST_TOKEN = 100;
const LONGEST_QUEUE = 10_000;

const isText = (value, longest) => typeof value === "string" && value.length <= longest;
const isNumber = (value, most) => Number.isFinite(value) && value >= 0 && value <= most;

const NEEDS_TOKEN = /^(acquire|renew|release)$/;

/**
 * What a request may say beside its operation: whether that is so, also where it says nothing, and what it has to be.
 *
 * @type {Record<string, [(value: any, given: any) => boolean, string]>}
 */
const MEMBERS = {
  token: [
    (value, { operation }) => (value === undefined ? !NEEDS_TOKEN.test(operation) : value !== "" && isText(value, LONGEST_TOKEN)),
    `a string of 1 to ${LONGEST_TOKEN} characters`,
  ],
  wait: [(value = false) => typeof value === "boolean", "a boolean"],
  round: [(value = 0) => isNumber(value, ROUND), `a number of milliseconds from 0 to ${ROUND}`],
  stored: [(value = null) => value === null || isText(value, LONGEST_STORED), `null, or a string of at most ${LONGEST_STORED} characters`],
  keep: [
    (value, { stored }) => (value === undefined ? typeof stored !== "string" : isNumber(value, LONGEST_KEEP)),
    `a number of seconds from 0 to ${LONGEST_KEEP}`,
  ],
};

/**
 * One key's lock, and what its last holder stored. It lives in memory alone: where the platform restarts the object, nobody holds the
 * lock, and nothing is handed over.
 */
export class DogpileLock {
  /** `{ token, until, isSuperseded }` */
  #holder;
  /**
   * Those who wait, by their tokens in the order in which they came: `{ answer, until }`. Without `answer` no request is open: it was told to
   * ask again, and is passed over meanwhile.
   */
  #queue = new Map();
  /**
   * `{ stored, until }`, one at most. It is forgotten when somebody looks, not by a timer, which would keep the object in memory. Where nobody
   * looks, the platform takes the object out of memory with it.
   */
  #kept;
  #timer;
  #operations = {
    acquire: (given, signal) => this.#acquire(given, signal),
    renew: (given) => this.#renew(given),
    release: (given) => this.#release(given),
    supersede: (given) => this.#supersede(given),
    locked: () => ({ locked: this.#holder !== undefined, waiting: this.#queue.size }),
  };

  async fetch(request) {
    const given = ownMembers(await request.json().catch(() => undefined));
    const fault = this.#faultOf(given);
    if (fault !== undefined) return new Response(fault, { status: 400 });
    this.#pass();
    const answer = this.#operations[given.operation](given, request.signal);
    this.#pass();
    return Response.json(await answer);
  }

  #faultOf(given) {
    if (given === undefined) return "no JSON object";
    const { operation } = given;
    if (typeof operation !== "string" || !Object.hasOwn(this.#operations, operation)) return `no operation ${quote(operation)}`;
    for (const [name, [isAllowed, allowed]] of Object.entries(MEMBERS)) {
      if (!isAllowed(given[name], given)) return `${name} must be ${allowed}`;
    }
  }

  /** Whoever has the lock already asks again where the answer was lost. `round`: for how many milliseconds it waits for an answer. */
  #acquire({ token, wait, round = 0 }, signal) {
    if (signal?.aborted) return { granted: false };
    this.#tellToAskAgain(token); // its first request, if that is still open
    if (this.#holder === undefined) this.#grant(token);
    if (this.#renew({ token }).held) return this.#granted();
    const hasPlace = this.#queue.has(token) || this.#queue.size < LONGEST_QUEUE;
    if (!wait || !hasPlace) return { granted: false };
    return new Promise((answer) => {
      this.#queue.set(token, { answer, until: Date.now() + round });
      signal?.addEventListener("abort", () => this.#queue.get(token)?.answer === answer && this.#leave(token));
    });
  }

  #renew({ token }) {
    const held = this.#holder?.token === token;
    if (held) this.#grant(token, this.#holder.isSuperseded);
    return { held };
  }

  /** Leaves the queue, too. `stored: null`: what was stored cannot be handed over. */
  #release({ token, stored, keep }) {
    this.#leave(token);
    if (this.#holder?.token !== token) return {};
    if (stored !== undefined && !this.#holder.isSuperseded) this.#keep(stored, keep);
    this.#holder = undefined;
    return {};
  }

  #supersede({ stored, keep }) {
    this.#keep(stored, keep);
    if (this.#holder !== undefined) this.#holder.isSuperseded = true;
    return {};
  }

  #keep(stored, seconds) {
    this.#kept = typeof stored === "string" ? { stored, until: Date.now() + seconds * 1000 } : undefined;
  }

  #grant(token, isSuperseded = false) {
    this.#queue.delete(token);
    this.#holder = { token, until: Date.now() + LEASE, isSuperseded };
  }

  #granted() {
    return { granted: true, stored: this.#kept?.stored };
  }

  #tellToAskAgain(token) {
    const waiter = this.#queue.get(token);
    if (waiter === undefined) return;
    waiter.answer?.({ granted: false, again: true });
    this.#queue.set(token, { answer: undefined, until: Date.now() + LEASE });
  }

  #leave(token) {
    this.#queue.get(token)?.answer?.({ granted: false });
    this.#queue.delete(token);
  }

  /** Ends what has had its time, and gives a lock that nobody holds to the first who waits with an open request. */
  #pass() {
    const now = Date.now();
    if (now >= this.#kept?.until) this.#kept = undefined;
    if (now >= this.#holder?.until) this.#holder = undefined;
    for (const [token, { answer, until }] of this.#queue) {
      if (answer !== undefined && this.#holder === undefined) {
        this.#grant(token);
        answer(this.#granted());
      } else if (now >= until) {
        if (answer === undefined) this.#queue.delete(token);
        else this.#tellToAskAgain(token);
      }
    }
    this.#watch();
  }

  /** A timer keeps the object in memory, and that costs: it runs only while somebody waits. It is one for all, since Workers may have 10,000. */
  #watch() {
    clearTimeout(this.#timer);
    if (this.#queue.size === 0) return;
    let next = this.#holder?.until ?? Infinity;
    for (const { until } of this.#queue.values()) next = Math.min(next, until);
    this.#timer = setTimeout(() => this.#pass(), next - Date.now());
  }
}

/** What is an object, without what somebody may have put on every object. */
export const ownMembers = (value) => (isObject(value) ? Object.assign(Object.create(null), value) : undefined);
