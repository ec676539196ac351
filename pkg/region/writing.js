import * as backend from "../backends/backend.js";
import { refused, requireKeys } from "../errors.js";
import { ignoreRejection, pending } from "../promises.js";
import { makeRecord, NO_TAGS } from "../records/record.js";
import { seconds } from "../duration.js";
import { readOptions } from "../members.js";
import { requireTags } from "./tag-strategy.js";
import { birthTime, creationTimeAfter } from "./stamps.js";

const OF_SET = ["expiresIn", "tags"];

/** Stores a value under each key, with one creation time, or its own where that decides when it expires. A promise among the values is refused, and its rejection is ignored. */
export function store(region, entries, options, multi) {
  try {
    return storeAll(region, entries, options, multi);
  } catch (error) {
    for (const [, value] of entries) ignoreRejection(value);
    throw error;
  }
}

function storeAll(region, entries, options, multi) {
  const { setup } = region;
  const { expiresIn, tags: given } = readOptions(options, OF_SET);
  const names = entries.map(([key]) => key);
  requireKeys(names);
  for (const [, value] of entries) requireStorable(value);
  const expiration = seconds(expiresIn, "expiresIn");
  const own = Number.isNaN(expiration) ? undefined : expiration;
  const tags = (given ?? undefined) === undefined ? NO_TAGS : requireTags(region).listed(given);
  const keys = names.map((key) => setup.mangle(key));
  const born = tags.length > 0 ? birthTime(region) : NaN;
  const created = creationTimeAfter(region, born);
  const began = created > born ? born : NaN;
  const stampOf = (index) => (index > 0 && region.jitter > 0 ? creationTimeAfter(region, born) : created);
  const records = entries.map(([, value], index) => setup.toStored(makeRecord(value, stampOf(index), own, began, tags)));
  return region.write(keys, records, () => backend.write(setup, keys, records, multi, region.hint(own)), names);
}

export function remove(region, given, multi) {
  const { setup } = region;
  requireKeys(given);
  const keys = given.map((key) => setup.mangle(key));
  return region.write(keys, [], () => backend.remove(setup, keys, multi), given);
}

/** Refuses promises as values. */
function requireStorable(value) {
  const promise = pending(value);
  if (promise === undefined) return;
  ignoreRejection(promise); // of a thenable
  throw refused("a value", "awaited before it is set", value);
}
