import { isFailure } from "../backends/backend.js";
import { own } from "../members.js";
import { monotonic, pending } from "../promises.js";
import { birthTime } from "../region/stamps.js";
import { oneEach } from "./answers.js";
import { Context, multiContextOf } from "./context.js";
import { DONE, FAILED, NEWS_CREATE_NOW, NEWS_CREATED, NEWS_CREATED_LESS, PENDING } from "./numbers.js";
import { withRetries } from "./retry.js";

/** How deep the synchronous parts of creators may be nested; deeper ones start in a microtask with a new stack. */
const DEEPEST = 50;
let depth = 0;

/** One call of a creator, for all keys that a call leads together. */
export class Creation {
  flights;
  /** As the user knows them. */
  keys;
  /** What is to be stored, of many keys. */
  stored;
  /** The pending results of `shouldCacheFn`. */
  verdicts;
  /** The expirations that the creator has chosen, by the keys that the user knows. */
  expirations;
  hasSettled = false;
  /** How often its creator has failed and was called again. */
  attempt = 0;
  /** @type {any} The timer of the wait before another attempt. */
  pause;
  #controller;
  #began;
  #isTold = false;
  #isPutOff = false;
  #isRunning = false;
  #isForgotten = false;
  #reason;
  #isAborted = false;

  constructor(slot, serial, call, flight) {
    this.slot = slot;
    this.serial = serial;
    this.call = call;
    this.#start(flight);
  }

  #start(flight) {
    const { call } = this;
    const { isMulti } = call.request;
    this.flights = [flight];
    this.keys = isMulti ? [call.nameOf(flight.key)] : call.keys;
    this.stored = isMulti ? [] : undefined;
  }

  /** Adds a key, or the first key again. */
  add(flight) {
    if (this.#isPutOff) {
      this.#isPutOff = false;
      return this.#start(flight);
    }
    this.flights.push(flight);
    this.keys.push(this.call.nameOf(flight.key));
  }

  /** Calls the creator in its caller's context, now or in a microtask, for the keys that are not fenced by then. */
  begin() {
    const { call } = this;
    call.batch = this;
    if (call.isCurrent && depth < DEEPEST) return this.create();
    this.#isPutOff = true;
    call.enter(() => this.tell(NEWS_CREATE_NOW));
    return PENDING;
  }

  create() {
    const { call } = this;
    depth += 1;
    try {
      this.start();
      const answer = this.callCreator();
      const promise = pending(answer);
      if (promise === undefined) {
        const came = this.#answered(answer);
        this.#isRunning = came === PENDING; // waits for promises of some of its keys
        return came;
      }
      this.#isRunning = true;
      promise.then(
        (value) => this.#later(this.#answered(value)),
        (error) => this.#later(this.#failed(error)),
      );
      return PENDING;
    } catch (error) {
      return this.#failed(error);
    } finally {
      depth -= 1;
      if (!this.#isRunning) call.batch = undefined;
    }
  }

  callCreator() {
    const { reporter } = this.call.region;
    return reporter.isObserved ? reporter.around(this.keys, () => this.#callWithRetries()) : this.#callWithRetries();
  }

  /** Calls the creator, and again if it fails and somebody has asked for that. */
  #callWithRetries() {
    const { region, request } = this.call;
    const retry = request.retry ?? region.retry;
    return retry === undefined ? this.#callCreator() : withRetries(this, retry, () => this.#callCreator());
  }

  #callCreator() {
    const { creator, request } = this.call;
    if (request.isMulti) return creator(this.keys, multiContextOf(this));
    return request.creatorArgs === undefined ? creator(this.#context()) : creator(...request.creatorArgs);
  }

  get seconds() {
    return Math.max(0, monotonic() - this.#began) / 1000;
  }

  /** Its creator is called now. */
  start() {
    this.#began = monotonic();
    const born = birthTime(this.call.region);
    for (const flight of this.flights) flight.born = born;
  }

  /** Whether somebody waits for its result. */
  get isWanted() {
    return !this.#isForgotten && !this.#isAborted;
  }

  tell(news) {
    this.call.tell(news, this.slot, this.serial);
  }

  abort(reason) {
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Calls the observer's `onCreate`, once. */
  tellCreated() {
    if (this.#isTold) return;
    this.#isTold = true;
    const { region } = this.call;
    if (region.reporter.isObserved) {
      const created = this.keys.filter((_, index) => this.flights[index].hasValue);
      region.reporter.tell("onCreate", created, this.seconds);
    }
  }

  /** Nobody waits for the result any more. */
  forget() {
    this.#isForgotten = true;
    this.pause?.unref?.(); // Node: nobody waits for what it would begin
    if (this.#isPutOff) this.call.batch = undefined;
    if (this.#isRunning) this.call.late += 1;
  }

  #later(came) {
    if (came === PENDING) return;
    this.#isRunning = false;
    this.call.batch = undefined;
    if (this.#isForgotten) {
      if (came === FAILED && !this.#isAborted) this.call.region.reporter.error(this.flights.find(({ hasValue }) => !hasValue).error, "background");
      this.call.late -= 1;
      return this.call.letGo();
    }
    this.call.inContext(() => this.tell(came === DONE ? NEWS_CREATED : NEWS_CREATED_LESS));
  }

  #answered(answer) {
    if (!this.call.request.isMulti) return this.#settled([{ value: answer }]);
    const { error, outcomes } = oneEach(answer, this.flights.length);
    if (outcomes === undefined) return this.#failed(error);
    if (!outcomes.some((outcome) => outcome instanceof Promise)) return this.#settled(outcomes);
    Promise.all(outcomes).then((settled) => this.#later(this.#settled(settled)));
    return PENDING;
  }

  /** The creator failed for every key. */
  #failed(error) {
    return this.#settled(this.flights.map(() => ({ error })));
  }

  /** Returns FAILED unless there is a value for each flight. */
  #settled(outcomes) {
    let came = DONE;
    this.hasSettled = true;
    this.flights.forEach((flight, index) => {
      const outcome = outcomes[index];
      flight.hasValue = !isFailure(outcome);
      flight.value = own(outcome, "value");
      flight.error = own(outcome, "error");
      if (!flight.hasValue) came = FAILED;
    });
    return came;
  }

  #context() {
    const [key] = this.keys;
    const [{ found }] = this.flights;
    const stale = found?.record && this.call.region.cachedValue(found.record, this.call.request.expiration);
    return new Context(this, key, stale);
  }

  /** Created on access, because most creators do not use it. */
  get signal() {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }
}
