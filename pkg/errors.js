import { brief, classOf, dataOf, describe, firstText, quote } from "./describe.js";
import { ignoreRejection, pending } from "./promises.js";

export { brief, describe, describePart, quote } from "./describe.js";

/** The base class of all errors of dogpile itself. `code` and `name` are stable; messages may change. */
export class DogpileCacheError extends Error {}
export class RegionAlreadyConfigured extends DogpileCacheError {}
export class RegionNotConfigured extends DogpileCacheError {}
export class ValidationError extends DogpileCacheError {}
export class PluginNotFound extends DogpileCacheError {}
export class ReentrantError extends DogpileCacheError {}
export class TimeoutError extends DogpileCacheError {}
export class BackendError extends DogpileCacheError {}
export class PoisonedError extends DogpileCacheError {}
export class UnsupportedError extends DogpileCacheError {}

/**
 * The names are written out, because a minifier renames classes.
 *
 * @type {Record<string, [typeof DogpileCacheError, string]>}
 */
const CODES = {
  REGION_ALREADY_CONFIGURED: [RegionAlreadyConfigured, "RegionAlreadyConfigured"],
  REGION_NOT_CONFIGURED: [RegionNotConfigured, "RegionNotConfigured"],
  VALIDATION: [ValidationError, "ValidationError"],
  PLUGIN_NOT_FOUND: [PluginNotFound, "PluginNotFound"],
  REENTRANT: [ReentrantError, "ReentrantError"],
  TIMEOUT: [TimeoutError, "TimeoutError"],
  BACKEND: [BackendError, "BackendError"],
  POISONED: [PoisonedError, "PoisonedError"],
  UNSUPPORTED: [UnsupportedError, "UnsupportedError"],
};

for (const [code, [errorClass, name]] of Object.entries(CODES)) {
  Object.defineProperties(errorClass.prototype, { code: { value: code, enumerable: true }, name: { value: name } });
}

export function makeError(code, message, options) {
  if (!Object.hasOwn(CODES, code)) throw refused("code", `one of ${Object.keys(CODES).join(", ")}`, code);
  const [ErrorClass] = CODES[code];
  return new ErrorClass(message, options);
}

export const quoteKey = (key) => quote(key, 80);

/** Describes an error in a warning: its class and message. The messages of some classes are left out, because they quote data. */
export function describeError(error) {
  try {
    if (firstText(error, (each) => classOf(each) === "Error" && "Error")) {
      const name = brief(platformsOwn(error, "name") || firstText(Object.getPrototypeOf(error), (each) => dataOf(each, "name") || classOf(each)));
      const message = platformsOwn(error, "message") || firstText(error, (each) => dataOf(each, "message"));
      return message && !/^(DataClone|Syntax)/.test(name) ? `${name}: ${brief(message, 200)}` : name;
    }
  } catch {} // as below
  return describe(error);
}

/** A property of a DOMException, by the platform's getters, which throw for any other object. */
function platformsOwn(error, what) {
  try {
    return Reflect.get(DOMException.prototype, what, error);
  } catch {
    return undefined;
  }
}

/** The error for an invalid value: what is allowed and what was given. The rejection of a refused promise is ignored. */
export function refused(what, allowed, given) {
  ignoreRejection(given);
  return refusedAs(what, allowed, describe(given));
}

/** The result of a user's function, which must be synchronous. */
export function atOnce(answer, name) {
  const promise = pending(answer);
  if (promise === undefined) return answer;
  ignoreRejection(promise);
  throw refused(`the result of ${name}`, "synchronous", answer);
}

/** Like `refused`, with a description of the given value. */
export const refusedAs = (what, allowed, given) => makeError("VALIDATION", `${what} must be ${allowed}, not ${given}`);

/**
 * Names of options in other libraries, and ours.
 *
 * @type {[RegExp, string[]][]}
 */
const FOREIGN = [
  [/^(ttl|timetolive|maxage|lifetime|revalidate)/, ["expirationTime", "expiresIn", "expirationTtl", "maxAge"]],
  [/^(swr|background|stalewhile)/, ["staleWhileRevalidate"]],
  [/^(max|size|limit)/, ["maxEntries"]],
];

export function unknownOption(name, known) {
  const meant = probablyMeant(simplified(name), known);
  const hint = meant === undefined ? "" : `. Did you mean ${meant}?`;
  return makeError("VALIDATION", `unknown option ${brief(name)}; the known ones are ${known.join(", ")}${hint}`);
}

/** The known name with the same meaning in other libraries, or with the longest common beginning. */
function probablyMeant(name, known) {
  const [, names] = FOREIGN.find(([pattern]) => pattern.test(name)) ?? [];
  if (names !== undefined) return names.find((each) => known.includes(each));
  const [best] = [...known].sort((one, other) => sharedStart(other, name) - sharedStart(one, name));
  return sharedStart(best ?? "", name) >= 3 ? best : undefined;
}

function sharedStart(known, name) {
  const differs = [...simplified(known)].findIndex((letter, index) => letter !== name[index]);
  return differs < 0 ? known.length : differs;
}

const simplified = (name) => name.toLowerCase().replace(/_/g, "");

export const backendError = (what, cause) => makeError("BACKEND", `The backend failed to ${what}; see its cause.`, { cause });

export function requireFunction(value, what) {
  if (typeof value !== "function") throw refused(what, "a function", value);
}

/** A key is any string, and nothing else. */
export function requireKey(key) {
  if (typeof key !== "string") throw refused("a key", "a string", key);
}

export function requireKeys(keys) {
  if (keys.every(isText)) return;
  keys.forEach(ignoreRejection);
  keys.forEach(requireKey);
}

const isText = (value) => typeof value === "string";
