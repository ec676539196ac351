import { dogpileError } from "dogpile";
import { ALLOWED, numberOf } from "../length.js";
import { refused } from "../refused.js";

/** @type {any} */
const NO_OPTIONS = Object.freeze({});
const SWITCHES = ["refetchOnFocus", "refetchOnReconnect", "enabled"];
/** What is passed on to the region. */
const OF_CALL = ["expirationTime", "staleIfError", "shouldCacheFn", "tags", "retry"];
const KNOWN = new Set(["initial", "refetchInterval", ...OF_CALL, ...SWITCHES]);

/** The options of a hook. They are read in every render, so that this has to be quick. */
export function checked(creator, options = NO_OPTIONS, hasEnabled = false) {
  if (typeof creator !== "function") throw refused("creator", "a function", creator);
  if (options === NO_OPTIONS) return NO_OPTIONS;
  if (typeof options !== "object" || options === null) throw refused("options", "an object", options);
  for (const name in options) {
    if (!KNOWN.has(name) || (name === "enabled" && !hasEnabled))
      throw dogpileError("VALIDATION", `There is no option ${name} here, but: ${[...KNOWN].join(", ")}`);
  }
  for (const name of SWITCHES) {
    const value = options[name];
    if (value !== undefined && typeof value !== "boolean") throw refused(name, "true or false", value);
  }
  const { refetchInterval } = options;
  return refetchInterval === undefined ? options : { ...options, refetchInterval: interval(refetchInterval) };
}

/** Seconds; `undefined` where it means never. */
function interval(value) {
  const seconds = numberOf(value);
  if (seconds === -1 || seconds === Infinity) return undefined;
  if (seconds > 0) return seconds;
  throw refused("refetchInterval", `greater than 0: ${ALLOWED}`, value);
}

/** Those of the region's own call. */
export const callOptions = (options) => Object.fromEntries(OF_CALL.map((name) => [name, options[name]]));
