import * as backend from "../backends/backend.js";
import { pending } from "../promises.js";
import { findToJudge, numbersOf } from "../region/found.js";
import { FORCE_REFRESH, RENEWS } from "../region/options.js";
import { Flight } from "./flight.js";
import { ASK_EXPECTS, ASK_EXPECTS_ROUND, DONE, EARLY, ERROR, NEWS_READ, NEWS_READ_AGAIN, PENDING, RECORD } from "./numbers.js";

/** Reads a flight's key for a call; a call of many keys reads them all with the last one. */
export function read(host, call, number, key, more) {
  const flight = (host.flights[number] = new Flight(number, host.keys[key], call));
  if (!call.request.isMulti) return readOne(call, flight);
  call.reads.push(flight);
  return more === 0 ? readAll(call, call.reads.splice(0)) : PENDING;
}

function readOne(call, flight) {
  try {
    const answer = call.setup.backend.get(flight.key);
    const promise = pending(answer);
    if (promise === undefined) return land(call, flight, { value: answer });
    const later = (outcome) => landLater(call, [flight], [outcome]);
    // With its own promise: the shared timer of the time limit fires in the async context of the first caller.
    call.setup.answered(promise).then(
      (value) => later({ value }),
      (error) => later({ error }),
    );
    return PENDING;
  } catch (error) {
    return land(call, flight, { error });
  }
}

function readAll(call, flights) {
  const outcomes = backend.read(
    call.setup,
    flights.map(({ key }) => key),
    true,
  );
  if (!(outcomes instanceof Promise)) return landAll(call, flights, outcomes);
  outcomes.then((settled) => landLater(call, flights, settled));
  return PENDING;
}

function landAll(call, flights, outcomes) {
  flights.forEach((flight, index) => tellMissing(call, flight, land(call, flight, outcomes[index])));
  return DONE;
}

function landLater(call, flights, outcomes) {
  if (call.core.ask(ASK_EXPECTS, call.slot, call.serial) === 0) return;
  landAll(call, flights, outcomes);
  call.resume(NEWS_READ);
}

/** Sends a record to the machine; other results are returned as numbers. */
function land(call, flight, outcome) {
  const { region } = call;
  const found = (flight.found = findToJudge(region, call.setup, outcome));
  const isEarly = region.early !== undefined && isElected(call, flight);
  if (flight.found.record === undefined) return backend.isFailure(flight.found) ? ERROR : flight.found.why;
  call.core.landed(-1, 0, flight.slot, isEarly ? EARLY : RECORD, found.ct, found.v, found.et, found.invalidated);
  return DONE;
}

/** Whether a call renews the record that was read if that is fresh: drawn here, or on the warm path before. */
function isElected({ region, request }, flight) {
  if (request.isMulti || request.flags & FORCE_REFRESH || flight.found.record === undefined) return false;
  if (request.flags & RENEWS) return true;
  try {
    return region.early.elects(region, flight.key, flight.found, request.expiration, region.clock.now());
  } catch (error) {
    flight.found = { record: undefined, error };
    return false;
  }
}

function tellMissing({ core }, flight, kind) {
  if (kind !== DONE) core.landed(-1, 0, flight.slot, kind, 0, 0, 0, 0);
}

/** Reads a flight's key again under a lock, together with the others of its round. */
export function readAgain(round, flight, more, slot, serial) {
  round.reads.push(flight);
  if (more > 0) return PENDING;
  const { call } = round;
  const flights = round.reads.splice(0);
  const outcomes = backend.read(
    call.setup,
    flights.map(({ key }) => key),
    call.request.isMulti,
  );
  if (!(outcomes instanceof Promise)) return landAgain(call, slot, serial, flights, outcomes);
  outcomes.then((settled) => {
    if (call.core.ask(ASK_EXPECTS_ROUND, slot, serial) === 0) return;
    landAgain(call, slot, serial, flights, settled);
    call.inContext(() => call.tell(NEWS_READ_AGAIN, slot, serial));
  });
  return PENDING;
}

function landAgain({ region, setup, core }, round, serial, flights, outcomes) {
  flights.forEach((flight, index) => {
    flight.again = findToJudge(region, setup, outcomes[index]);
    const { kind, ct, v, et, invalidated } = numbersOf(flight.again);
    core.landed(round, serial, flight.slot, kind, ct, v, et, invalidated);
  });
  return DONE;
}
