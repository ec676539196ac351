/** dogpile.cache's record: plain, so that structured clone and JSON keep it whole. `own`: the expiration that its creator decided, in seconds. */
export function makeRecord(payload, created, own) {
  const metadata = { ct: created, v: 2 };
  if (own !== undefined) metadata.et = own === Infinity ? -1 : own;
  return { payload, metadata };
}

/** What a backend gave, as `{ record, payload, ct, v, et }`; `undefined` when it is no record. Never throws. */
export function readRecord(stored) {
  try {
    const { payload, metadata } = stored;
    const { ct, v, et } = metadata;
    if (payload === undefined && !("payload" in stored)) return undefined;
    if (typeof ct !== "number" || Number.isNaN(ct)) return undefined;
    return { record: stored, payload, ct, v: numberOrNaN(v), et: numberOrNaN(et) };
  } catch {
    return undefined;
  }
}

export const numberOrNaN = (value) => (typeof value === "number" ? value : NaN);

/** A record as a caller sees it. `now` answers in seconds. */
export class CachedValue {
  #now;

  constructor({ payload, metadata }, now, state) {
    this.payload = payload;
    this.metadata = { ...metadata };
    this.#now = now;
    if (state !== undefined) this.state = state;
  }

  get cachedTime() {
    return this.metadata.ct;
  }

  get age() {
    return Math.max(0, this.#now() - this.metadata.ct);
  }
}
