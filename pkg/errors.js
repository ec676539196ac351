import { ignoreRejection, pending } from "./promises.js";

/** The root of everything that dogpile itself reports. `code` and `name` never change; messages may. */
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

// Messages go to logs, and what is given may hold passwords: they say what kind of thing it was, and never what is in an object. Nothing here
// runs code of the user's, save the traps of a Proxy.

/** The beginning of a text; of one with a URL, where passwords may stand, what comes before that. */
export function brief(text, longest = 40) {
  const start = text.slice(0, Math.min(longest, text.search(/:\/\/|$/) + 3));
  return start === text ? text : `${start}…`;
}

/** A text in quotation marks; anything else as `describe` has it. */
export const quote = (value, longest) => (typeof value === "string" ? JSON.stringify(brief(value, longest)) : describe(value));

export const quoteKey = (key) => quote(key, 80);

/** What a message says of a value that was refused: short, and never throwing. */
export function describe(value) {
  const type = typeof value;
  if (value === null || value === undefined) return String(value);
  if (type === "function") return "a function";
  if (type !== "object") return `${type === "string" ? quote(value) : brief(String(value))} (a ${type})`;
  try {
    return Array.isArray(value) ? "an array" : kindOf(Object.getPrototypeOf(value));
  } catch {
    return "an object"; // a Proxy that throws, or was revoked
  }
}

/** The same of a part of what was given, or of what a store holds: a text may be the content of an object. */
export const describePart = (value) => (typeof value === "string" ? `a string of ${value.length} characters` : describe(value));

/** What a warning says of what was thrown: of an error its class and its message. Those of some classes quote what they are about. */
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

function kindOf(prototype) {
  if (prototype === null) return "an object without a prototype";
  if (classOf(prototype) === "Object") return "a plain object";
  const name = firstText(prototype, classOf);
  if (!name || name === "Object") return "an object";
  return /^(Date|Map|Promise|Set)$/.test(name) ? `a ${name}` : `an object of class ${brief(name)}`;
}

/** The first text that is found in an object or its prototypes, of which a Proxy may have no end. */
function firstText(object, find) {
  for (let depth = 0; depth < 20 && object && object !== Object.prototype; depth += 1) {
    const text = find(object);
    if (text && typeof text === "string") return text;
    object = Object.getPrototypeOf(object);
  }
}

function classOf(prototype) {
  const constructor = dataOf(prototype, "constructor");
  if (typeof constructor === "function") return dataOf(constructor, "name");
}

/** A property that is there as a value: a getter is somebody's code. */
const dataOf = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;

/** What a DOMException says by the platform's own getters, which refuse anything else. */
function platformsOwn(error, what) {
  try {
    return Reflect.get(DOMException.prototype, what, error);
  } catch {
    return undefined;
  }
}

/** For what is not what it should be: what was given, and what is allowed. A promise that is refused is nobody's any more. */
export function refused(what, allowed, given) {
  ignoreRejection(given);
  return refusedAs(what, allowed, describe(given));
}

/** What a function of the user's gave that has to answer at once. */
export function atOnce(answer, name) {
  const promise = pending(answer);
  if (promise === undefined) return answer;
  ignoreRejection(promise);
  throw refused(`the result of ${name}`, "synchronous", answer);
}

/** The same where the message has words of its own for what was given. */
export const refusedAs = (what, allowed, given) => makeError("VALIDATION", `${what} must be ${allowed}, not ${given}`);

/**
 * Names that others have for what is ours under one of these.
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

/** The known name that means the same elsewhere, or begins with most of the same letters. */
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
