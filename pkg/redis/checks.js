import { dogpileError } from "dogpile";
import { brief, describePart } from "../describe.js";
import { ALLOWED, numberOf } from "../length.js";
import { isObject, member } from "../objects.js";

export const refused = (what, allowed, given) => dogpileError("VALIDATION", `${what} must be ${allowed}, not ${describePart(given)}`);

/** Every known option, read once; `null` means not given. */
export function readOptions(options, known) {
  const from = options ?? {};
  if (!isObject(from)) throw refused("options", "an object", from);
  const unknown = Object.keys(from).find((name) => !known.includes(name));
  if (unknown !== undefined) throw dogpileError("VALIDATION", `unknown option ${brief(unknown)}; the known ones are ${known.join(", ")}`);
  return Object.fromEntries(known.map((name) => [name, member(from, name) ?? undefined]));
}

export function requireText(text, what) {
  if (typeof text !== "string") throw refused(what, "a string", text);
  if (!text.isWellFormed()) throw refused(what, "text without lone surrogates", text);
  return text;
}

export function requireBoolean(value, what) {
  if (typeof value !== "boolean") throw refused(what, "true or false", value);
  return value;
}

/** A duration above 0 as whole milliseconds, as Redis counts them; Infinity if it never ends. */
export function milliseconds(duration, what) {
  const seconds = numberOf(duration);
  if (Number.isNaN(seconds)) throw refused(what, ALLOWED, duration);
  if (seconds === -1) return Infinity;
  if (seconds <= 0) throw refused(what, "greater than 0", duration);
  return Math.ceil(seconds * 1000);
}
