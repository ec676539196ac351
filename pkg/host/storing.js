// Accepts and writes the values of a creator.
import * as backend from "../backends/backend.js";
import { backendError, makeError } from "../errors.js";
import { pending } from "../promises.js";
import { recordOf } from "../region/stamps.js";
import { expirationOf, tagsOf } from "./chosen.js";
import { DONE, FAILED, LATER, NEWS_ACCEPTED, NEWS_NOT_STORED, NEWS_STORED, PENDING, REFUSED } from "./numbers.js";

/** Decides whether a value is stored, and makes its record. If `shouldCacheFn` returned a promise, all values are checked again after it. */
export function accept(creation, flight, mayStore, more) {
  creation.tellCreated();
  flight.verdict ??= judge(creation, flight);
  if (more === 0 && creation.verdicts !== undefined) awaitVerdicts(creation);
  if (flight.verdict !== DONE) return flight.verdict;
  return mayStore ? prepare(creation, flight) : PENDING;
}

/** Calls `shouldCacheFn`, once per value. */
function judge(creation, flight) {
  const { region, request } = creation.call;
  try {
    flight.record = recordOf(region, flight.value, expirationOf(creation, flight), flight.born, tagsOf(creation, flight));
    if (request.shouldCacheFn === undefined) return DONE;
    const answer = request.shouldCacheFn(flight.value);
    const promise = pending(answer);
    if (promise === undefined) return answer ? DONE : PENDING;
    (creation.verdicts ??= []).push(judgeLater(creation.call, flight, promise));
    return LATER;
  } catch (error) {
    flight.error = error;
    return FAILED;
  }
}

function judgeLater(call, flight, promise) {
  const failed = (error) => {
    flight.error = error;
    return FAILED;
  };
  return answeredInTime(call, promise)
    .then((answer) => (answer ? DONE : PENDING), failed)
    .then((verdict) => (flight.verdict = verdict));
}

/** Awaits a promise of shouldCacheFn, at most for `lockTimeout`; after that the value is not stored. */
export async function answeredInTime({ region, setup }, promise) {
  const answered = promise.then(
    (answer) => () => answer,
    (error) => () => Promise.reject(error),
  );
  const late = () => {
    region.reporter.error(makeError("TIMEOUT", "shouldCacheFn did not settle within lockTimeout."), "background");
    return () => false;
  };
  const answer = await setup.limit.within(answered).catch(late);
  return answer();
}

function awaitVerdicts(creation) {
  const verdicts = Promise.all(creation.verdicts);
  creation.verdicts = undefined;
  verdicts.then(() => creation.call.inContext(() => creation.tell(NEWS_ACCEPTED)));
}

function prepare({ call }, flight) {
  try {
    flight.stored = call.setup.toStored(flight.record);
    return DONE;
  } catch (error) {
    return notStored(call, [flight], error) ? REFUSED : PENDING;
  }
}

/** Sends the write with the last record to store. */
export function store(creation, flight, more) {
  if (creation.stored === undefined) return storeAll(creation, [flight]);
  creation.stored.push(flight);
  return more === 0 ? storeAll(creation, creation.stored) : PENDING;
}

function storeAll(creation, flights) {
  const { call } = creation;
  try {
    const sent = pending(send(creation, flights));
    if (sent === undefined) {
      tellStored(call, flights);
      return DONE;
    }
    call.setup.limit.watch(
      sent,
      () => {
        creation.tell(NEWS_STORED);
        tellStored(call, flights);
      },
      (error) => {
        notStored(call, flights, error);
        creation.tell(NEWS_NOT_STORED);
        tellSubscribers(call, flights); // it may be stored all the same, or later
      },
    );
    return PENDING;
  } catch (error) {
    notStored(call, flights, error);
    tellSubscribers(call, flights);
    return FAILED;
  }
}

/** The backend has accepted a write. */
function tellStored(call, flights) {
  const { reporter } = call.region;
  tellSubscribers(call, flights);
  if (reporter.isObserved)
    reporter.tellKeys(
      "onSet",
      flights.map(({ key }) => call.nameOf(key)),
    );
}

/** Every creation comes here: without subscriptions it lists nothing. */
function tellSubscribers({ host }, flights) {
  if (host.subscribed.size > 0)
    host.tellSubscribers(
      flights.map(({ key }) => key),
      "stored",
    );
}

function send(creation, flights) {
  const { region, setup, request } = creation.call;
  const hintOf = (flight) => region.hint(expirationOf(creation, flight), request);
  const [{ key, stored }] = flights;
  if (!request.isMulti) return setup.backend.set(key, stored, hintOf(flights[0]));
  return backend.write(
    setup,
    flights.map(({ key }) => key),
    flights.map(({ stored }) => stored),
    true,
    longest(flights.map(hintOf)),
  );
}

/** After a failed write callers still get the value, unless `backendErrors` is "throw". */
function notStored({ region, setup }, flights, error) {
  region.backendFailed(error, "write");
  if (setup.throws) for (const flight of flights) flight.error = backendError("store a value", error);
  return setup.throws;
}

/** The longest hint of all; none if one of them never expires. */
const longest = (hints) =>
  hints.reduce((longer, hint) => (longer === undefined || hint === undefined ? undefined : longer.expirationTime >= hint.expirationTime ? longer : hint));
