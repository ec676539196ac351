import { describePart, refused, refusedAs, requireFunction } from "../errors.js";
import { patience, seconds } from "../duration.js";
import { given, hasMethod, isObject, member, membersOf, NO_OPTIONS, requireKnown } from "../members.js";
import { ignoreRejection } from "../promises.js";
import { NO_TAGS } from "../records/record.js";
import { retryOf } from "./retry-option.js";

const PLAIN_CALL = { expirationTime: undefined, tags: undefined, more: NO_OPTIONS, options: NO_OPTIONS };
export const CREATE = [
  "expirationTime",
  "shouldCacheFn",
  "forceRefresh",
  "lockTimeout",
  "creatorArgs",
  "signal",
  "timeout",
  "staleIfError",
  "staleWhileRevalidate",
  "waitUntil",
  "tags",
  "retry",
];
const READ = ["expirationTime", "ignoreExpiration"];

/** Refuses unknown options. Not called for warm hits: it would cost more than the call. */
export const requireKnownCall = ({ options }) => options === NO_OPTIONS || requireKnown(options, CREATE);
export const requireKnownReading = ({ options }) => options === NO_OPTIONS || requireKnown(options, READ);

/** @type {any} What every object inherits. */
const inherited = Object.prototype;

/** Whether somebody has put an option of `get` on every object. */
const isPolluted = () => inherited.expirationTime !== undefined || inherited.ignoreExpiration !== undefined;

/** The options of `get` and similar, each read once. */
export function readingOptions(options) {
  const from = given(options);
  const { expirationTime, ignoreExpiration } = isPolluted() ? membersOf(from, READ) : from;
  return { expirationTime, ignoreExpiration, options: from };
}

/** The options of `getOrCreate*`, each read once: the expiration, and the others in `more`. Few calls have others, and warm hits should not pay for them. */
export function createOptions(options) {
  if (options === undefined) return PLAIN_CALL;
  const from = given(options);
  const { expirationTime, shouldCacheFn, forceRefresh, lockTimeout, creatorArgs, signal, timeout, staleIfError, staleWhileRevalidate, waitUntil, tags, retry } =
    from;
  const isAll =
    shouldCacheFn === undefined &&
    forceRefresh === undefined &&
    lockTimeout === undefined &&
    creatorArgs === undefined &&
    signal === undefined &&
    timeout === undefined &&
    staleIfError === undefined &&
    staleWhileRevalidate === undefined &&
    waitUntil === undefined &&
    retry === undefined;
  if (isAll && inherited.expirationTime === undefined && inherited.tags === undefined) return { expirationTime, tags, more: NO_OPTIONS, options: from };
  if (CREATE.some((name) => name in Object.prototype)) return cleanOptions(from);
  return {
    expirationTime,
    tags,
    more: { shouldCacheFn, forceRefresh, lockTimeout, creatorArgs, signal, timeout, staleIfError, staleWhileRevalidate, waitUntil, retry },
    options: from,
  };
}

/** The same if Object.prototype has one of the names. */
function cleanOptions(options) {
  const { expirationTime, tags, ...more } = membersOf(options, CREATE);
  return { expirationTime, tags, more, options };
}

/** Whether a fresh record is sufficient for the call. */
export const isSimple = ({ expirationTime, more }) => more === NO_OPTIONS && isNumberOrAbsent(expirationTime);

/** Whether an expiration needs no conversion. */
export const isNumberOrAbsent = (value) => (typeof value === "number" ? value === value : value === undefined || value === null);

/** The call may share its promise with others. */
export const SHAREABLE = 2;
export const FORCE_REFRESH = 1;
/** Its load must outlive its request. */
export const OUTLIVES = 4;
/** `staleWhileRevalidate` of the call: `true` and `false`. */
export const REVALIDATES = 8;
const WAITS = 16;
const PLAIN_REQUEST = Object.freeze({
  isMulti: false,
  shouldCacheFn: undefined,
  creatorArgs: undefined,
  signal: undefined,
  waitUntil: undefined,
  expiration: NaN,
  lockTimeout: NaN,
  timeout: NaN,
  staleIfError: NaN,
  tags: NO_TAGS,
  retry: undefined,
  flags: SHAREABLE,
  /** The creation time of the fresh record that the call renews; NaN if none was drawn. */
  renews: NaN,
});

/** The checked request of `getOrCreate*`. Durations are seconds; NaN means not given. */
export function createRequest(creator, call, isMulti) {
  requireFunction(creator, "creator");
  const { expirationTime, more } = call;
  if (call === PLAIN_CALL && !isMulti) return PLAIN_REQUEST;
  requireKnownCall(call);
  const expiration = seconds(expirationTime, "expirationTime");
  const tags = call.tags ?? NO_TAGS;
  if (more === NO_OPTIONS) return { ...PLAIN_REQUEST, isMulti, expiration, tags, flags: isMulti ? 0 : SHAREABLE };
  const { forceRefresh, lockTimeout, timeout, staleIfError } = more;
  const revalidates = more.staleWhileRevalidate ?? undefined;
  if (revalidates !== undefined && typeof revalidates !== "boolean") throw refused("staleWhileRevalidate", "true or false", revalidates);
  const [shouldCacheFn, creatorArgs, signal, waitUntil] = [more.shouldCacheFn, more.creatorArgs, more.signal, more.waitUntil].map(
    (value) => value ?? undefined,
  );
  if (shouldCacheFn !== undefined) requireFunction(shouldCacheFn, "shouldCacheFn");
  if (waitUntil !== undefined) requireFunction(waitUntil, "waitUntil");
  if (creatorArgs !== undefined && !Array.isArray(creatorArgs)) throw refused("creatorArgs", "an array", creatorArgs);
  if (signal !== undefined) requireSignal(signal);
  return {
    isMulti,
    shouldCacheFn,
    creatorArgs: isMulti ? undefined : creatorArgs,
    signal,
    waitUntil,
    expiration,
    lockTimeout: patience(lockTimeout),
    timeout: seconds(timeout, "timeout"),
    staleIfError: seconds(staleIfError, "staleIfError"),
    tags,
    retry: retryOf(more.retry),
    flags: (forceRefresh ? FORCE_REFRESH : 0) | (revalidates === undefined ? 0 : revalidates ? REVALIDATES : WAITS),
  };
}

/** Checks a signal. Frames and test environments have their own AbortSignal. */
function requireSignal(signal) {
  const isOne = typeof member(signal, "aborted") === "boolean" && hasMethod(signal, "addEventListener") && hasMethod(signal, "removeEventListener");
  if (!isOne) throw refused("signal", "an AbortSignal", signal);
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
  const pairs = [...values];
  const other = pairs.findIndex((pair) => !Array.isArray(pair));
  if (other < 0) return pairs;
  pairs.flat().forEach(ignoreRejection);
  throw refusedAs("each of values", "a pair of a key and a value", describePart(pairs[other]));
}
