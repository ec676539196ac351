import * as backend from "../backends/backend.js";
import { seconds } from "../duration.js";
import { backendError } from "../errors.js";
import { monotonic, pending } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { oneEach } from "./answers.js";
import { Context, MultiContext } from "./context.js";
import { CREATED, DONE, FAILED, NOT_STORED, PENDING, REFUSED, STORED } from "./news.js";

/** One call of a creator, for all keys that one call leads at once. */
export class Creation {
  #expirations;
  #controller;
  #began;
  #isTold = false;
  #isRunning = false;
  #isForgotten = false;
  #reason;
  #isAborted = false;

  constructor(slot, serial, call, flights, keys) {
    this.slot = slot;
    this.serial = serial;
    this.call = call;
    this.flights = flights;
    this.keys = keys;
    for (let index = 0; index < keys.length; index += 1) flights[index].name = keys[index];
  }

  /** Calls the creator. */
  create() {
    const { call } = this;
    this.#began = monotonic();
    try {
      const answer = this.callCreator();
      const promise = pending(answer);
      if (promise === undefined) {
        const came = this.#answered(answer);
        this.#isRunning = came === PENDING; // on promises for some of its keys
        return came;
      }
      this.#isRunning = true;
      promise.then((value) => this.#later(this.#answered(value)), (error) => this.#later(this.#failed(error)));
      return PENDING;
    } catch (error) {
      return this.#failed(error);
    } finally {
      call.batch = undefined;
    }
  }

  callCreator() {
    const { creator, request } = this.call;
    if (request.isMulti) return creator(this.keys, this.#multiContext());
    return request.creatorArgs === undefined ? creator(this.#context()) : creator(...request.creatorArgs);
  }

  get expirations() {
    return this.#expirations;
  }

  get seconds() {
    return Math.max(0, monotonic() - this.#began) / 1000;
  }

  begin() {
    this.#began = monotonic();
  }

  abort(reason) {
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Whether a value may be stored, and makes a record of it. */
  accept(flight, mayStore) {
    const { region, setup, request } = this.call;
    this.#tell();
    try {
      flight.record = makeRecord(flight.value, region.stamp(), this.#expirations?.get(flight.name));
      if (request.shouldCacheFn !== undefined && !request.shouldCacheFn(flight.value)) return PENDING;
    } catch (error) {
      flight.error = error;
      return FAILED;
    }
    if (!mayStore) return PENDING;
    try {
      flight.stored = setup.toStored(flight.record);
      return DONE;
    } catch (error) {
      return this.#notStored([flight], error) ? REFUSED : PENDING;
    }
  }

  /** Sends the write. */
  store(flights) {
    const { region, setup, request, core, host } = this.call;
    const tell = (news) => core.resume(host, news, this.slot, this.serial, region.clockNow());
    try {
      const sent = pending(this.#send(flights, setup, region, request));
      if (sent === undefined) return DONE;
      setup.answered(sent).then(
        () => tell(STORED),
        (error) => {
          this.#notStored(flights, error);
          tell(NOT_STORED);
        },
      );
      return PENDING;
    } catch (error) {
      this.#notStored(flights, error);
      return FAILED;
    }
  }

  #send(flights, setup, region, { isMulti, expiration }) {
    if (!isMulti) {
      const [{ key, stored }] = flights;
      return setup.backend.set(key, stored, region.hint(this.#expirations?.get(this.keys[0]), expiration));
    }
    const hints = flights.map((flight) => region.hint(this.#expirations?.get(flight.name), expiration));
    return backend.write(setup, flights.map(({ key }) => key), flights.map(({ stored }) => stored), true, longest(hints));
  }

  /** A failed write costs nobody the value, unless the region wants to be told. */
  #notStored(flights, error) {
    const { region, setup } = this.call;
    region.backendFailed(error, "write");
    if (setup.throws) for (const flight of flights) flight.error = backendError("store a value", error);
    return setup.throws;
  }

  #tell() {
    if (this.#isTold) return;
    this.#isTold = true;
    const { region } = this.call;
    if (region.reporter.isObserved) {
      const created = this.keys.filter((_, index) => this.flights[index].hasValue);
      region.reporter.tell("onCreate", created, this.seconds);
    }
  }

  /** Nobody waits any more for what it gives. */
  forget() {
    this.#isForgotten = true;
    if (this.#isRunning) this.call.late += 1;
  }

  #later(came) {
    if (came === PENDING) return;
    this.#isRunning = false;
    if (this.#isForgotten) {
      this.call.late -= 1;
      return this.call.letGo();
    }
    const { call } = this;
    call.inContext(() => call.core.resume(call.host, CREATED, this.slot, this.serial, call.region.clockNow()));
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

  #settled(outcomes) {
    this.flights.forEach((flight, index) => {
      const outcome = outcomes[index];
      flight.hasValue = "value" in outcome;
      flight.value = outcome.value;
      flight.error = outcome.error;
    });
    return DONE;
  }

  #context() {
    const [key] = this.keys;
    const [{ found }] = this.flights;
    const stale = found?.record && this.call.region.cachedValue(found.record);
    return new Context(this, key, stale, (duration) => this.#expire(key, duration));
  }

  #multiContext() {
    return new MultiContext(this, (key, duration) => this.#expire(key, duration));
  }

  /** Made when a creator asks for it: most never do. */
  get signal() {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  #expire(key, duration) {
    const expiration = seconds(duration, "expiresIn");
    if (Number.isNaN(expiration)) this.#expirations?.delete(key);
    else (this.#expirations ??= new Map()).set(key, expiration);
  }
}

/** The hint that holds for all: none as soon as one of them is of use for ever. */
const longest = (hints) =>
  hints.reduce((longer, hint) => (longer === undefined || hint === undefined ? undefined : longer.expirationTime >= hint.expirationTime ? longer : hint));
