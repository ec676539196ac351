/** The part of its own records that is deleted when the quota is exceeded, or nearly so. */
export const PART = 1 / 4;
/** How many parts of values are inspected. */
const MOST = 100_000;

/** Whether that part is as large as the records of these entries. Browsers do not report the quota. */
export async function isWorthRoom(entries) {
  const { usage = Infinity } = (await globalThis.navigator?.storage?.estimate?.().catch(() => {})) ?? {};
  return sizeOf(entries) <= usage * PART;
}

/** A lower bound of the bytes of values. */
function sizeOf(values) {
  const open = [values];
  const seen = new Set();
  let size = 0;
  while (open.length > 0 && seen.size < MOST) {
    const value = open.pop();
    if (typeof value === "string") size += value.length;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (typeof value.byteLength === "number") size += value.byteLength;
    else if (typeof value.arrayBuffer === "function")
      size += value.size; // a Blob
    else for (const part of partsOf(value)) open.push(part);
  }
  return size;
}

/** A getter of the value may throw, even if it did not when the value was copied. */
function partsOf(value) {
  try {
    return value instanceof Map || value instanceof Set ? [...value] : Object.values(value); // an iterator of a user's class may be endless
  } catch {
    return [];
  }
}
