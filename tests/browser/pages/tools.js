// What the tests use in pages and workers.

export function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

export async function keysOf(backend) {
  const keys = [];
  for await (const [key] of backend.entries()) keys.push(key);
  return keys;
}

/** Calls `write` so many hours from now, as far as it knows. */
export function atTime(hours, write) {
  const { now } = Date;
  Date.now = () => now() + hours * 3_600_000;
  const written = write();
  Date.now = now;
  return written;
}

/** What the condition gives once it is truthy. */
export async function eventually(condition) {
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function cloneable() {
  const circle = { list: [1] };
  circle.list.push(circle);
  return {
    undefined: undefined,
    null: null,
    false: false,
    zero: 0,
    "minus zero": -0,
    NaN: NaN,
    empty: "",
    "lone surrogate": "a\ud800b",
    bigint: 2n ** 80n,
    date: new Date(0),
    map: new Map([[{ key: 1 }, new Set([1n, "two"])]]),
    set: new Set([undefined, NaN]),
    bytes: new Uint8Array([1, 2, 255]),
    floats: new Float64Array([NaN, -0, 1.5]),
    buffer: new Uint8Array([3, 4]).buffer,
    regexp: /a+/gi,
    error: new RangeError("of the range"),
    nested: { list: [undefined, { deep: null }], "": 1 },
    circle,
    "array with a hole": [1, , 3],
    "boxed number": Object(1),
  };
}

/** By what the message has to say of them. */
export function uncloneable() {
  return {
    function: () => 1,
    symbol: Symbol("s"),
    promise: [Promise.resolve()],
    WeakMap: new WeakMap(),
    proxy: [new Proxy({}, {})],
    Response: new Response("body"),
    node: { element: globalThis.document?.body ?? (() => 1) },
    "inner function": { method() {} },
  };
}

/** Whether two values are one to structured clone. */
export function isSame(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  const [left, right] = [a, b].map(partsOf);
  return left.length === right.length && left.every((part, index) => isSame(part, right[index], seen));
}

function partsOf(value) {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [String(value)];
  if (value instanceof Error) return [value.name, value.message];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (value instanceof Number) return [value.valueOf()];
  return [...Object.keys(value), ...Object.values(value), value.length];
}
