// What messages say of a value. Without errors of our own, so that every entry of the package may import it.
//
// Messages go to logs, and arguments may contain passwords: messages name the type of an argument, never the content of an object. Nothing here
// runs user code, except the traps of a Proxy.

/** The beginning of a text, up to a URL, which may contain a password. */
export function brief(text, longest = 40) {
  const start = text.slice(0, Math.min(longest, text.search(/:\/\/|$/) + 3));
  return start === text ? text : `${start}…`;
}

/** A text in quotation marks; anything else as `describe` has it. */
export const quote = (value, longest) => (typeof value === "string" ? JSON.stringify(brief(value, longest)) : describe(value));

/** Describes a refused value in a message, briefly and without throwing. */
export function describe(value) {
  const type = typeof value;
  if (value === null || value === undefined) return String(value);
  if (type === "function") return "a function";
  if (type !== "object") return `${type === "string" ? quote(value) : brief(String(value))} (a ${type})`;
  try {
    return Array.isArray(value) ? "an array" : kindOf(Object.getPrototypeOf(value));
  } catch {
    return "an object"; // a Proxy that throws, or was revoked
  }
}

/** Describes a part of an argument or a stored value, without its text, which may be the content of an object. */
export const describePart = (value) => (typeof value === "string" ? `a string of ${value.length} characters` : describe(value));

function kindOf(prototype) {
  if (prototype === null) return "an object without a prototype";
  if (classOf(prototype) === "Object") return "a plain object";
  const name = firstText(prototype, classOf);
  if (!name || name === "Object") return "an object";
  return /^(Date|Map|Promise|Set)$/.test(name) ? `a ${name}` : `an object of class ${brief(name)}`;
}

/** The first text found in an object or its prototypes. A Proxy may have an endless chain of them. */
export function firstText(object, find) {
  for (let depth = 0; depth < 20 && object && object !== Object.prototype; depth += 1) {
    const text = find(object);
    if (text && typeof text === "string") return text;
    object = Object.getPrototypeOf(object);
  }
}

export function classOf(prototype) {
  const constructor = dataOf(prototype, "constructor");
  if (typeof constructor === "function") return dataOf(constructor, "name");
}

/** A property's value, unless it has a getter, which is user code. */
export const dataOf = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;
