/** dogpile.cache's record: plain, so that structured clone and JSON keep it whole. */
export function makeRecord(payload, created, expiration) {
  const metadata = { ct: created, v: 2 };
  if (expiration !== undefined) metadata.et = expiration;
  return { payload, metadata };
}

/** `[ct, v, et]` of what a backend gave, or `undefined` when it is no record; never throws. */
export function readMetadata(stored) {
  try {
    if (!("payload" in stored)) return undefined;
    const { ct, v, et } = stored.metadata;
    if (typeof ct !== "number" || Number.isNaN(ct)) return undefined;
    return [ct, typeof v === "number" ? v : NaN, typeof et === "number" ? et : NaN];
  } catch {
    return undefined;
  }
}

/** A record as a caller sees it. `clock` answers in seconds. */
export class CachedValue {
  #clock;

  constructor(record, clock, state) {
    this.payload = record.payload;
    this.metadata = { ...record.metadata };
    this.#clock = clock;
    if (state !== undefined) this.state = state;
  }

  get cachedTime() {
    return this.metadata.ct;
  }

  get age() {
    return this.#clock() - this.metadata.ct;
  }
}

export function cachedValue(record, clock, state) {
  return new CachedValue(record, clock, state);
}

export function hostClock() {
  return Date.now() / 1000;
}
