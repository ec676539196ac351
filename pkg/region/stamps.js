// The times that a region gives its records and invalidations. Created after an invalidation means later than it, whatever the clock says.
import { makeRecord } from "../records/record.js";
import { stampAfterAll, stampAt, stampClock } from "../wasm/dogpile.js";

/** After the clock was set back: moves times that are too far in the future. A user's clock is used unchanged. */
export function comeBack({ clock, invalidations, core, times }) {
  if (!clock.isOwn && invalidations.comeBack()) core.moveTimes(times.hard, times.soft);
}

/** A creation time, just after the latest known invalidation. */
export function creationTime(region) {
  comeBack(region);
  const now = region.clock.read();
  return now === now ? stampAt(now, region.invalidations.told) : stampClock(Date.now(), region.invalidations.latest);
}

/** A creation time that is not before `born`. */
export function creationTimeAfter(region, born) {
  const created = creationTime(region);
  return born === born ? Math.max(born, created) : created;
}

/** When something begins to be made, before every later invalidation of tags; NaN if nothing needs that. */
export function birthTime({ tags, early, clock }) {
  return tags === undefined ? (early?.birth(clock) ?? NaN) : tags.birth();
}

/** The record of a created value. `own`: its own expiration in seconds, or nothing. */
export function recordOf(region, value, own, born, tags) {
  const kept = tags.length > 0 || region.early !== undefined ? born : NaN;
  return makeRecord(value, creationTimeAfter(region, kept), own, kept, tags);
}

/** The time of an invalidation: later than every creation time of this realm, if later creation times follow it. `now`: NaN, or the region's own clock. */
export function invalidationTime({ invalidations }, now) {
  const { told, latest } = invalidations;
  if (now === now) return told >= now ? stampAt(now, stampAt(now, told)) : now;
  return latest === latest ? stampAfterAll(Date.now(), latest) : stampClock(Date.now(), NaN);
}
