import { patience, seconds } from "../duration.js";
import { refused, refusedAs } from "../errors.js";
import { hasMethod, isObject, readOptions } from "../members.js";
import { retryOf } from "./retry-option.js";

const isFunction = (value) => typeof value === "function";
const aFunction = [isFunction, "a function"];
const aBoolean = [(value) => typeof value === "boolean", "true or false"];

export const OF_REGION = [
  "name",
  "keyMangler",
  "functionKeyGenerator",
  "functionMultiKeyGenerator",
  "clock",
  "observer",
  "serializer",
  "asyncCreationRunner",
  "staleWhileRevalidate",
  "waitUntil",
  "random",
];
export const OF_CONFIGURE = [
  "backend",
  "arguments",
  "expirationTime",
  "wrap",
  "replaceExistingBackend",
  "regionInvalidator",
  "tagInvalidator",
  "lockTimeout",
  "backendErrors",
  "staleIfError",
  "earlyRefresh",
  "jitter",
  "retry",
];
/** The checks of options, with their messages; other options are checked where they are used. */
const CHECKS = {
  __proto__: null,
  name: [(value) => typeof value === "string", "a string"],
  keyMangler: [(value) => isFunction(value) || value === false, "a function, or false"],
  functionKeyGenerator: aFunction,
  functionMultiKeyGenerator: aFunction,
  clock: aFunction,
  observer: [(value) => typeof value === "object", "an object"],
  asyncCreationRunner: aFunction,
  waitUntil: aFunction,
  random: aFunction,
  staleWhileRevalidate: aBoolean,
  replaceExistingBackend: aBoolean,
  earlyRefresh: [(value) => typeof value === "boolean" || isObject(value), "true, false or { beta }"],
  jitter: [(value) => value >= 0 && value <= 0.5 && typeof value === "number", "a number from 0 to 0.5"],
  backendErrors: [(value) => value === "degrade" || value === "throw", '"degrade" or "throw"'],
};
const DEFAULT_LOCK_TIMEOUT = 30;

/** Checks what `new Region` takes. */
export function checkRegion(options) {
  requireAllowed(options, OF_REGION);
  if (!options.staleWhileRevalidate || (options.asyncCreationRunner ?? undefined) === undefined) return;
  throw refusedAs("asyncCreationRunner", "absent if staleWhileRevalidate is true", "given as well: one of them is enough");
}

/** Checks the options of `configure`, except the backend. Durations become seconds; NaN means not given. */
export function checkConfiguration(options) {
  requireAllowed(options, OF_CONFIGURE);
  const { expirationTime, lockTimeout, backendErrors, replaceExistingBackend, staleIfError, earlyRefresh, jitter, retry } = options;
  const given = patience(lockTimeout);
  return {
    expiration: seconds(expirationTime, "expirationTime"),
    staleIfError: seconds(staleIfError, "staleIfError"),
    lockTimeout: Number.isNaN(given) ? DEFAULT_LOCK_TIMEOUT : given,
    throws: backendErrors === "throw",
    replaces: Boolean(replaceExistingBackend),
    beta: betaOf(earlyRefresh),
    jitter: jitter ?? 0,
    retry: retryOf(retry),
  };
}

/** 0 without early refresh. */
function betaOf(earlyRefresh) {
  if (!isObject(earlyRefresh)) return earlyRefresh ? 1 : 0;
  const beta = readOptions(earlyRefresh, ["beta"]).beta ?? 1;
  if (Number.isFinite(beta) && beta > 0) return beta;
  throw refused("beta of earlyRefresh", "a finite number above 0", beta);
}

export function checkObserver(observer) {
  if (typeof observer !== "object" || observer === null) throw refused("observer", "an object", observer);
}

/** What the machine is told of a region, in the bits of src/js/region.rs. */
export function flagsOf({ setup, invalidations, tags, asyncCreationRunner, reporter }) {
  const flags = [
    setup.coalesces,
    hasMethod(setup.backend, "getMutex"),
    asyncCreationRunner !== undefined,
    !invalidations.areOwn,
    invalidations.areTold || tags?.refreshes,
    reporter.isObserved,
    setup.throws,
    tags !== undefined,
  ];
  return flags.reduce((bits, flag, index) => bits | (flag ? 1 << index : 0), 0);
}

/** `null` and `undefined` always mean "not given". */
function requireAllowed(options, names) {
  for (const name of names) {
    const value = options[name] ?? undefined;
    const [isAllowed, allowed] = CHECKS[name] ?? [];
    if (value !== undefined && isAllowed?.(value) === false) throw refused(name, allowed, value);
  }
}
