import { quote } from "../errors.js";
import { isObject } from "../members.js";

/** How long a lease lasts that is not renewed, and how long a waiter that was told to ask again keeps its place. */
export const LEASE = 3_000;
/** How long a request waits for its turn before it has to ask again. */
export const ROUND = 20_000;
/** The longest time in seconds for which a stored value is handed over. */
export const LONGEST_KEEP = 86_400;
/** The longest stored value, in code units: objects in one isolate share 128 MB. */
export const LONGEST_STORED = 2 ** 20;
const LONGEST_TOKEN = 100;
const LONGEST_QUEUE = 10_000;

const isText = (value, longest) => typeof value === "string" && value.length <= longest;
const isNumber = (value, most) => Number.isFinite(value) && value >= 0 && value <= most;

const NEEDS_TOKEN = /^(acquire|renew|release)$/;

/**
 * The members of a request beside its operation: whether a value (or its absence) is allowed, and what is allowed.
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
 * The lock of one key, and the value that its last holder stored. Both are only in memory: after a restart of the object, the lock is free
 * and nothing is handed over.
 */
export class DogpileLock {
  /** `{ token, until, isSuperseded }` */
  #holder;
  /**
   * The waiters by their tokens, in order of arrival: `{ answer, until }`. Without `answer` no request is open: the waiter was told to
   * ask again, and is passed over meanwhile.
   */
  #queue = new Map();
  /**
   * `{ stored, until }`, at most one. It is dropped at the next request after its time, not by a timer, which would keep the object in memory. If
   * no request comes, the platform removes the object from memory.
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

  /** A holder that asks again has lost the answer. `round`: how many milliseconds the request waits for an answer. */
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

  /** Releases the lock, or leaves the queue. `stored: null`: the stored value cannot be handed over. */
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

  /** Ends expired leases and places, and gives a free lock to the first waiter with an open request. */
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

  /** A timer keeps the object in memory, which is billed: it runs only while there are waiters. All share one, because Workers allows 10,000. */
  #watch() {
    clearTimeout(this.#timer);
    if (this.#queue.size === 0) return;
    let next = this.#holder?.until ?? Infinity;
    for (const { until } of this.#queue.values()) next = Math.min(next, until);
    this.#timer = setTimeout(() => this.#pass(), next - Date.now());
  }
}

/** The own members of an object, without those of a changed Object.prototype. */
export const ownMembers = (value) => (isObject(value) ? Object.assign(Object.create(null), value) : undefined);
