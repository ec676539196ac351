import * as backend from "../backends/backend.js";
import { pending } from "../promises.js";
import { find, judged, numbersOf } from "../region/found.js";
import { FORCE_REFRESH } from "../region/options.js";
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
  call.region.tags?.refresh(call.request.tags, call.setup);
  try {
    const answer = call.setup.backend.get(flight.key);
    const promise = pending(answer);
    if (promise === undefined) return landOne(call, flight, { value: answer });
    const later = (outcome) => landLater(call, [flight], [outcome]);
    // With its own promise: the shared timer of the time limit fires in the async context of the first caller.
    call.setup.answered(promise).then(
      (value) => later({ value }),
      (error) => later({ error }),
    );
    return PENDING;
  } catch (error) {
    return landOne(call, flight, { error });
  }
}

function readAll(call, flights) {
  call.region.tags?.refresh(call.request.tags, call.setup);
  const outcomes = backend.read(
    call.setup,
    flights.map(({ key }) => key),
    true,
  );
  if (outcomes instanceof Promise) outcomes.then((settled) => landLater(call, flights, settled));
  else if (findAll(call, flights, outcomes) === undefined) return landAll(call, flights);
  return PENDING;
}

function landOne(call, flight, outcome) {
  return findAll(call, [flight], [outcome]) === undefined ? land(call, flight) : PENDING;
}

/** Where the times of tags have to be read, a promise is returned, and the records land after it. */
function findAll(call, flights, outcomes) {
  const { region, setup } = call;
  flights.forEach((flight, index) => (flight.found = find(region, setup, outcomes[index], setup.throws)));
  const news = region.tags?.refreshFor(
    flights.map(({ found }) => found),
    setup,
  );
  news?.then(() => landAndTell(call, flights));
  return news;
}

function landLater(call, flights, outcomes) {
  if (call.core.ask(ASK_EXPECTS, call.slot, call.serial) === 0) return;
  if (findAll(call, flights, outcomes) === undefined) landAndTell(call, flights);
}

function landAndTell(call, flights) {
  if (call.core.ask(ASK_EXPECTS, call.slot, call.serial) === 0) return;
  landAll(call, flights);
  call.resume(NEWS_READ);
}

function landAll(call, flights) {
  for (const flight of flights) tellMissing(call, flight, land(call, flight));
  return DONE;
}

/** Sends a record to the machine; other results are returned as numbers. */
function land(call, flight) {
  const found = (flight.found = judged(call.region, flight.found));
  const isEarly = call.region.early !== undefined && isElected(call, flight);
  if (flight.found.record === undefined) return backend.isFailure(flight.found) ? ERROR : flight.found.why;
  call.core.landed(-1, 0, flight.slot, isEarly ? EARLY : RECORD, found.ct, found.v, found.et, found.invalidated);
  return DONE;
}

/** Whether a call renews the record that was read if that is fresh: drawn here, or on the warm path before. */
function isElected({ region, request }, flight) {
  if (request.isMulti || request.flags & FORCE_REFRESH || flight.found.record === undefined) return false;
  if (request.renews === flight.found.ct) return true;
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
  const again = { call: round.call, flights: round.reads.splice(0), slot, serial };
  const { setup, request } = again.call;
  const outcomes = backend.read(
    setup,
    again.flights.map(({ key }) => key),
    request.isMulti,
  );
  if (outcomes instanceof Promise) outcomes.then((settled) => isExpected(again) && (findAgain(again, settled) ?? landAgainAndTell(again)));
  else if (findAgain(again, outcomes) === undefined) return landAgain(again);
  return PENDING;
}

const isExpected = ({ call, slot, serial }) => call.core.ask(ASK_EXPECTS_ROUND, slot, serial) !== 0;

/** As `findAll`. */
function findAgain(again, outcomes) {
  const { region, setup } = again.call;
  again.flights.forEach((flight, index) => (flight.again = find(region, setup, outcomes[index], setup.throws)));
  const news = region.tags?.refreshFor(
    again.flights.map((flight) => flight.again),
    setup,
  );
  news?.then(() => isExpected(again) && landAgainAndTell(again));
  return news;
}

function landAgain({ call: { region, core }, flights, slot, serial }) {
  for (const flight of flights) {
    flight.again = judged(region, flight.again);
    const { kind, ct, v, et, invalidated } = numbersOf(flight.again);
    core.landed(slot, serial, flight.slot, kind, ct, v, et, invalidated);
  }
  return DONE;
}

function landAgainAndTell(again) {
  const { call, slot, serial } = again;
  landAgain(again);
  call.inContext(() => call.tell(NEWS_READ_AGAIN, slot, serial));
}
