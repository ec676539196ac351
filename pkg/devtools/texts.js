// How the panel and `inspect` write values, ages and times.

const ITEMS = 50;
const DEPTH = 6;
const LONGEST_TEXT = 2_000;

/** A value as one line of at most so many characters. */
export const preview = (value, longest) => clipped(textOf(value), longest);

/** A value over several lines, without what is very long or deep. */
export const pretty = (value) => clipped(textOf(value, 2), 20_000);

function textOf(value, indent) {
  try {
    return JSON.stringify(plain(value, 0, []), undefined, indent) ?? "undefined";
  } catch {
    return "a value that cannot be shown";
  }
}

const clipped = (text, longest) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** What JSON can write of a value. JSON itself would leave out or refuse some of it, and never end where a Proxy says so. */
function plain(value, depth, outer) {
  if (typeof value === "string") return clipped(value, LONGEST_TEXT);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "undefined") return "undefined";
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (value === null || typeof value === "boolean") return value;
  if (outer.includes(value)) return "[circular]";
  if (depth === DEPTH) return "[…]";
  return plainObject(value, (inner) => plain(inner, depth + 1, [...outer, value]));
}

function plainObject(value, inner) {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  if (value instanceof ArrayBuffer) return `[ArrayBuffer of ${value.byteLength} bytes]`;
  if (value instanceof Map) return { Map: some([...value], inner) };
  if (value instanceof Set) return { Set: some([...value], inner) };
  if (Array.isArray(value)) return some(value, inner);
  const entries = Object.entries(value);
  const shown = entries.slice(0, ITEMS).map(([name, each]) => [name, inner(each)]);
  if (entries.length > ITEMS) shown.push(["…", `${entries.length - ITEMS} more`]);
  return Object.fromEntries(shown);
}

function some(values, inner) {
  const shown = values.slice(0, ITEMS).map(inner);
  return values.length > ITEMS ? [...shown, `… ${values.length - ITEMS} more`] : shown;
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

export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** What is left of a value's time. */
export function leftOf(seconds) {
  if (Number.isNaN(seconds)) return "–";
  if (seconds === Infinity) return "never";
  return seconds > 0 ? `in ${length(seconds)}` : `${length(-seconds)} ago`;
}

/** `12 values: 10 fresh, 2 stale`. */
export function summaryOf(rows, isCut) {
  if (rows.length === 0) return "nothing is stored";
  const counts = new Map();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  return `${isCut ? "the first " : ""}${counted(rows.length, "value")}: ${parts.join(", ")}`;
}
