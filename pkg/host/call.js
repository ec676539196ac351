import { makeError } from "../errors.js";
import { Deferred, monotonic, startTimer } from "../promises.js";
import { SHAREABLE } from "../region/options.js";
import { awaitAbort, ignoreAbort } from "./aborts.js";
import { NO_VALUE } from "./answers.js";
import { NEWS_TIMED_OUT } from "./numbers.js";

const PENDING = 0;
const RESOLVED = 1;
const REJECTED = 2;

/** One call of `getOrCreate` and similar: its creator, its promise and its results so far. The machine knows it by a number. */
export class Call {
  slot = -1;
  serial = 0;
  /** Whether the current code was started by this call or a response to it: then its creator runs in its own async context. */
  isCurrent = false;
  creator;
  batch;
  error;
  /** Keeps the platform from ending the request. */
  kept;
  /** Whether the machine has done with it, and how many creators of it run on that nobody waits for. */
  isOver = false;
  late = 0;
  /** Whether other callers share its promise. */
  isShared = false;
  #state = PENDING;
  #value;
  #deferred;
  #enter;
  #timer;
  #endsAt = NaN;
  #isListening = false;
  #restarts;
  /** The calls that have begun again in its place, for some of its keys. */
  #again;

  /** `keys`: before mangling. `gives`: makes the result of one entry. */
  constructor(region, keys, request, gives) {
    this.region = region;
    this.setup = region.setup;
    this.core = region.core;
    this.host = region.host;
    this.keys = keys;
    this.request = request;
    this.gives = gives;
    this.entries = request.isMulti ? new Array(keys.length) : undefined;
    /** The reads of a call of many keys, until they are sent together. */
    this.reads = request.isMulti ? [] : undefined;
    this.remaining = keys.length;
    if (request.outer !== undefined) (request.outer.#again ??= []).push(this);
  }

  /** The key that the user knows, of one that was mangled; a call of many keys has its own. */
  nameOf() {
    return this.keys[0];
  }

  /** Seconds; its own, else the region's. */
  get lockTimeout() {
    const { lockTimeout } = this.request;
    return Number.isNaN(lockTimeout) ? this.setup.lockTimeout : lockTimeout;
  }

  begin(slot, serial, creator) {
    this.slot = slot;
    this.serial = serial;
    this.creator = creator;
    this.isCurrent = true;
    const { signal, timeout } = this.request;
    if (signal !== undefined) {
      this.#isListening = true;
      awaitAbort(this);
    }
    if (timeout < Infinity) this.#startTimer(Math.max(timeout, 0) * 1000);
  }

  /** Sends an event to the machine, in this call's own context. */
  resume(news) {
    this.inContext(() => this.tell(news, this.slot, this.serial));
  }

  /** Sends the machine the end of an operation, by its ticket. */
  tell(news, slot, serial, value = 0) {
    return this.core.resume(this.host, news, slot, serial, this.region.clock.readOrBegin(), value);
  }

  /** Runs code that was started in this call's own context. */
  inContext(work) {
    this.isCurrent = true;
    const answer = work();
    this.leave();
    return answer;
  }

  /** Ends code that was started in this call's own context. */
  leave() {
    this.isCurrent = false;
    if (this.#state === PENDING && this.batch === undefined) this.keepContext();
  }

  get promise() {
    if (this.#state === RESOLVED) return Promise.resolve(this.#value);
    if (this.#state === REJECTED) return Promise.reject(this.#value);
    this.#deferred ??= new Deferred();
    return this.#deferred.promise;
  }

  share() {
    this.isShared = true;
    return this.promise;
  }

  get isSettled() {
    return this.#state !== PENDING;
  }

  /** Runs the call's creator in its own context, even if another call's event started it. */
  keepContext() {
    this.#enter ??= this.#arm();
  }

  #arm() {
    let enter;
    new Promise((resolve) => (enter = resolve)).then((work) => {
      this.#enter = this.isSettled ? undefined : this.#arm();
      this.inContext(work);
    });
    return enter;
  }

  /** Does so in a microtask, in this call's context. */
  enter(work) {
    this.keepContext();
    const enter = this.#enter;
    this.#enter = undefined;
    enter(work);
  }

  /** Lets the platform end the request when the call has no work left. */
  letGo() {
    if (this.isOver && this.late === 0) this.kept?.resolve();
  }

  serve(seat, record, state) {
    if (record.payload === NO_VALUE && !this.creator[NO_VALUE]) return this.restart(seat);
    if (this.entries === undefined) return this.#settle(RESOLVED, this.gives(record, state, this.region));
    this.entries[seat] = this.gives(record, state, this.region);
    this.remaining -= 1;
    if (this.remaining === 0) this.#settle(RESOLVED, this.entries);
  }

  fail(error) {
    this.#settle(REJECTED, error);
  }

  /** The region was configured again, or the awaited load gave no value: starts the call's open keys again, together. */
  restart(seat) {
    if (this.#restarts !== undefined) return this.#restarts.push(seat);
    this.#restarts = [seat];
    this.enter(() => {
      const seats = this.#restarts;
      this.#restarts = undefined;
      this.#beginAgain(seats);
    });
  }

  /** If others share its promise, starts one more call for them: if the first one leads, they get the stale value, or wait no longer than they must. */
  async #beginAgain(seats) {
    if (this.isSettled) return; // it was rejected because of another key
    const names = seats.map((seat) => this.keys[seat]);
    const request = { ...this.request, timeout: this.timeLeft, flags: this.request.flags & ~SHAREABLE, outer: this };
    const begin = async () => this.region.create(this.creator, names, request, (record, state) => ({ record, state }));
    try {
      const entries = await (this.isShared ? Promise.race([begin(), begin()]) : begin());
      [entries].flat().forEach(({ record, state }, index) => this.serve(seats[index], record, state));
    } catch (error) {
      this.fail(error);
    }
  }

  #settle(state, value) {
    if (this.#state !== PENDING) return;
    this.#state = state;
    this.#value = value;
    this.#stop();
    if (state === RESOLVED) this.#deferred?.resolve(value);
    else this.#deferred?.reject(value);
  }

  #stop() {
    clearTimeout(this.#timer);
    if (this.#isListening) ignoreAbort(this);
    this.#isListening = false;
    this.#again?.forEach((call) => call.#stop());
  }

  #startTimer(milliseconds) {
    this.#endsAt = monotonic() + milliseconds;
    this.#timer = startTimer(() => this.resume(NEWS_TIMED_OUT), milliseconds);
  }

  /** The remaining seconds of its `timeout`; NaN if it has none. */
  get timeLeft() {
    return Math.max((this.#endsAt - monotonic()) / 1000, 0);
  }
}

const ERRORS = [
  ({ error }) => error,
  () => makeError("TIMEOUT", "Two loads in a row took longer than lockTimeout."),
  () => makeError("TIMEOUT", "The value was not loaded within timeout, and there is no stale one."),
  (_flight, call) => call.request.signal.reason,
  ({ found }) => found.error,
  (_flight, call) => call.error,
];

/** The errors of a call, by the numbers of src/js/acts.rs. */
export const failure = (why, flight, call) => ERRORS[why](flight, call);
