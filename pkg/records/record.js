import { member, membersOf } from "../members.js";

/** dogpile.cache's record: plain, so that structured clone and JSON keep it whole. `own`: the expiration that its creator decided, in seconds. */
export function makeRecord(payload, created, own) {
  const metadata = { ct: created, v: 2 };
  if (own !== undefined) metadata.et = own === Infinity ? -1 : own;
  return { payload, metadata };
}

/** What there is where there is no record. Every member is there: one that is missing would be looked up in Object.prototype. */
export const NO_RECORD = Object.freeze({ record: undefined, payload: undefined, ct: NaN, v: NaN, et: NaN, invalidated: 0, promise: undefined });

const OUTER = ["payload", "metadata"];
const INNER = ["ct", "v", "et"];

/** Whether somebody has put a member of records on every object. Written out, since every record that is read asks for it. */
const isPolluted = () =>
  "payload" in Object.prototype || "metadata" in Object.prototype || "ct" in Object.prototype || "v" in Object.prototype || "et" in Object.prototype;

/** What a backend gave, and what is known of it; `undefined` when it is no record. Never throws. */
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

/** The expiration that a record's creator decided, in seconds; NaN where it has none. */
export const expirationIn = (metadata) => finiteOrNaN(member(metadata, "et"));

export const numberOrNaN = (value) => (typeof value === "number" ? value : NaN);

/** A record as a caller sees it. `now` answers in seconds. All members are its own: they are there in a copy, `{ ...entry }`. */
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
