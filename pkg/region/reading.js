import * as backend from "../backends/backend.js";
import { FRESH } from "./cache-region.js";
import { requireKey } from "../errors.js";
import { seconds } from "../duration.js";

/** A record for each key, or `undefined` where there is none to return: one read, judged, never waiting for a creation. */
export async function read(region, keys, { expirationTime, ignoreExpiration }, multi) {
  const { setup } = region;
  keys.forEach(requireKey);
  const expiration = seconds(expirationTime, "expirationTime");
  if (keys.length === 0) return [];
  const news = region.refresh(setup);
  if (news !== undefined) await news;
  const outcomes = await backend.read(setup, keys.map((key) => setup.mangle(key)), multi);
  const failed = outcomes.find((outcome) => "error" in outcome);
  if (failed !== undefined) throw failed.error;
  const now = region.now();
  return keys.map((key, index) => {
    const found = region.find(setup, outcomes[index], false);
    const judged = ignoreExpiration ? (found.why ?? FRESH) : region.worthOfReading(found, expiration, now);
    if (judged === FRESH) region.countHit(key);
    else region.countMiss(key, judged);
    return judged === FRESH ? found.record : undefined;
  });
}

/** What a flight reads: sent when the writes in line have settled; at once if it can be. */
export function readAfterWrites(setup, keys, multi) {
  const read = () => backend.read(setup, keys, multi);
  const ahead = setup.lines.ahead(keys);
  return ahead === undefined ? read() : ahead.then(read);
}
