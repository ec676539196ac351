import { makeError, quoteKey } from "../errors.js";
import { startTimer } from "../promises.js";
import { REASONS } from "../region/report.js";
import { startTime } from "../region/invalidating.js";
import { failure } from "./call.js";
import { Creation } from "./creation.js";
import { keepAlive, waitUntilOf } from "./keep-alive.js";
import { askHandover, askLock, findLock, giveUpLock, unlock } from "./locks.js";
import * as act from "./numbers.js";
import { read, readAgain } from "./reads.js";
import { Run } from "./runner.js";
import { accept, store } from "./storing.js";
import { adoptError, isOvertaken, refresh, refreshToStore, says } from "./strategy.js";

const STATES = ["fresh", "stale", "created", "coalesced"];
const EVENTS = ["onHit", "onStale", "onMiss", "onWait", "onTakeover"];
const MISS = 2;

/**
 * The objects that the machine in Rust knows by numbers, for all regions over one backend: keys, calls, flights, creator calls, lock rounds, writes. They
 * are kept in JavaScript, where cycles are garbage-collected.
 */
export class Host {
  #numbers = new Map();
  keys = [];
  calls = [];
  flights = [];
  batches = [];
  /** The call of each round of locks, and its timer. */
  rounds = [];
  writes = [];
  /** The calls that wait for each signal. */
  aborts = new WeakMap();
  /** The regions that have subscriptions. */
  subscribed = new Set();

  /** Rejects all waiting calls. */
  refuseAll(refuse) {
    try {
      refuse();
    } catch (error) {
      for (const pending of [...this.calls, ...this.writes]) pending?.fail?.(error);
    }
  }

  /** What is stored under these keys has changed. */
  tellSubscribers(keys, why) {
    for (const { subscriptions } of this.subscribed) for (const key of keys) subscriptions.tell(key, why);
  }

  /** The number of a key; it gets `next` if it has none. */
  enter(key, next) {
    const number = this.#numbers.get(key);
    if (number !== undefined) return number;
    this.#numbers.set(key, next);
    this.keys[next] = key;
    return next;
  }

  enterAt(keys, index, next) {
    return this.enter(keys[index], next);
  }

  numberOf(key) {
    return this.#numbers.get(key) ?? -1;
  }

  begin(slot, serial, creator, call) {
    this.calls[slot] = call;
    call.begin(slot, serial, creator);
  }

  /** Starts a call and returns its promise, after all synchronous work. */
  promise(call) {
    call.leave();
    return call.promise;
  }

  reentrant({ keys }, index) {
    return Promise.reject(makeError("REENTRANT", `The creator of ${quoteKey(keys[index])} asked for the same key, and there is no stale value.`));
  }

  beginWrite(slot, serial, writer, writerSerial, write) {
    this.writes[slot] = write;
    write.serial = serial;
    if (writer >= 0) this.beginWriter(writer, writerSerial, write);
  }

  /** The start time of a load, for a strategy with news of others. */
  startTime(slot) {
    try {
      return startTime(this.calls[slot].region);
    } catch {
      return NaN; // the next call of the strategy reports the error
    }
  }

  /** `get` and similar. */
  lookUp(reading) {
    return reading.read();
  }

  /** Executes one effect of the machine, and returns its immediate result. */
  act(what, a, b, c, d, x) {
    const { calls, flights, batches } = this;
    switch (what) {
      case act.READ:
        return read(this, calls[a], b, c, d);
      case act.CREATE:
        return this.#create(a, b, c, d, calls[x]);
      case act.HAS_VALUE:
        return flights[a].hasValue ? act.DONE : act.FAILED;
      case act.ACCEPT:
        return accept(batches[a], flights[b], c !== 0, d);
      case act.STORE:
        return store(batches[a], flights[b], c);
      case act.SERVE:
        return this.#serve(calls[a], b, flights[c], d);
      case act.FORGET:
        return this.#forget(a - 1, b - 1, c - 1, d - 1);
      case act.FORGET_WRITE:
        return void (this.writes[a] = undefined);
      case act.FORGET_ROUND:
        return void (this.rounds[a] = undefined);
      case act.KEEP_ALIVE:
        return this.keepAlive(calls[a]);
      case act.SET_TIMER:
        return this.#setTimer(flights[a], b, x);
      case act.CLEAR_TIMER:
        return clearTimeout(flights[a].timer);
      case act.SEND:
        return this.writes[a].send(this, a);
      case act.FAIL:
        return calls[a].fail(failure(b, flights[c], calls[a]));
      case act.TELL:
        return tell(calls[a], b, c, d);
      case act.REPORT:
        return flights[a].call.region.reporter.error(flights[a].error, "background");
      case act.RESTART:
        return calls[a].restart(b);
      case act.ABORT:
        return this.abort(batches[a], calls[b].request.signal.reason);
      case act.WATCH:
        return this.watch(calls[a], calls[b]);
      case act.CHANGED:
        return this.changed(calls[a]);
      case act.RUN:
        return run(calls[c], d, flights[a], b);
      case act.REFRESH:
        return refresh(calls[a]);
      case act.REFRESH_TO_STORE:
        return refreshToStore(batches[a]);
      case act.IS_OVERTAKEN:
        return isOvertaken(calls[a], flights[b], x);
      case act.SAYS:
        return says(calls[a], c === 1 ? flights[b].again : flights[b].found, x);
      case act.ADOPT_ERROR:
        return adoptError(batches[a]);
      case act.FIND_LOCK:
        return findLock((this.rounds[a] ??= new Round(calls[c])).call, flights[b]);
      case act.LOCK:
        return askLock(flights[a], b, c !== 0);
      case act.GIVE_UP_LOCK:
        return giveUpLock(flights[a]);
      case act.HAND_OVER:
        return void askHandover(flights[a], b);
      case act.READ_AGAIN:
        return readAgain(this.rounds[a], flights[b], c, a, d);
      case act.ADOPT:
        return flights[a].adopt();
      case act.UNLOCK:
        return unlock(flights[a], b, c, d !== 0);
      case act.SET_ROUND_TIMER:
        return this.#setRoundTimer(a, b, x);
      case act.CLEAR_ROUND_TIMER:
        return clearTimeout(this.rounds[a].timer);
    }
  }

  #create(slot, flight, more, serial, call) {
    const batch = this.batches[slot];
    if (batch === undefined) this.batches[slot] = new Creation(slot, serial, call, this.flights[flight]);
    else batch.add(this.flights[flight]);
    return more === 0 ? this.batches[slot].begin() : act.PENDING;
  }

  #serve(call, seat, flight, how) {
    call.serve(seat, how >= 2 ? flight.record : flight.found.record, STATES[how]);
  }

  #forget(call, flight, batch, key) {
    if (batch >= 0) {
      this.batches[batch].forget();
      this.batches[batch] = undefined;
    }
    if (call >= 0) {
      this.end(this.calls[call]);
      this.calls[call] = undefined;
    }
    if (flight >= 0) this.flights[flight] = undefined;
    if (key >= 0) {
      this.#numbers.delete(this.keys[key]);
      this.keys[key] = undefined;
    }
  }

  #setTimer(flight, serial, milliseconds) {
    clearTimeout(flight.timer);
    // In a microtask: settled promises take effect first, and user code does not run in another call's timer.
    flight.timer = startTimer(() => Promise.resolve().then(() => flight.call.tell(act.NEWS_TIMER, flight.slot, serial)), milliseconds);
  }

  #setRoundTimer(slot, serial, milliseconds) {
    const round = this.rounds[slot];
    if (milliseconds < Infinity) round.timer = startTimer(() => round.call.tell(act.NEWS_ROUND_TIMER, slot, serial), milliseconds);
  }

  // Overridden on Workers.

  end(call) {
    call.isOver = true;
    call.letGo();
  }

  keepAlive(call) {
    keepAlive(call);
  }

  beginWriter(_slot, _serial, _write) {}

  watch(_call, _owner) {}

  changed(_call) {}

  abort(batch, reason) {
    batch.abort(reason);
  }
}

class Round {
  timer = undefined;
  reads = [];

  constructor(call) {
    this.call = call;
  }
}

function tell({ region, keys }, seat, event, why) {
  if (event === MISS) region.reporter.tell(EVENTS[event], keys[seat], REASONS[why]);
  else region.reporter.tell(EVENTS[event], keys[seat]);
}

function run(call, seat, flight, serial) {
  return new Run(flight, serial, new Creation(-1, 0, call, flight)).start(call.region, call.keys[seat], waitUntilOf(call.region, call.request));
}
