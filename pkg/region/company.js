import { seconds } from "../duration.js";
import { SERVE_STALE, WAIT } from "./flight.js";
import { goOnWaiting } from "./get-or-create.js";
import { watch } from "./lead.js";
import { createRequest, isSimple } from "./options.js";
import { onWorkers } from "./pulse.js";

/*
 * Whoever asks for nothing special for what is being created gets the stale value, or waits for nothing but the flight: a promise, and no quest. Ten
 * thousand waiters cost little more than ten thousand promises. On Workers each request has to look for itself.
 */

/** Whether a call asks for nothing that sets it apart from others. */
export const mayKeepCompany = (region, creator, call) => typeof creator === "function" && isSimple(call) && region.isPlain && !onWorkers();

/** A promise of the entry that a running creation serves, the stale one or the new one; `undefined`: the full way. */
export function alongside(region, key, creator, call) {
  const flight = region.flights.current(key);
  if (flight === undefined || !flight.isCreation || flight.isInCreator) return undefined;
  const { found } = flight;
  const { lockTimeout } = region.setup;
  const worth = region.worth(found, seconds(call.expirationTime, "expirationTime"), region.now());
  const move = flight.nextMove(worth, false, false, lockTimeout);
  if (move === SERVE_STALE) return serveStale(region, found);
  if (move !== WAIT) return undefined;
  region.stats.misses += 1;
  flight.join();
  watch(region, flight, lockTimeout);
  return flight.change.then(() => {
    if (flight.outcome?.record !== undefined) return share(region, flight.outcome);
    return goOnWaiting(region, key, flight, createRequest(creator, call, false));
  });
}

function serveStale(region, { record }) {
  region.stats.staleHits += 1;
  return Promise.resolve({ record, state: "stale" });
}

function share(region, { record }) {
  region.stats.coalesced += 1;
  return { record, state: "created" };
}
