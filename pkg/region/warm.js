import { numberOrNaN } from "../records/record.js";

const OWN_TIMES = 3;

/** The payloads under many keys, if each is fresh and the core can be asked by numbers alone; else `undefined`: the full way. */
export function freshPayloads({ core, records, isTimeless }, keys, expirationTime) {
  const expiration = numberOrNaN(expirationTime);
  const clock = isTimeless && expiration !== expiration ? undefined : Date.now();
  const isFresh = ({ ct, v, et }) => core.wouldBeFresh(ct, v, et, expiration, clock ?? (et === et ? Date.now() : 0)); // NaN: not given
  const payloads = payloadsOf(records, keys, isFresh);
  if (payloads?.missing !== 0) return undefined;
  core.countHits(keys.length);
  return payloads.found;
}

/** The payloads under many keys, `undefined` for a miss; `undefined` in all where a record is not as it should be: the full way. */
export function readablePayloads({ core, records, stats }, keys, expiration, now) {
  const isReadable = ({ ct, v, et }) => core.judgeReading(ct, v, et, expiration, OWN_TIMES, now) === 0;
  const payloads = payloadsOf(records, keys, isReadable);
  if (payloads === undefined) return undefined;
  core.countHits(keys.length - payloads.missing);
  stats.misses += payloads.missing;
  return payloads.found;
}

function payloadsOf(records, keys, isGood) {
  const found = [];
  let missing = 0;
  for (const key of keys) {
    if (typeof key !== "string") return undefined;
    const record = records.find(key);
    if (record !== undefined && record.ct !== record.ct) return undefined; // NaN: no record of ours
    const isFound = record !== undefined && isGood(record);
    if (!isFound) missing += 1;
    found.push(isFound ? record.payload : undefined);
  }
  return { found, missing };
}
