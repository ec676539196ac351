import { describe, makeError } from "./wasm/platform.js";

export { describe, makeError };

/** For what is not what it should be: what was given, and what is allowed. */
export const refused = (what, allowed, given) => makeError("VALIDATION", `${what} must be ${allowed}, not ${describe(given)}`);

export function requireFunction(value, what) {
  if (typeof value !== "function") throw refused(what, "a function", value);
}

/** A key is any string, and nothing else. */
export function requireKey(key) {
  if (typeof key !== "string") throw refused("a key", "a string", key);
}
