// How the panel and `inspect` write values, ages and times.

const ITEMS = 50;
const DEPTH = 6;
const LONGEST_TEXT = 2_000;

/** A value as one line of at most so many characters. */
export const preview = (value, longest) => clipped(textOf(value, 60), longest);

/** A value over several lines, without what is very long or deep. */
export const pretty = (value) => clipped(textOf(value, 2_000, 2), 20_000);

/** Any text of what was thrown, which may be anything. */
export function messageOf(error) {
  try {
    return String(error?.message ?? error);
  } catch {
    return "an error without a text";
  }
}

/** `most`: how many parts of the value are looked at in all. */
function textOf(value, most, indent) {
  try {
    return JSON.stringify(new Plain(most).of(value, []), undefined, indent);
  } catch {
    return "a value that cannot be shown";
  }
}

const clipped = (text, longest) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** What JSON can write of a value. JSON itself would leave out or refuse some of it, and never end where a value is shared many times. */
class Plain {
  #left;

  constructor(most) {
    this.#left = most;
  }

  of(value, outer) {
    this.#left -= 1;
    if (typeof value === "string") return clipped(value, LONGEST_TEXT);
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "undefined") return "undefined";
    if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
    if (value === null || typeof value === "boolean") return value;
    if (outer.includes(value)) return "[circular]";
    if (outer.length === DEPTH) return "[…]";
    return this.#ofObject(value, [...outer, value]);
  }

  #ofObject(value, outer) {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
    if (value instanceof ArrayBuffer) return `[ArrayBuffer of ${value.byteLength} bytes]`;
    if (value instanceof Map) return { Map: this.#some(value, value.size, outer) };
    if (value instanceof Set) return { Set: this.#some(value, value.size, outer) };
    if (Array.isArray(value)) return this.#some(value, value.length, outer);
    return this.#members(value, Object.keys(value), outer);
  }

  #some(values, count, outer) {
    const shown = [];
    for (const value of values) {
      if (shown.length === ITEMS || this.#left <= 0) break;
      shown.push(this.of(value, outer));
    }
    return shown.length < count ? [...shown, `… ${count - shown.length} more`] : shown;
  }

  #members(value, names, outer) {
    const shown = [];
    for (const name of names) {
      if (shown.length === ITEMS || this.#left <= 0) break;
      shown.push([name, this.of(value[name], outer)]);
    }
    if (shown.length < names.length) shown.push(["…", `${names.length - shown.length} more`]);
    return Object.fromEntries(shown);
  }
}

/** Seconds as a length of time. */
export function length(seconds) {
  if (!Number.isFinite(seconds)) return seconds === Infinity ? "never" : "–";
  if (seconds < 0.0005) return "0 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

export const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** What is left of a value's time. */
export function leftOf(seconds) {
  if (Number.isNaN(seconds)) return "–";
  if (seconds === Infinity) return "never";
  return seconds > 0 ? `in ${length(seconds)}` : `${length(-seconds)} ago`;
}

/** `12 values: 10 fresh, 2 stale`. */
export function summaryOf({ rows, isCut, canList }) {
  if (rows.length === 0) return canList ? "nothing is stored" : "the backend cannot list its keys";
  const counts = new Map();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  return `${isCut ? "the first " : ""}${counted(rows.length, "value")}: ${parts.join(", ")}`;
}
