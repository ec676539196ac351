import { createRegion, dogpileError, NullBackend } from "dogpile";
import { brief, describe } from "../describe.js";
import { hasMethod, isObject, member } from "../objects.js";

const DEFAULT_MAX_BYTES = 1_048_576;
const isFunction = (value) => typeof value === "function";
const isName = (value) => typeof value === "string" && value !== "*" && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
/** The checks of options, with what their messages allow. A region checks the durations. */
const OPTIONS = {
  key: [isFunction, "a function"],
  vary: [(value) => Array.isArray(value) && value.every(isName), 'an array of header names, without "*"'],
  tags: [isFunction, "a function"],
  expirationTime: [() => true],
  staleIfError: [() => true],
  maxBytes: [(value) => typeof value === "number" && value >= 0, "a number of bytes"],
};
const NAMES = Object.keys(OPTIONS);

/** The checked options, each read once. `null` means "not given", as elsewhere. */
export function settingsOf(region, options) {
  requireThat(hasMethod(region, "getOrCreateEntry"), "region", "a Region", region);
  const given = options ?? {};
  requireThat(isObject(given) && !hasMethod(given, "then"), "options", "an object", given);
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw dogpileError("VALIDATION", `unknown option ${brief(unknown)}; the known ones are ${NAMES.join(", ")}`);
  const settings = Object.fromEntries(NAMES.map((name) => [name, checked(name, member(given, name) ?? undefined)]));
  const { expirationTime, staleIfError, vary = [], maxBytes = DEFAULT_MAX_BYTES } = settings;
  createRegion({ backend: new NullBackend(), expirationTime, staleIfError }); // or its error, which the first request would get otherwise
  return { ...settings, region, maxBytes, vary: vary.map((name) => name.toLowerCase()) };
}

function checked(name, value) {
  const [isAllowed, allowed] = OPTIONS[name];
  requireThat(value === undefined || isAllowed(value), name, allowed, value);
  return value;
}

export function requireThat(isAllowed, what, allowed, given) {
  if (!isAllowed) throw dogpileError("VALIDATION", `${what} must be ${allowed}, not ${describe(given)}`);
}
