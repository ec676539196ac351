// What a creator chooses for its values by its context: their expirations and tags.
import { seconds } from "../duration.js";
import { refused } from "../errors.js";
import { NO_TAGS } from "../records/record.js";
import { requireTags } from "../region/tag-strategy.js";

/** `key`: as the user knows it; `attempt`: the one that chooses. What is left of a failed one chooses nothing. */
export function expire(creation, attempt, key, duration) {
  const expiration = seconds(duration, "expiresIn");
  if (attempt !== creation.attempt) return;
  if (Number.isNaN(expiration)) creation.expirations?.delete(key);
  else (creation.expirations ??= new Map()).set(key, expiration);
}

export const expirationOf = ({ expirations, call }, { key }) => expirations?.get(call.nameOf(key));

/** Tags count until the creator settles. */
export function addTags(creation, attempt, key, given) {
  const { call, flights, keys, hasSettled } = creation;
  const { region, request } = call;
  const flight = request.isMulti ? flights[keys.indexOf(key)] : flights[0];
  if (flight === undefined) throw refused("the key of context.tags", "one of the keys that the creator was given", key);
  requireTags(region).listed([...request.tags, ...flight.tags, ...given]);
  if (!hasSettled && attempt === creation.attempt) flight.addTags(given);
}

/** The tags of a value: those of its calls and of its creator. */
export function tagsOf({ call }, flight) {
  const { region, request } = call;
  const joined = region.tags?.joined(flight.key) ?? NO_TAGS;
  return flight.tags.length + joined.length === 0 ? request.tags : [...new Set([...request.tags, ...flight.tags, ...joined])];
}

/** An attempt has failed: what it chose does not count. */
export function forgetChosen(creation) {
  creation.attempt += 1;
  creation.expirations = undefined;
  for (const flight of creation.flights) flight.tags = NO_TAGS;
}
