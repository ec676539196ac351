const LONGEST = 200;

/** Fails with what the backend did and what it should have done. */
export function expectSame(actual, expected, what) {
  if (!isSame(actual, expected)) fail(`${what} gave ${show(actual)}`, show(expected));
}

export function expectMiss(actual, what) {
  if (actual !== undefined && actual !== null) fail(`${what} gave ${show(actual)}`, "undefined or null");
}

export function fail(happened, expected) {
  throw new Error(`${happened}; expected: ${expected}`);
}

/** The promise's value, unless it takes longer than any test should. */
export async function inTime(promise, what, seconds = 5) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Of what JSON can hold. A member that is `undefined` is another than none. */
function isSame(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}

function show(value) {
  const text = typeof value === "function" ? `the function ${value.name}` : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
