import { freshness, isReadable } from "../wasm/dogpile.js";
import { comeBack } from "./stamps.js";

/** The shared promise of a payload that `get` may return; `undefined` means the full path. */
export function readablePayload(region, found, key, call) {
  const { expiration, isTimeless, times, counts, jitter } = region;
  const { ct, v, et, extra } = found;
  const clock = isTimeless && et !== et && call !== call ? NaN : Date.now(); // NaN: not given
  if (!isReadable(ct, v, et, call, expiration, times.hard, times.soft, jitter, clock)) return undefined;
  if (extra !== undefined && !region.takes(found, key, clock)) return undefined;
  counts.hits += 1;
  return found.promise ?? keptPromise(found);
}

/** Kept with its entry and reused, unless it carries an async context: Node before 24 attaches it to every promise. */
export function keptPromise(found) {
  const promise = Promise.resolve(found.payload);
  if (Object.getOwnPropertySymbols(promise).length === 0) found.promise = promise;
  return promise;
}

/** The payloads under many keys if all are fresh; `undefined` means the full path. */
export function freshPayloads(region, records, keys, call) {
  const { expiration, times, counts, jitter } = region;
  const { hard, soft } = times;
  const clock = Date.now();
  const isGood = ({ ct, v, et }) => freshness(ct, v, et, call, expiration, hard, soft, jitter, NaN, clock) >= 0;
  const payloads = payloadsOf(region, records, keys, isGood, clock);
  if (payloads?.missing !== 0) return undefined;
  counts.hits += keys.length;
  region.view?.answered(keys.length);
  return payloads.found;
}

/** The payloads under many keys, `undefined` for a miss. If a record is invalid, `undefined` as a whole means the full path. */
export function readablePayloads(region, records, keys, call) {
  comeBack(region);
  const { expiration, times, counts, jitter } = region;
  const { hard, soft } = times;
  const clock = Date.now();
  const isGood = ({ ct, v, et }) => isReadable(ct, v, et, call, expiration, hard, soft, jitter, clock);
  const payloads = payloadsOf(region, records, keys, isGood, clock);
  if (payloads === undefined) return undefined;
  region.view?.answered(keys.length);
  counts.hits += keys.length - payloads.missing;
  counts.misses += payloads.missing;
  return payloads.found;
}

function payloadsOf(region, records, keys, isGood, clock) {
  const found = [];
  let missing = 0;
  for (const key of keys) {
    if (typeof key !== "string") return undefined;
    const record = records.find(key);
    if (record !== undefined && record.ct !== record.ct) return undefined; // NaN: not a valid record
    const isFound = record !== undefined && isGood(record);
    if ((isFound || region.view !== undefined) && record?.extra !== undefined && !region.isGood(record, key, clock)) return undefined;
    if (!isFound) missing += 1;
    found.push(isFound ? record.payload : undefined);
  }
  return { found, missing };
}
