import { refused, requireFunction } from "../errors.js";
import { patience, seconds } from "../wasm/dogpile.js";

const NO_OPTIONS = Object.freeze({});
const isObject = (value) => typeof value === "object" && value !== null;

/** Options as they are now: they are read once, and what the core reads is plain and runs no code of the user's. */
export const snapshot = (options) => (isObject(options) ? Object.fromEntries(Object.entries(options)) : options);

/** The options of one call: an object, or nothing. */
export function given(options) {
  if (options === undefined || options === null) return NO_OPTIONS;
  if (typeof options === "object") return options;
  throw refused("options", "an object", options);
}

/** The options of `getOrCreate*`, each read once. */
export function createOptions(options) {
  const { expirationTime, shouldCacheFn, forceRefresh, lockTimeout, creatorArgs } = given(options);
  return { expirationTime, shouldCacheFn, forceRefresh, lockTimeout, creatorArgs };
}

/** Whether a fresh record answers the call, whatever else it asks for. */
export const isSimple = (call) =>
  isNumberOrAbsent(call.expirationTime) &&
  call.forceRefresh === undefined &&
  call.lockTimeout === undefined &&
  call.shouldCacheFn === undefined &&
  call.creatorArgs === undefined;

const isNumberOrAbsent = (value) => (typeof value === "number" ? value === value : value === undefined || value === null);

/** What `getOrCreate*` was asked, checked. */
export function createRequest(creator, call, multi) {
  requireFunction(creator, "creator");
  const { expirationTime, forceRefresh } = call;
  const shouldCacheFn = call.shouldCacheFn ?? undefined;
  const creatorArgs = call.creatorArgs ?? undefined;
  if (shouldCacheFn !== undefined) requireFunction(shouldCacheFn, "shouldCacheFn");
  if (creatorArgs !== undefined && !Array.isArray(creatorArgs)) throw refused("creatorArgs", "an array", creatorArgs);
  const wait = patience(call.lockTimeout);
  return {
    creator,
    multi,
    shouldCacheFn,
    creatorArgs: multi ? undefined : creatorArgs,
    expiration: seconds(expirationTime, "expirationTime"),
    forceRefresh: Boolean(forceRefresh),
    lockTimeout: Number.isNaN(wait) ? undefined : wait,
  };
}

/** The keys of a multi call. */
export function listed(keys) {
  if (isObject(keys) && typeof keys[Symbol.iterator] === "function") return [...keys];
  throw refused("keys", "an iterable of strings", keys);
}

/** The pairs of `setMulti`. */
export function entriesOf(values) {
  if (!isObject(values)) throw refused("values", "a Map, an object, or an iterable of pairs of a key and a value", values);
  if (typeof values[Symbol.iterator] !== "function") return Object.entries(values);
  return Array.from(values, (pair) => {
    if (Array.isArray(pair)) return pair;
    throw refused("each of values", "a pair of a key and a value", pair);
  });
}
