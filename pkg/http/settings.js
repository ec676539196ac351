import { createRegion, dogpileError, NullBackend } from "dogpile";

const DEFAULT_MAX_BYTES = 1_048_576;
const isFunction = (value) => typeof value === "function";
/** The checks of options, with what their messages allow. */
const OPTIONS = {
  key: [isFunction, "a function"],
  vary: [isListOfNames, 'an array of header names, without "*"'],
  tags: [isFunction, "a function"],
  expirationTime: undefined,
  staleIfError: undefined,
  maxBytes: [(value) => typeof value === "number" && value >= 0, "a number of bytes"],
};

/** The checked options, each read once. */
export function settingsOf(region, options) {
  if (!isFunction(region?.getOrCreateEntry)) throw refused("region", "a Region", region);
  if (typeof (options ?? {}) !== "object" || isFunction(options?.then)) throw refused("options", "an object", options);
  const unknown = Object.keys(options ?? {}).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) throw dogpileError("VALIDATION", `unknown option ${unknown.slice(0, 40)}; the known ones are ${Object.keys(OPTIONS).join(", ")}`);
  const settings = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, allowed(name, options)]));
  // A region knows what a duration is. Otherwise the first request would be told.
  createRegion({ backend: new NullBackend(), expirationTime: settings.expirationTime, staleIfError: settings.staleIfError });
  const vary = [...new Set((settings.vary ?? []).map((name) => name.toLowerCase()))];
  return { ...settings, region, vary, maxBytes: settings.maxBytes ?? DEFAULT_MAX_BYTES };
}

/** `null` means "not given", as elsewhere. */
function allowed(name, options) {
  const value = (options && Object.hasOwn(options, name) ? options[name] : undefined) ?? undefined;
  const [isAllowed, what] = OPTIONS[name] ?? [];
  if (value !== undefined && isAllowed?.(value) === false) throw refused(name, what, value);
  return value;
}

function isListOfNames(value) {
  return Array.isArray(value) && value.every((name) => typeof name === "string" && /^[\w!#$%&'+.^`|~-]+$/.test(name));
}

/** The error for an invalid value, which it names by its type: messages go to logs. */
export function refused(what, allowed, given) {
  const type = Array.isArray(given) ? "array" : typeof given;
  return dogpileError("VALIDATION", `${what} must be ${allowed}, not ${given === null || given === undefined ? given : `of type ${type}`}`);
}
