// The seconds of a duration. Without wasm and errors of our own, so that every entry of the package may import it.
import { member } from "./objects.js";

export const ALLOWED = 'seconds as a number, a text such as "250ms", "30s", "1h30m", or an object of days, hours, minutes, seconds, milliseconds';
const SECONDS = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1, milliseconds: 0.001 };
// Units of Temporal.Duration whose length depends on the date.
const CALENDAR = ["years", "months", "weeks"];
/** Numbers with units, larger units first, each at most once, in the order of SECONDS. */
const TEXT = new RegExp(`^(?=\\d)${["d", "h", "m", "s", "ms"].map((unit) => `(?:(\\d+(?:\\.\\d+)?)${unit})?`).join("")}$`);

/** The seconds in "1h30m"; `undefined` if it is not a duration. */
function sumOfUnits(text) {
  const numbers = TEXT.exec(text)?.slice(1);
  if (numbers === undefined) return NaN;
  const sum = Object.values(SECONDS).reduce((sum, length, index) => sum + Number(numbers[index] ?? 0) * length, 0);
  return Number.isFinite(sum) ? sum : NaN;
}

/** The seconds in `{ hours: 1, minutes: 30 }` or a Temporal.Duration; `undefined` if it is not a duration. */
function sumOfParts(value) {
  try {
    if (Object.keys(value).some((name) => !Object.hasOwn(SECONDS, name)) || CALENDAR.some((name) => member(value, name))) return NaN;
    const parts = Object.entries(SECONDS)
      .map(([name, length]) => [member(value, name), length])
      .filter(([count]) => count !== undefined);
    if (parts.length === 0 || parts.some(([count]) => typeof count !== "number")) return NaN;
    return parts.reduce((sum, [count, length]) => sum + count * length, 0);
  } catch {
    return NaN;
  }
}

/** A number, a text or an object as seconds, of which -1 means never; NaN if it is no duration. */
export function numberOf(value) {
  if (typeof value === "number") return value;
  return typeof value === "string" ? sumOfUnits(value) : sumOfParts(value);
}
