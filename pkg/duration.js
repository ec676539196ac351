import { refused } from "./errors.js";
import { ALLOWED, numberOf } from "./length.js";
import { lengthOfTime } from "./wasm/dogpile.js";

/** A duration in seconds; Infinity means never, NaN not given. */
export function seconds(value, what) {
  if (value === undefined || value === null) return NaN;
  const length = lengthOfTime(numberOf(value));
  if (Number.isNaN(length)) throw refused(what, ALLOWED, value);
  return length;
}

/** A lock timeout in seconds; NaN means not given. */
export function patience(value) {
  const length = seconds(value, "lockTimeout");
  if (length <= 0) throw refused("lockTimeout", "greater than 0", value);
  return length;
}
