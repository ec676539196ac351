/** The root of everything that dogpile itself reports. `code` and `name` never change; messages may. */
export class DogpileCacheError extends Error {}
export class RegionAlreadyConfigured extends DogpileCacheError {}
export class RegionNotConfigured extends DogpileCacheError {}
export class ValidationError extends DogpileCacheError {}
export class PluginNotFound extends DogpileCacheError {}
export class ReentrantError extends DogpileCacheError {}
export class TimeoutError extends DogpileCacheError {}
export class BackendError extends DogpileCacheError {}

// The names are written out, because a minifier renames classes.
const CODES = {
  REGION_ALREADY_CONFIGURED: [RegionAlreadyConfigured, "RegionAlreadyConfigured"],
  REGION_NOT_CONFIGURED: [RegionNotConfigured, "RegionNotConfigured"],
  VALIDATION: [ValidationError, "ValidationError"],
  PLUGIN_NOT_FOUND: [PluginNotFound, "PluginNotFound"],
  REENTRANT: [ReentrantError, "ReentrantError"],
  TIMEOUT: [TimeoutError, "TimeoutError"],
  BACKEND: [BackendError, "BackendError"],
};

for (const [code, [errorClass, name]] of Object.entries(CODES)) {
  Object.defineProperties(errorClass.prototype, { code: { value: code, enumerable: true }, name: { value: name } });
}

export function makeError(code, message, options) {
  const [ErrorClass] = CODES[code];
  return new ErrorClass(message, options);
}

/** What a message says of a value that was refused: short, and never throwing. */
export function describe(value) {
  if (typeof value === "string") return `${shorten(JSON.stringify(value))} (a string)`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object" || typeof value === "function") return describeObject(value);
  return `${shorten(String(value))} (a ${typeof value})`;
}

function describeObject(value) {
  try {
    if (typeof value === "function") return "a function";
    if (Array.isArray(value)) return "an array";
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    const text = JSON.stringify(value);
    return text === undefined || text === "{}" ? `an object (${name ?? "no class"})` : `${shorten(text)} (an object)`;
  } catch {
    return "an object";
  }
}

function shorten(text) {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}


/** For what is not what it should be: what was given, and what is allowed. */
export const refused = (what, allowed, given) => makeError("VALIDATION", `${what} must be ${allowed}, not ${describe(given)}`);

export function requireFunction(value, what) {
  if (typeof value !== "function") throw refused(what, "a function", value);
}

/** A key is any string, and nothing else. */
export function requireKey(key) {
  if (typeof key !== "string") throw refused("a key", "a string", key);
}
