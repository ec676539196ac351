const isObject = (value) => typeof value === "object" && value !== null;

/** What components show of a cell: a promise for Suspense, a state without, and who is told when they have changed. */
export class Shown {
  #notify;
  #refresh;
  promise = pending();
  state;
  /** What hydration begins with, as the server has rendered it: pending, or the value that the page brought. */
  firstPromise;
  firstState;

  /** The entry that is shown; it knows its age. */
  #entry;
  /** The creation time of what was loaded here and is still to be heard of as stored. */
  #expected;

  constructor(refresh, notify) {
    this.#refresh = refresh;
    this.#notify = notify;
    this.#set(undefined, "pending");
    this.firstState = this.state;
  }

  get isPending() {
    return this.promise.status === "pending";
  }

  get hasValue() {
    return this.promise.status === "fulfilled";
  }

  get hasFailed() {
    return this.promise.status === "rejected";
  }

  /** The value with which a page comes from its server. In a render, where nobody may be told. */
  seed(value) {
    this.#take(value);
    this.#set(value, "stale");
    this.firstPromise = this.promise;
    this.firstState = this.state;
    Promise.resolve().then(this.#notify);
  }

  /** From a failure or, on a server, from what is old. In a render, too. */
  restart() {
    this.promise = pending();
  }

  /** Whether the entry has expired. */
  get isOld() {
    const entry = this.#entry;
    return entry !== undefined && entry.age >= entry.expiresAt - entry.cachedTime;
  }

  isBefore({ metadata }) {
    return this.#entry === undefined || metadata.ct > this.#entry.metadata.ct;
  }

  /** What the region has given. What was loaded now, or is another record, is shown; what is older than what is shown is not. */
  come(entry) {
    const { metadata, state } = entry;
    if (state === "created" || state === "coalesced") {
      this.#expected = metadata.ct;
      this.showEntry(entry, "fresh");
    } else if (this.isBefore(entry) || (state === "fresh" && !this.#has(entry))) this.showEntry(entry, state);
    else this.show(this.state.value, state);
  }

  /** What was stored here: what was loaded here is shown already, and a backend may give a copy of it. */
  hear(found) {
    if (found.metadata.ct !== this.#expected || !isObject(found.payload)) this.showEntry(found, "fresh");
    this.#expected = undefined;
  }

  /** Whether this is the record that is shown, or a copy of it. */
  #has({ metadata, payload }) {
    return metadata.ct === this.#entry?.metadata.ct && (isObject(payload) || Object.is(payload, this.state.value));
  }

  showEntry(entry, state) {
    this.#entry = entry;
    this.show(entry.payload, state);
  }

  /** The same value renders nothing: the promise stays, and the state where it is the same, too. */
  show(value, state, error) {
    const { promise } = this;
    if (!(this.hasValue && Object.is(promise.value, value))) this.#take(value);
    this.#set(value, state, error);
    this.#notify();
  }

  /** A value that is shown stays, beside the error. */
  fail(error) {
    if (this.isPending) Object.assign(this.promise, { status: "rejected", reason: error }).settle[1](error);
    this.#set(this.promise.value, this.hasValue ? "stale" : "failed", error);
    this.#notify();
  }

  /** A load has begun: what is shown is old, or there is nothing. */
  wait() {
    const { value, error } = this.state;
    if (this.hasFailed) this.restart();
    this.#set(value, this.hasValue ? "stale" : "pending", error);
    this.#notify();
  }

  #take(value) {
    if (!this.isPending) this.restart();
    Object.assign(this.promise, { status: "fulfilled", value }).settle[0](value);
  }

  #set(value, state, error) {
    const last = this.state;
    const isSame = last !== undefined && Object.is(last.value, value) && last.state === state && Object.is(last.error, error);
    if (!isSame) this.state = Object.freeze({ value, error, state, refresh: this.#refresh });
  }
}

/** With the members that React reads: a value that is there does not suspend. */
function pending() {
  let settle;
  /** @type {any} */
  const promise = new Promise((...both) => {
    settle = both;
  });
  promise.catch(() => {}); // who renders gets it
  return Object.assign(promise, { status: "pending", settle });
}
