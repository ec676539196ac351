import { refused, unknownOption } from "./errors.js";
import { member, ownersOf } from "./objects.js";

export { hasMethod, isObject, member } from "./objects.js";

export const NO_OPTIONS = Object.freeze({});

/** Reads every known member of options once, including inherited ones and getters. An unknown own name is refused. */
export function readOptions(options, known) {
  const from = given(options);
  requireKnown(from, known);
  return membersOf(from, known);
}

/** A plain copy, so that later reads run no user code; missing options are `undefined`. */
export function membersOf(options, names) {
  const members = {};
  for (const name of names) members[name] = member(options, name);
  return members;
}

/** An own member of a plain object. */
export const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

/** The names of all enumerable members, including inherited ones. */
export const namesOf = (options) => new Set(ownersOf(options).flatMap((owner) => Object.keys(owner)));

export function requireKnown(options, known) {
  if (typeof options.then === "function") throw refused("options", "an object", options);
  const name = Object.keys(options).find((name) => !known.includes(name));
  if (name !== undefined) throw unknownOption(name, known);
}

/** The options of one call: an object, or nothing. */
export function given(options) {
  if (options === undefined || options === null) return NO_OPTIONS;
  if (typeof options === "object") return options;
  throw refused("options", "an object", options);
}
