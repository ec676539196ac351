import * as backend from "../backends/backend.js";
import { refused, requireKey } from "../errors.js";
import { ignoreRejection, pending } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { seconds } from "../duration.js";

/** Stores a value under each key, all of one creation time. */
export function store(region, entries, { expiresIn }, multi) {
  const { setup } = region;
  for (const [key, value] of entries) {
    requireKey(key);
    requireStorable(value);
  }
  const given = seconds(expiresIn, "expiresIn");
  const own = Number.isNaN(given) ? undefined : given;
  const keys = entries.map(([key]) => setup.mangle(key));
  const created = region.stamp();
  const records = entries.map(([, value]) => setup.toStored(makeRecord(value, created, own)));
  return region.write(keys, records, () => backend.write(setup, keys, records, multi, region.hint(own)));
}

export function remove(region, given, multi) {
  const { setup } = region;
  given.forEach(requireKey);
  const keys = given.map((key) => setup.mangle(key));
  return region.write(keys, [], () => backend.remove(setup, keys, multi));
}

/** A promise was meant to be awaited first. */
function requireStorable(value) {
  const promise = pending(value);
  if (promise === undefined) return;
  ignoreRejection(promise);
  throw refused("a value", "awaited before it is set", value);
}
