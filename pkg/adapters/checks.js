// TypeErrors instead of the package's own errors: this entry imports nothing, so that using it does not load the WebAssembly.

/** Requires an object with these methods. The message names a type and methods, never the content of an object. */
export function requireMethods(value, names, who, what) {
  const missing = names.filter((name) => typeof value?.[name] !== "function");
  if (missing.length === 0) return;
  const given = value === null ? "null" : typeof value;
  throw new TypeError(`${who} takes ${what}, with ${names.join(", ")} (given: ${given}; missing: ${missing.join(", ")})`);
}
