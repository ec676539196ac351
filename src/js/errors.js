/** The root of everything that dogpile itself reports. `code` and `name` never change; messages may. */
export class DogpileCacheError extends Error {
  constructor(code, message, options) {
    super(message, options);
    Object.defineProperty(this, "name", { value: NAMES[code], configurable: true });
    this.code = code;
  }
}
export class RegionAlreadyConfigured extends DogpileCacheError {}
export class RegionNotConfigured extends DogpileCacheError {}
export class ValidationError extends DogpileCacheError {}
export class PluginNotFound extends DogpileCacheError {}
export class ReentrantError extends DogpileCacheError {}
export class TimeoutError extends DogpileCacheError {}
export class BackendError extends DogpileCacheError {}

const CLASSES = {
  REGION_ALREADY_CONFIGURED: RegionAlreadyConfigured,
  REGION_NOT_CONFIGURED: RegionNotConfigured,
  VALIDATION: ValidationError,
  PLUGIN_NOT_FOUND: PluginNotFound,
  REENTRANT: ReentrantError,
  TIMEOUT: TimeoutError,
  BACKEND: BackendError,
};

// Written out, because a minifier renames classes.
const NAMES = {
  REGION_ALREADY_CONFIGURED: "RegionAlreadyConfigured",
  REGION_NOT_CONFIGURED: "RegionNotConfigured",
  VALIDATION: "ValidationError",
  PLUGIN_NOT_FOUND: "PluginNotFound",
  REENTRANT: "ReentrantError",
  TIMEOUT: "TimeoutError",
  BACKEND: "BackendError",
};

export function makeError(code, message, options) {
  return new CLASSES[code](code, message, options);
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
