import { dogpileError } from "dogpile";

/** The error for an invalid argument of an entry that has its errors from the package by its name. */
export const refused = (what, allowed, value) =>
  dogpileError("VALIDATION", `${what} must be ${allowed}, not ${value === null ? "null" : `a value of type ${typeof value}`}`);
