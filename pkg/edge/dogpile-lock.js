import { quote } from "../errors.js";

/** How long a holder that does not renew its lease is waited for. */
export const LEASE = 3_000;
/** How long a request waits for its turn before it has to ask again, which keeps its place. */
export const ROUND = 20_000;

/**
 * One key's lock, and what its last holder stored. It lives in memory alone: where the platform restarts the object, nobody holds the
 * lock, and nothing is handed over.
 */
export class DogpileLock {
  /** `{ token, until, isSuperseded }` */
  #holder;
  /** Those who wait, by their tokens in the order in which they came: what answers them, where a request is open. */
  #queue = new Map();
  /** `{ stored, until }` */
  #kept;
  #timer;
  #operations = {
    acquire: (given) => this.#acquire(given),
    renew: (given) => this.#renew(given),
    release: (given) => this.#release(given),
    supersede: (given) => this.#supersede(given),
    locked: () => ({ locked: this.#holder !== undefined, waiting: this.#queue.size }),
  };

  async fetch(request) {
    const { operation, ...given } = await request.json();
    if (!Object.hasOwn(this.#operations, operation)) return new Response(`no operation ${quote(operation)}`, { status: 400 });
    this.#pass();
    return Response.json(await this.#operations[operation](given));
  }

  /** Whoever has the lock already asks again: its turn came between two rounds. `round`: for how many milliseconds it waits for an answer. */
  #acquire({ token, wait, round = 0 }) {
    if (this.#holder === undefined) this.#grant(token);
    if (this.#holder.token === token) return this.#granted();
    if (!wait) return { granted: false };
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#queue.get(token)?.({ granted: false, again: true }), round);
      this.#queue.set(token, (answer) => {
        clearTimeout(timer);
        if (answer.again) this.#queue.set(token, undefined);
        resolve(answer);
      });
      this.#watch();
    });
  }

  #renew({ token }) {
    const held = this.#holder?.token === token;
    if (held) this.#grant(token, this.#holder.isSuperseded);
    return { held };
  }

  /** Leaves the queue, too. `stored: null`: what was stored cannot be handed over. */
  #release({ token, stored, keep }) {
    this.#queue.get(token)?.({ granted: false });
    this.#queue.delete(token);
    if (this.#holder?.token !== token) return {};
    if (stored !== undefined && !this.#holder.isSuperseded) this.#keep(stored, keep);
    this.#holder = undefined;
    this.#pass();
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
    this.#holder = { token, until: Date.now() + LEASE, isSuperseded };
  }

  #granted() {
    return { granted: true, stored: this.#kept?.stored };
  }

  /** Forgets what has had its time, and gives a lock that nobody holds to the next who waits. */
  #pass() {
    const now = Date.now();
    if (now >= this.#kept?.until) this.#kept = undefined;
    if (now >= this.#holder?.until) this.#holder = undefined;
    if (this.#holder === undefined && this.#queue.size > 0) {
      const [[token, answer]] = this.#queue;
      this.#queue.delete(token);
      this.#grant(token);
      answer?.(this.#granted());
    }
    this.#watch();
  }

  /** A timer keeps the object in memory, and that costs: it runs only while somebody waits. */
  #watch() {
    clearTimeout(this.#timer);
    if (this.#queue.size > 0) this.#timer = setTimeout(() => this.#pass(), this.#holder.until - Date.now());
  }
}
