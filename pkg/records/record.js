import { member, membersOf } from "../members.js";

/** A record of dogpile.cache: a plain object that structured clone and JSON preserve. `own`: the value's own expiration in seconds. */
export function makeRecord(payload, created, own) {
  const metadata = { ct: created, v: 2 };
  if (own !== undefined) metadata.et = own === Infinity ? -1 : own;
  return { payload, metadata };
}

/** The result without a record. It has all members: a missing one would be looked up in Object.prototype. */
export const NO_RECORD = Object.freeze({ record: undefined, payload: undefined, ct: NaN, v: NaN, et: NaN, invalidated: 0, promise: undefined });

const OUTER = ["payload", "metadata"];
const INNER = ["ct", "v", "et"];

/** Whether Object.prototype has a member of records. Written out for speed, since it runs for every read. */
const isPolluted = () =>
  "payload" in Object.prototype || "metadata" in Object.prototype || "ct" in Object.prototype || "v" in Object.prototype || "et" in Object.prototype;

/** The parts of a record from a backend; `undefined` if it is not a record. Never throws. */
export function readRecord(stored) {
  try {
    const hasPollution = isPolluted();
    const { payload, metadata } = hasPollution ? membersOf(stored, OUTER) : stored;
    const { ct, v, et } = hasPollution ? membersOf(metadata, INNER) : metadata;
    if (payload === undefined && !Object.hasOwn(stored, "payload")) return undefined;
    if (!Number.isFinite(ct)) return undefined;
    return { record: stored, payload, ct, v: finiteOrNaN(v), et: finiteOrNaN(et), invalidated: 0, promise: undefined };
  } catch {
    return undefined;
  }
}

const finiteOrNaN = (value) => (Number.isFinite(value) ? value : NaN);

/** A record's own expiration in seconds; NaN if it has none. */
export const expirationIn = (metadata) => finiteOrNaN(member(metadata, "et"));

export const numberOrNaN = (value) => (typeof value === "number" ? value : NaN);

/** A record for a caller. `now` returns seconds. All members are own properties, so that a copy, `{ ...entry }`, has them. */
export function cachedValue({ payload, metadata }, now, expiresAt, state) {
  const cachedTime = metadata.ct;
  const entry = {
    payload,
    metadata: { ...metadata },
    cachedTime,
    expiresAt,
    get age() {
      return Math.max(now() - cachedTime, 0);
    },
  };
  return state === undefined ? entry : Object.assign(entry, { state });
}
