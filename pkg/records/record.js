import { own } from "../members.js";

/** dogpile.cache's record: plain, so that structured clone and JSON keep it whole. `own`: the expiration that its creator decided, in seconds. */
export function makeRecord(payload, created, own) {
  const metadata = { ct: created, v: 2 };
  if (own !== undefined) metadata.et = own === Infinity ? -1 : own;
  return { payload, metadata };
}

/** What a backend gave, as `{ record, payload, ct, v, et }`; `undefined` when it is no record. Never throws. */
export function readRecord(stored) {
  try {
    if (!Object.hasOwn(stored, "payload")) return undefined;
    const metadata = own(stored, "metadata");
    const ct = finiteIn(metadata, "ct");
    return ct === ct ? { record: stored, payload: stored.payload, ct, v: finiteIn(metadata, "v"), et: finiteIn(metadata, "et") } : undefined;
  } catch {
    return undefined;
  }
}

/** A number in a record's metadata; NaN for anything else. */
export function finiteIn(metadata, name) {
  const number = own(metadata, name);
  return Number.isFinite(number) ? number : NaN;
}

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
