import { seconds } from "../duration.js";
import { SERVE_STALE, WAIT } from "./flight.js";
import { isSimple } from "./options.js";
import { onWorkers } from "./pulse.js";

/*
 * Whoever asks in the same way for what is being created is in the same boat: the first of them waits for the flight, the others for the first. Ten
 * thousand waiters then cost ten thousand promises and little else. On Workers each request has to look for itself.
 */

/** Whether a call asks for nothing that sets it apart from others. */
export const mayKeepCompany = (region, creator, call) => typeof creator === "function" && isSimple(call) && region.isPlain && !onWorkers();

/** The first to wait for a flight speaks for those who come later. What it gets from a flight that it has given up is nothing to them. */
export function speakFor(flight, { waitedFor }, request) {
  if (request.isCompanion && waitedFor.length === 0) flight.spokesman ??= request;
}

/** A promise of the entry that a running creation serves a companion, the stale one or the new one; `undefined`: the full way. */
export function alongside(region, key, { expirationTime }) {
  const flight = region.flights.current(key);
  if (flight === undefined || !flight.isCreation || flight.isInCreator) return undefined;
  const { found, spokesman } = flight;
  const expiration = seconds(expirationTime, "expirationTime");
  const move = flight.nextMove(region.worth(found, expiration, region.now()), false, false, region.setup.lockTimeout);
  if (move === SERVE_STALE) {
    region.stats.staleHits += 1;
    return Promise.resolve({ record: found.record, state: "stale" });
  }
  if (move !== WAIT || spokesman === undefined || !Object.is(spokesman.expiration, expiration)) return undefined;
  region.stats.misses += 1;
  return spokesman.entry.then((entry) => {
    region.stats[entry.stat] += 1;
    return entry;
  });
}
