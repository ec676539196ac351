import { LOCK_TIMEOUT } from "./world.js";

/** What was invalidated, by whom ever: `{ hard, time, at, realm }` each. Strategies of one world share it; each has heard of some of it. */
export class RandomStrategy {
  #world;
  #history;
  #realms;
  #all;
  #heard = new Set();
  #requests = [];
  /** When the last request for news was made that has been answered. */
  askedAt = 0;

  constructor(world, history, realms, all) {
    this.#world = world;
    this.#history = history;
    this.#realms = realms;
    this.#all = all;
  }

  get isRemote() {
    return this.#world.strategy === "remote";
  }

  /** Here it is in effect at once; the others are told later, or find out. */
  invalidate(hard, time) {
    const event = { hard, time, at: this.#world.tick(), realm: this.#realms[0] };
    this.#all.push(event);
    this.#hear(event);
    return this.isRemote ? this.#operation("tell of an invalidation", () => {}) : undefined;
  }

  isInvalidated(time) {
    return this.#some(() => true, time);
  }

  isHardInvalidated(time) {
    return this.#some(({ hard }) => hard, time);
  }

  isSoftInvalidated(time) {
    return this.#some(({ hard }) => !hard, time);
  }

  wasHardInvalidated() {
    return this.isHardInvalidated(-Infinity);
  }

  wasSoftInvalidated() {
    return this.isSoftInvalidated(-Infinity);
  }

  refresh() {
    const request = { at: this.#world.tick(), seconds: this.#world.seconds, isOver: true };
    this.#requests.push(request);
    if (!this.isRemote || this.#world.plan.chance(0.2)) return undefined;
    request.isOver = false;
    return this.#operation(
      `ask for news in ${this.#realms}`,
      () => this.#answer(request),
      () => (request.isOver = true),
    );
  }

  /** It rejects, and does not throw: that would be the caller's to know. */
  #operation(what, act, done) {
    try {
      return this.#world.operation(what, act, { done });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #answer({ at }) {
    this.listen();
    this.askedAt = Math.max(this.askedAt, at);
  }

  /** Whether it was asked for news since then, and has answered or taken too long. */
  wasAskedSince(at) {
    const isOver = (request) => request.isOver || (this.#world.isTimed && this.#world.seconds - request.seconds >= LOCK_TIMEOUT);
    return this.#requests.some((request) => request.at > at && isOver(request));
  }

  /** Hears of all that was invalidated. */
  listen() {
    for (const event of this.#all) this.#hear(event);
  }

  #hear(event) {
    if (this.#heard.has(event)) return;
    this.#heard.add(event);
    for (const realm of this.#realms) this.#history.invalidate(realm, event);
  }

  #some(counts, time) {
    return [...this.#heard].some((event) => counts(event) && time < event.time);
  }
}
