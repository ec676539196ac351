// Members of objects that users give. Without errors of our own, so that every entry of the package may import it.

const LONGEST_CHAIN = 100;
export const isObject = (value) => typeof value === "object" && value !== null;

/** A member, unless it comes from Object.prototype. */
export function member(options, name) {
  if (!(name in Object.prototype)) return options[name];
  return ownersOf(options).some((owner) => Object.hasOwn(owner, name)) ? options[name] : undefined;
}

/** Whether a value has this method. */
export const hasMethod = (value, name) => value !== undefined && value !== null && typeof member(value, name) === "function";

/** An object and its prototypes, up to a limit, since a Proxy may have an endless chain. */
export function ownersOf(options) {
  const owners = [];
  for (let owner = options; owner && owner !== Object.prototype && owners.length < LONGEST_CHAIN; owner = Object.getPrototypeOf(owner)) owners.push(owner);
  return owners;
}
