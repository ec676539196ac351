import { numberOrNaN } from "../records/record.js";

const OWN_TIMES = 3;

/** The payloads under many keys, if each is fresh and the core can be asked by numbers alone; else `undefined`: the full way. */
export function freshPayloads({ core, records, isTimeless }, keys, expirationTime) {
  const expiration = numberOrNaN(expirationTime);
  const clock = isTimeless && expiration !== expiration ? undefined : Date.now();
  const payloads = payloadsOf(records, keys, ({ ct, v, et }) => {
    const own = numberOrNaN(et);
    return core.wouldBeFresh(ct, v, own, expiration, clock ?? (own === own ? Date.now() : 0));
  });
  if (payloads?.missing !== 0) return undefined;
  core.countHits(keys.length);
  return payloads.found;
}

/** The payloads under many keys, `undefined` for a miss; `undefined` in all where a record is not as it should be: the full way. */
export function readablePayloads({ core, records, stats }, keys, expiration, now) {
  const isReadable = ({ ct, v, et }) => core.judgeReading(ct, v, numberOrNaN(et), expiration, OWN_TIMES, now) === 0;
  const payloads = payloadsOf(records, keys, isReadable);
  if (payloads === undefined) return undefined;
  core.countHits(keys.length - payloads.missing);
  stats.misses += payloads.missing;
  return payloads.found;
}

const isRecord = (record) => numberOrNaN(record?.metadata?.ct) === record.metadata.ct && (record.payload !== undefined || "payload" in record);

function payloadsOf(records, keys, isGood) {
  const found = [];
  let missing = 0;
  for (let index = 0; index < keys.length; index += 1) {
    if (typeof keys[index] !== "string") return undefined;
    const record = records.get(keys[index]);
    if (record !== undefined && !isRecord(record)) return undefined;
    const isFound = record !== undefined && isGood(record.metadata);
    if (!isFound) missing += 1;
    found.push(isFound ? record.payload : undefined);
  }
  return { found, missing };
}
