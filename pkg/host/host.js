import * as backend from "../backends/backend.js";
import { makeError, quoteKey } from "../errors.js";
import { Deferred, pending, startTimer } from "../promises.js";
import { failure } from "./call.js";
import { Creation } from "./creation.js";
import { Flight } from "./flight.js";
import { callWaitUntil, waitUntilOf } from "./keep-alive.js";
import { askHandover, askLock, giveUpLock, unlock } from "./locks.js";
import { CREATE_NOW, DONE, ERROR, FAILED, FAILED_CALL, PENDING, READ, READ_AGAIN, RECORD, REFRESHED, REFRESHED_TO_STORE, REJECTED, ROUND_TIMER, TIMER, WROTE } from "./news.js";
import { Run } from "./runner.js";

const STATES = ["fresh", "stale", "created"];
const EVENTS = ["onHit", "onStale", "onMiss", "onWait", "onTakeover"];
const REASONS = ["fresh", "stale", "absent", "version", "invalidated", "unreadable"];

/**
 * What the machine in Rust knows by numbers, for all regions over one backend: keys, calls, flights, creators' calls, writes. It lives on this side,
 * where cycles are collected. Each method does one thing that the machine has decided, and says what has come of it at once.
 */
export class Host {
  #numbers = new Map();
  #keys = [];
  #roundTimers = [];
  calls = [];
  flights = [];
  batches = [];
  writes = [];

  /** Whoever waits is told that nothing more will come. */
  refuseAll(refuse) {
    try {
      refuse();
    } catch (error) {
      for (const pending of [...this.calls, ...this.writes]) pending?.fail?.(error);
    }
  }

  // Keys.

  /** The number of a key; it gets `next` if it has none. */
  enter(key, next) {
    const number = this.#numbers.get(key);
    if (number !== undefined) return number;
    this.#numbers.set(key, next);
    this.#keys[next] = key;
    return next;
  }

  numberOf(key) {
    return this.#numbers.get(key) ?? -1;
  }

  leave(key) {
    this.#numbers.delete(this.#keys[key]);
    this.#keys[key] = undefined;
  }

  // Calls.

  begin(slot, serial, _key, creator, call) {
    this.calls[slot] = call;
    call.begin(slot, serial, creator);
    return call;
  }

  beginMulti(slot, serial, _keys, creator, call) {
    return this.begin(slot, serial, undefined, creator, call);
  }

  /** What the caller gets when all that can be done at once is done. */
  promise(call) {
    call.isCurrent = false;
    if (!call.isSettled && call.batch === undefined) call.keepContext();
    return call.promise;
  }

  reentrant({ keys }, index) {
    return Promise.reject(makeError("REENTRANT", `The creator of ${quoteKey(keys[index])} asks for the key that it is creating, and there is no older value to give it.`));
  }

  serve(slot, seat, number, how) {
    const flight = this.flights[number];
    this.calls[slot].serve(seat, how === 2 ? flight.record : flight.found.record, STATES[how]);
  }

  fail(slot, why, number) {
    const call = this.calls[slot];
    call.fail(failure(why, this.flights[number], call));
  }

  restart(slot, seat) {
    this.calls[slot].restart(seat);
  }

  tell(slot, seat, event, why) {
    const { region, keys } = this.calls[slot];
    const details = EVENTS[event] === "onMiss" ? [REASONS[why]] : [];
    region.reporter.tell(EVENTS[event], keys[seat], ...details);
  }

  report(number) {
    const { call, error } = this.flights[number];
    call.region.reporter.error(error, "background");
  }

  end(slot) {
    const call = this.calls[slot];
    this.calls[slot] = undefined;
    call.isOver = true;
    call.letGo();
  }

  keepAlive(slot) {
    const call = this.calls[slot];
    const waitUntil = waitUntilOf(call.region, call.request);
    if (waitUntil === undefined) return;
    call.kept = new Deferred();
    callWaitUntil(waitUntil, call.kept.promise);
  }

  watch(_slot, _owner) {}

  changed(_slot) {}

  // Reads.

  read(slot, serial, number, key) {
    const call = this.calls[slot];
    if (call.request.isMulti) return this.readMulti(slot, serial, [number], [key]);
    const flight = (this.flights[number] = new Flight(number, this.#keys[key], call));
    try {
      const answer = call.setup.backend.get(flight.key);
      const promise = pending(answer);
      if (promise === undefined) return this.#land(call, flight, { value: answer });
      const later = (outcome) => this.#landLater(call, [flight], [outcome]);
      call.setup.answered(promise).then((value) => later({ value }), (error) => later({ error }));
      return PENDING;
    } catch (error) {
      return this.#land(call, flight, { error });
    }
  }

  readMulti(slot, _serial, numbers, keys) {
    const call = this.calls[slot];
    const flights = Array.from(numbers, (number, index) => (this.flights[number] = new Flight(number, this.#keys[keys[index]], call)));
    const outcomes = backend.read(call.setup, flights.map(({ key }) => key), call.request.isMulti);
    if (!(outcomes instanceof Promise)) return this.#landAll(call, flights, outcomes);
    outcomes.then((settled) => this.#landLater(call, flights, settled));
    return PENDING;
  }

  #landAll(call, flights, outcomes) {
    flights.forEach((flight, index) => this.#land(call, flight, outcomes[index]));
    return DONE;
  }

  #land({ region, setup, core }, flight, outcome) {
    const found = (flight.found = region.findToJudge(setup, outcome));
    if (found.record !== undefined) core.landed(flight.slot, RECORD, found.ct, found.v, found.et, found.invalidated ?? 0);
    else core.landed(flight.slot, "error" in found ? ERROR : found.why, 0, 0, 0, 0);
    return DONE;
  }

  #landLater(call, flights, outcomes) {
    if (!call.core.expects(call.slot, call.serial)) return;
    this.#landAll(call, flights, outcomes);
    call.resume(READ);
  }

  readAgain(slot, round, serial, numbers) {
    const call = this.calls[slot];
    const flights = Array.from(numbers, (number) => this.flights[number]);
    const outcomes = backend.read(call.setup, flights.map(({ key }) => key), call.request.isMulti);
    const land = (settled) => this.#landAgain(call, round, serial, flights, settled);
    if (!(outcomes instanceof Promise)) return land(outcomes);
    outcomes.then((settled) => {
      if (!call.core.expectsRound(round, serial)) return;
      land(settled);
      call.inContext(() => call.core.resume(this, READ_AGAIN, round, serial, call.region.clockNow()));
    });
    return PENDING;
  }

  #landAgain({ region, setup, core }, round, serial, flights, outcomes) {
    flights.forEach((flight, index) => {
      flight.again = region.findToJudge(setup, outcomes[index]);
      const { kind, ct, v, et, invalidated } = region.numbersOf(flight.again);
      core.landedAgain(round, serial, flight.slot, kind, ct, v, et, invalidated);
    });
    return DONE;
  }

  adopt(number) {
    const flight = this.flights[number];
    if ("error" in flight.again) flight.error = flight.again.error;
    else flight.found = flight.again;
  }

  // Strategies.

  refresh(slot) {
    const call = this.calls[slot];
    try {
      const news = call.region.refresh(call.setup);
      if (news === undefined) return DONE;
      news.then(() => call.resume(REFRESHED), (error) => {
        call.error = error;
        call.resume(FAILED_CALL);
      });
      return PENDING;
    } catch (error) {
      call.error = error;
      return FAILED;
    }
  }

  refreshToStore(number, serial) {
    const batch = this.batches[number];
    const { region, setup, core } = batch.call;
    const tell = (news) => core.resume(this, news, number, serial, region.clockNow());
    try {
      const news = region.refresh(setup);
      if (news === undefined) return DONE;
      news.then(() => tell(REFRESHED_TO_STORE), (error) => {
        this.#keepError(batch, error);
        tell(REJECTED);
      });
      return PENDING;
    } catch (error) {
      this.#keepError(batch, error);
      return FAILED;
    }
  }

  isOvertaken(slot, startedAt) {
    const call = this.calls[slot];
    try {
      return call.region.isOvertaken(startedAt) ? PENDING : DONE;
    } catch (error) {
      call.error = error;
      return FAILED;
    }
  }

  startTime(slot) {
    try {
      return this.calls[slot].region.startTime();
    } catch {
      return NaN; // whoever asks the strategy next hears of it
    }
  }

  says(slot, created) {
    const call = this.calls[slot];
    try {
      return call.region.invalidations.verdict(created);
    } catch (error) {
      call.error = error;
      return 3;
    }
  }

  adoptError(number) {
    const batch = this.batches[number];
    this.#keepError(batch, batch.call.error);
  }

  /** With each flight that has a value: the machine says which of them it is told for. */
  #keepError({ flights }, error) {
    for (const flight of flights) if (flight.hasValue) flight.error = error;
  }

  // Creations.

  prepare(number, serial, slot, flight) {
    const call = this.calls[slot];
    if (call.request.isMulti) return this.prepareMulti(number, serial, slot, [flight]);
    return this.#prepare(number, serial, call, [this.flights[flight]], call.keys);
  }

  prepareMulti(number, serial, slot, numbers) {
    const call = this.calls[slot];
    const flights = Array.from(numbers, (flight) => this.flights[flight]);
    return this.#prepare(number, serial, call, flights, flights.map(({ key }) => call.nameOf(key)));
  }

  #prepare(number, serial, call, flights, keys) {
    const batch = (this.batches[number] = new Creation(number, serial, call, flights, keys));
    call.batch = batch;
    if (call.isCurrent) return DONE;
    call.enter(() => call.core.resume(this, CREATE_NOW, number, serial, call.region.clockNow()));
    return PENDING;
  }

  create(number) {
    return this.batches[number].create();
  }

  hasValue(number) {
    return this.flights[number].hasValue;
  }

  accept(number, flight, mayStore) {
    return this.batches[number].accept(this.flights[flight], mayStore);
  }

  store(number, flight) {
    return this.batches[number].store([this.flights[flight]]);
  }

  storeMulti(number, numbers) {
    return this.batches[number].store(Array.from(numbers, (flight) => this.flights[flight]));
  }

  abort(number, slot) {
    this.batches[number].abort(this.calls[slot].request.signal.reason);
  }

  forgetBatch(number) {
    this.batches[number].forget();
    this.batches[number] = undefined;
  }

  forgetFlight(number) {
    this.flights[number] = undefined;
  }

  run(number, serial, slot, seat) {
    const flight = this.flights[number];
    const call = this.calls[slot];
    const run = new Run(flight, serial, new Creation(-1, 0, call, [flight], [call.keys[seat]]));
    return run.start(call.region, call.keys[seat], waitUntilOf(call.region, call.request));
  }

  // Locks.

  findLock(slot, number) {
    const { region, setup } = this.calls[slot];
    const flight = this.flights[number];
    flight.call = this.calls[slot];
    flight.mutex = region.mutexOf(setup, flight.key);
    return flight.mutex !== undefined;
  }

  lock(number, serial, wait) {
    askLock(this.flights[number], serial, wait);
  }

  giveUpLock(number) {
    giveUpLock(this.flights[number]);
  }

  handOver(number, serial) {
    askHandover(this.flights[number], serial);
  }

  unlock(number, round, serial, isStored) {
    unlock(this.flights[number], round, serial, isStored);
  }

  // Writes.

  beginWrite(slot, serial, writer, writerSerial, write) {
    this.writes[slot] = write;
    write.begin(slot, serial);
    if (writer >= 0) this.beginWriter(writer, writerSerial, write);
  }

  send(slot) {
    const write = this.writes[slot];
    return write.send(() => write.core.resume(this, WROTE, slot, write.serial, NaN));
  }

  forgetWrite(slot) {
    this.writes[slot] = undefined;
  }

  // Timers.

  setTimer(number, serial, milliseconds) {
    const flight = this.flights[number];
    const { core, region } = flight.call;
    clearTimeout(flight.timer);
    // In a moment: what is late by now has settled before, and nobody is to be called in a timer of somebody else's.
    const ring = () => Promise.resolve().then(() => core.resume(this, TIMER, number, serial, region.clockNow()));
    flight.timer = startTimer(ring, milliseconds);
  }

  clearTimer(number) {
    clearTimeout(this.flights[number].timer);
  }

  setRoundTimer(slot, round, serial, milliseconds) {
    const { core, region } = this.calls[slot];
    if (milliseconds < Infinity) this.#roundTimers[round] = startTimer(() => core.resume(this, ROUND_TIMER, round, serial, region.clockNow()), milliseconds);
  }

  clearRoundTimer(round) {
    clearTimeout(this.#roundTimers[round]);
  }

  // `get` and its like.

  lookUp(reading) {
    return reading.read();
  }
}
