import { refused, unknownOption } from "./errors.js";

const LONGEST_CHAIN = 100;
export const NO_OPTIONS = Object.freeze({});
export const isObject = (value) => typeof value === "object" && value !== null;

/** Every known member of options, each read once: inherited ones and getters count, and a name of its own that is not known is refused. */
export function readOptions(options, known) {
  const from = given(options);
  requireKnown(from, known);
  return membersOf(from, known);
}

/** Plain, so that reading on runs no code of the user's; what is not given is `undefined` there. */
export function membersOf(options, names) {
  const members = {};
  for (const name of names) members[name] = member(options, name);
  return members;
}

/** A member, unless it is only there because somebody has put it on every object. */
export function member(options, name) {
  if (!(name in Object.prototype)) return options[name];
  return ownersOf(options).some((owner) => Object.hasOwn(owner, name)) ? options[name] : undefined;
}

/** Whether there is such a method, of whatever it is. */
export const hasMethod = (value, name) => value !== undefined && value !== null && typeof member(value, name) === "function";

/** A member of what is plain, of records and answers. */
export const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

/** The names of all members that can be enumerated, inherited ones too. */
export const namesOf = (options) => new Set(ownersOf(options).flatMap((owner) => Object.keys(owner)));

/** An object and what it inherits from. A proxy may make that a chain without end. */
function ownersOf(options) {
  const owners = [];
  for (let owner = options; owner && owner !== Object.prototype && owners.length < LONGEST_CHAIN; owner = Object.getPrototypeOf(owner)) owners.push(owner);
  return owners;
}

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
