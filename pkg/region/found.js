import { isFailure } from "../backends/backend.js";
import { backendError, describePart, refusedAs } from "../errors.js";
import { ABSENT, ERROR, RECORD, UNREADABLE, VERSION } from "../host/numbers.js";
import { ignoreRejection } from "../promises.js";
import { readRecord } from "../records/record.js";
import { isKnownVersion } from "../wasm/dogpile.js";

/** @typedef {{ record: any, why?: number, error?: unknown, ct?: number, v?: number, et?: number, extra?: any, invalidated?: number }} Found */

const none = (why) => ({ record: undefined, why });
const NOTHING = Object.freeze(none(ABSENT));

/**
 * The result of a read: that of `readRecord`, or why there is no `record`, or the `error` if `backendErrors` is "throw".
 *
 * @returns {Found}
 */
export function find(region, setup, outcome, throws) {
  if (isFailure(outcome)) return unreadable(region, outcome.error, throws);
  const { value } = outcome;
  if (value === undefined || value === null) return NOTHING;
  try {
    const found = readRecord(setup.fromStored(value));
    if (found === undefined) ignoreRejection(value);
    if (found === undefined) throw refusedAs("the stored value", "a record of dogpile", describePart(value));
    return isKnownVersion(found.v) ? found : none(VERSION);
  } catch (error) {
    return error?.code === "CANT_DESERIALIZE" ? none(UNREADABLE) : unreadable(region, error, false);
  }
}

/**
 * What was found, with what its region's strategies say of it, for a flight. Errors of a strategy or clock are left to the machine's decision.
 *
 * @returns {Found}
 */
export function judged(region, found) {
  if (found.record === undefined || (region.isPlain && found.extra === undefined)) return found;
  try {
    region.clock.read();
    found.invalidated = Math.max(region.invalidations.verdict(found.ct), region.tags?.verdict(found) ?? 0);
    return found;
  } catch (error) {
    return { record: undefined, error };
  }
}

/** The result of a read as a number of src/js/resume.rs. */
export function numbersOf(found) {
  if (found.record !== undefined) return { kind: RECORD, ct: found.ct, v: found.v, et: found.et, invalidated: found.invalidated };
  return { kind: isFailure(found) ? ERROR : found.why, ct: 0, v: 0, et: 0, invalidated: 0 };
}

function unreadable(region, error, throws) {
  region.backendFailed(error, "read");
  return throws ? { record: undefined, error: backendError("read", error) } : none(UNREADABLE);
}
