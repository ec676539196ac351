import { describe, refused } from "../errors.js";

/** `namespace|arg1 arg2`; a trailing `undefined` is as good as none. */
export const functionKeyGenerator = (namespace, _fn, toStr) => {
  const text = texts(namespace, toStr);
  return (...args) => `${namespace}|${args.slice(0, 1 + args.findLastIndex((argument) => argument !== undefined)).map(text).join(" ")}`;
};

/** `namespace|arg`, one per argument. */
export const functionMultiKeyGenerator = (namespace, _fn, toStr) => {
  const text = texts(namespace, toStr);
  return (...args) => args.map((argument) => `${namespace}|${text(argument)}`);
};

/** `toStr`, held to its word. */
function texts(namespace, toStr) {
  if (typeof namespace !== "string") throw refused("namespace", "a string", namespace);
  return (argument) => {
    const text = toStr(argument);
    if (typeof text !== "string") throw refused("what toStr returns", "a string", text);
    return text;
  };
}

/** JSON with the names in order, and a word of its own for each value that JSON would lose; a TypeError for what has no such text. */
export function canonical(value, outer = []) {
  const type = typeof value;
  if (type === "string") return JSON.stringify(value);
  if (type === "bigint") return `${value}n`;
  if (type === "number" || type === "boolean" || value === undefined || value === null) return String(value);
  const inner = [...outer, value];
  const part = (within) => canonical(within, inner);
  const kind = type === "object" && !outer.includes(value) && kindOf(value);
  if (kind === "Array2") return `[${Array.from(value, part)}]`;
  if (kind === "Date2") return `Date(${Number(value)})`;
  if (kind === "Object1" || kind === "Object0") return `{${Reflect.ownKeys(value).sort().map((name) => `${part(name)}:${part(value[name])}`)}}`;
  throw new TypeError(`toStr cannot make a key from ${describe(value)}`);
}

/** What a value calls itself, and how many prototypes it has, as far as that matters: tells a plain object, array or date of any realm from an instance of a class. */
function kindOf(value) {
  let count = -1;
  for (let ancestor = value; ancestor !== null && count < 3; count += 1) ancestor = Object.getPrototypeOf(ancestor);
  return Object.prototype.toString.call(value).slice(8, -1) + count;
}
