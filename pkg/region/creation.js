import * as backend from "../backends/backend.js";
import { seconds } from "../duration.js";
import { pending, Signal } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { oneEach } from "./answers.js";
import { backendError } from "./cache-region.js";
import { Context } from "./context.js";

/** One creation: the creator's call, what it gave, and the write of it. It ends every flight that it serves, however it ends. */
export class Creation {
  #region;
  #setup;
  #request;
  /** `{ key, flight }` for each key, as the user and as the backend knows it. */
  #led;
  #expirations;
  #began;
  /** The flights that have not ended. */
  #open;
  #finished;
  #controller;
  /** `{ reason }`: nobody waits any more. */
  #aborted;

  constructor(region, setup, request, led) {
    this.#region = region;
    this.#setup = setup;
    this.#request = request;
    this.#led = led;
    this.#open = new Set(led.map(({ flight }) => flight));
  }

  /** A promise of the time when every flight that it serves has ended; `undefined` if they have. */
  get finished() {
    return this.#open.size === 0 ? undefined : (this.#finished ??= new Signal()).promise;
  }

  /** Somebody who waited has gone: if nobody waits for any of its keys, the creator is told, and nothing is stored. */
  abandon(reason) {
    const isUnwanted = ({ flight }) => flight.isAbandoned || flight.hasSettled;
    if (this.#aborted !== undefined || !this.#led.every(isUnwanted)) return;
    this.#aborted = { reason };
    for (const { flight } of this.#led) if (!flight.hasSettled) this.#region.flights.abort(flight);
  }

  /** Tells the creator, where nobody waits any more. */
  obey() {
    if (this.#aborted !== undefined) this.#controller?.abort(this.#aborted.reason);
  }

  /** Calls the creator, now; everything that has to wait goes on by itself. */
  start() {
    this.#region.stats.creations += this.#led.length;
    this.#began = Date.now();
    try {
      this.#begin();
      const answer = this.#callCreator();
      const promise = pending(answer);
      if (promise === undefined) this.#answered(answer);
      else promise.then((value) => this.#answered(value), (error) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Calls the creator for a runner, which does the rest. */
  async create() {
    const { stats, reporter } = this.#region;
    stats.creations += 1;
    this.#began = Date.now();
    try {
      this.#begin();
      const value = await this.#callCreator();
      reporter.tell("onCreate", this.#led.map(({ key }) => key), (Date.now() - this.#began) / 1000);
      return value;
    } catch (error) {
      stats.creationErrors += 1;
      throw error;
    }
  }

  /** Stores a value for a runner; `false` if nobody may store it any more, or shouldCacheFn says no, or the backend fails. */
  async keep(value) {
    const [{ key, flight }] = this.#led;
    const record = makeRecord(value, this.#region.stamp(), this.#expirations?.get(key));
    if (!this.#isCacheable(value)) return false;
    await this.#region.refresh(this.#setup);
    this.#region.hear(flight);
    try {
      const stored = this.#setup.toStored(record);
      if (flight.isFenced || flight.outcome !== undefined) return false;
      await this.#send([{ key, flight, stored }]);
      flight.stored = stored;
      return true;
    } catch (error) {
      this.#region.backendFailed(error, "write");
      if (this.#setup.throws) throw backendError("store a value", error);
      return false;
    }
  }

  #begin() {
    const { invalidations } = this.#region;
    for (const { flight } of this.#led) flight.creation = this;
    if (!invalidations.areOwn) for (const { flight } of this.#led) invalidations.begin(flight, this.#region.stamp());
  }

  #callCreator() {
    for (const { flight } of this.#led) flight.isInCreator = true;
    try {
      const { creator, multi, creatorArgs } = this.#request;
      if (multi) return creator(this.#led.map(({ key }) => key), this.#multiContext());
      return creatorArgs === undefined ? creator(this.#context()) : creator(...creatorArgs);
    } finally {
      for (const { flight } of this.#led) flight.isInCreator = false;
    }
  }

  #context() {
    const [{ key, flight }] = this.#led;
    const { record } = flight.found;
    const stale = record && this.#region.cachedValue(record);
    return new Context({ key, stale, expiresIn: (duration) => this.#expire(key, duration) }, () => this.#signal);
  }

  #multiContext() {
    return new Context({ expiresIn: (key, duration) => this.#expire(key, duration) }, () => this.#signal);
  }

  /** Made when a creator asks for it: most never do. */
  get #signal() {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  #expire(key, duration) {
    const expiration = seconds(duration, "expiresIn");
    if (Number.isNaN(expiration)) this.#expirations?.delete(key);
    else (this.#expirations ??= new Map()).set(key, expiration);
  }

  #answered(answer) {
    if (!this.#request.multi) return this.#settled([{ value: answer }]);
    const { error, outcomes } = oneEach(answer, this.#led.length);
    if (outcomes === undefined) this.#failed(error);
    else if (outcomes.some((outcome) => outcome instanceof Promise)) Promise.all(outcomes).then((settled) => this.#settled(settled));
    else this.#settled(outcomes);
  }

  /** The creator failed for every key. */
  #failed(error) {
    this.#settled(this.#led.map(() => ({ error, isCreators: true })));
  }

  /** The creator gave a value, or a rejection, for each key. */
  #settled(outcomes) {
    const created = [];
    this.#led.forEach(({ key, flight }, index) => {
      flight.creatorSettled();
      if ("value" in outcomes[index]) created.push({ key, flight, value: outcomes[index].value });
      else this.#end(flight, outcomes[index]);
    });
    this.#region.stats.creationErrors += this.#led.length - created.length;
    if (created.length === 0) return;
    this.#region.reporter.tell("onCreate", created.map(({ key }) => key), (Date.now() - this.#began) / 1000);
    try {
      for (const one of created) one.record = makeRecord(one.value, this.#region.stamp(), this.#expirations?.get(one.key));
      for (const one of created) one.cacheable = this.#isCacheable(one.value);
    } catch (error) {
      for (const { flight } of created) this.#end(flight, { error });
      return;
    }
    this.#store(created);
  }

  #isCacheable(value) {
    const { shouldCacheFn } = this.#request;
    return shouldCacheFn === undefined || Boolean(shouldCacheFn(value));
  }

  /** Where others invalidate too, they are heard first. */
  #store(created) {
    const failed = (error) => created.forEach(({ flight }) => this.#end(flight, { error }));
    try {
      const news = this.#region.refresh(this.#setup);
      if (news === undefined) this.#storeUnlessFenced(created);
      else news.then(() => this.#storeUnlessFenced(created)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Stores first, then ends the flights. What was fenced off is not stored; between this look and the sending of the write nobody comes. */
  #storeUnlessFenced(created) {
    for (const { flight } of created) this.#region.hear(flight);
    for (const one of created) if (one.cacheable && !one.flight.isFenced) this.#serialize(one);
    const isStored = ({ flight, stored }) => stored !== undefined && !flight.isFenced;
    const stored = created.filter(isStored);
    this.#stored(created.filter((one) => !isStored(one)));
    if (stored.length === 0) return;
    try {
      const sent = this.#send(stored);
      if (sent === undefined) this.#written(stored);
      else sent.then(() => this.#written(stored), (error) => this.#notStored(stored, error));
    } catch (error) {
      this.#notStored(stored, error);
    }
  }

  /** A promise of the write's end, unless the backend answers at once. `{ key, flight, stored }` for each. */
  #send(all) {
    const keys = all.map(({ flight }) => flight.key);
    const hints = all.map(({ key }) => this.#region.hint(this.#expirations?.get(key), this.#request.expiration));
    const write = pending(backend.write(this.#setup, keys, all.map(({ stored }) => stored), this.#request.multi, longest(hints)));
    if (write === undefined) return undefined;
    const sent = this.#setup.answered(write);
    this.#setup.lines.enter(keys, sent);
    return sent;
  }

  #serialize(one) {
    try {
      one.stored = this.#setup.toStored(one.record);
    } catch (error) {
      this.#notStored([one], error);
    }
  }

  /** Whoever has the lock next may be handed over what was written. */
  #written(all) {
    for (const { flight, stored } of all) flight.stored = stored;
    this.#stored(all);
  }

  #stored(stored) {
    for (const { flight, record } of stored) this.#end(flight, { record });
  }

  /** A failed write costs nobody the value, unless the region wants to be told. */
  #notStored(stored, error) {
    this.#region.backendFailed(error, "write");
    if (!this.#setup.throws) return this.#stored(stored);
    for (const { flight } of stored) this.#end(flight, { error: backendError("store a value", error) });
  }

  #end(flight, outcome) {
    this.#region.flights.end(flight, outcome);
    this.#open.delete(flight);
    if (this.#open.size === 0) this.#finished?.settle();
  }
}

/** The hint that holds for all: none as soon as one of them is of use for ever. */
const longest = (hints) =>
  hints.reduce((longer, hint) => (longer === undefined || hint === undefined ? undefined : longer.expirationTime >= hint.expirationTime ? longer : hint));
