const SECONDS = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1, milliseconds: 0.001 };
// Temporal.Duration has them; how long they are depends on the date.
const CALENDAR = ["years", "months", "weeks"];

/** The seconds in `{ hours: 1, minutes: 30 }` or a Temporal.Duration; `undefined` for anything else. */
export function sumOfParts(value) {
  try {
    if (Object.keys(value).some((name) => !(name in SECONDS)) || CALENDAR.some((name) => value[name])) return undefined;
    const parts = Object.keys(SECONDS).filter((name) => value[name] !== undefined);
    if (parts.length === 0 || parts.some((name) => typeof value[name] !== "number")) return undefined;
    return parts.reduce((sum, name) => sum + value[name] * SECONDS[name], 0);
  } catch {
    return undefined;
  }
}
