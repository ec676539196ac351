import { refused, unknownOption } from "./errors.js";

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
  let owner = options;
  while (owner && owner !== Object.prototype && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  return owner && owner !== Object.prototype ? options[name] : undefined;
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
