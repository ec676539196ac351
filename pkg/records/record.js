import { member, membersOf } from "../members.js";

/**
 * A record of dogpile.cache: a plain object that structured clone and JSON preserve. `own`: the value's own expiration in seconds. `born`: when its
 * creation began, if that is needed later; `tags`: a list of names, or nothing.
 */
export function makeRecord(payload, created, own, born = NaN, tags = NO_TAGS) {
  const metadata = { ct: created, v: 2 };
  if (own !== undefined) metadata.et = own === Infinity ? -1 : own;
  if (born <= created) metadata.dt = created - born;
  if (tags.length > 0) metadata.tags = tags;
  return { payload, metadata };
}

/** @type {readonly string[]} */
export const NO_TAGS = Object.freeze([]);

/** The result without a record. It has all members: a missing one would be looked up in Object.prototype. */
export const NO_RECORD = Object.freeze({
  record: undefined,
  payload: undefined,
  ct: NaN,
  v: NaN,
  et: NaN,
  extra: undefined,
  invalidated: 0,
  promise: undefined,
});

const OUTER = ["payload", "metadata"];
const INNER = ["ct", "v", "et", "dt", "tags", "nt"];

/** Whether Object.prototype has a member of records. Written out for speed, since it runs for every read. */
const isPolluted = () =>
  "payload" in Object.prototype ||
  "metadata" in Object.prototype ||
  "ct" in Object.prototype ||
  "v" in Object.prototype ||
  "et" in Object.prototype ||
  "dt" in Object.prototype ||
  "tags" in Object.prototype ||
  "nt" in Object.prototype;

/** The parts of a record from a backend; `undefined` if it is not a record. Never throws. */
export function readRecord(stored) {
  try {
    const hasPollution = isPolluted();
    const { payload, metadata } = hasPollution ? membersOf(stored, OUTER) : stored;
    const { ct, v, et, dt, tags, nt } = hasPollution ? membersOf(metadata, INNER) : metadata;
    if (payload === undefined && !Object.hasOwn(stored, "payload")) return undefined;
    if (!Number.isFinite(ct)) return undefined;
    const isPlain = dt === undefined && tags === undefined && nt === undefined;
    const extra = isPlain ? undefined : readExtra(dt, tags, nt);
    return { record: stored, payload, ct, v: finiteOrNaN(v), et: finiteOrNaN(et), extra, invalidated: 0, promise: undefined };
  } catch {
    return undefined;
  }
}

/**
 * The members that few records have: `dt`, the seconds of its creation; `tags`; `nt`, when a near tier got its copy, NaN if it is none; and `epoch`, that of
 * the tags' times when they were last found to end nothing. Throws for tags that are no list of strings.
 */
function readExtra(dt, tags, nt) {
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) throw new TypeError("tags");
  return { dt: dt >= 0 && Number.isFinite(dt) ? dt : 0, tags: tags?.length > 0 ? tags : undefined, nt: finiteOrNaN(nt), epoch: NaN };
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
