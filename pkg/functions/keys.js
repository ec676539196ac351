import { describe, refused } from "../errors.js";

/** `namespace|arg1 arg2`; a trailing `undefined` is as good as none. */
export const functionKeyGenerator = (namespace, _fn, toStr) => {
  const text = texts(namespace, toStr);
  return (...args) =>
    `${namespace}|${args
      .slice(0, 1 + args.findLastIndex((argument) => argument !== undefined))
      .map(text)
      .join(" ")}`;
};

/** `namespace|arg`, one per argument. */
export const functionMultiKeyGenerator = (namespace, _fn, toStr) => {
  const text = texts(namespace, toStr);
  return (...args) => args.map((argument) => `${namespace}|${text(argument)}`);
};

/** `toStr`, with a check of its result. */
function texts(namespace, toStr) {
  if (typeof namespace !== "string") throw refused("namespace", "a string", namespace);
  return (argument) => {
    const text = toStr(argument);
    if (typeof text !== "string") throw refused("the result of toStr", "a string", text);
    return text;
  };
}

/** The longest key: stores accept no longer ones, and the text of objects with shared members may be exponentially long. */
const LONGEST = 2 ** 20;
const DEEPEST = 500;

/** JSON with sorted names, and a distinct text for each value that JSON would lose. Throws a TypeError for values without such a text. */
export const canonical = (value) => short(textOfPrimitive(value) ?? textOfObject(value, new Map(), 0));

function textOfPrimitive(value) {
  const type = typeof value;
  if (type === "string") return JSON.stringify(value);
  if (type === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (type === "number" || type === "boolean" || value === undefined || value === null) return String(value);
}

/** `known`: the texts of the visited objects; `undefined` for those in progress, to detect cycles. */
function textOfObject(value, known, depth) {
  if (typeof value !== "object") throw unfit(describe(value));
  if (known.has(value)) throw unfit(`${describe(value)} that contains itself`);
  if (depth === DEEPEST) throw unfit(`an object nested more than ${DEEPEST} levels deep`);
  known.set(value, undefined);
  const part = (within) => textOfPrimitive(within) ?? known.get(within) ?? textOfObject(within, known, depth + 1);
  const text = isList(value) ? textOfList(value, part) : isPlain(value) ? textOfPlain(value, part) : textOfDate(value);
  known.set(value, text);
  return text;
}

function textOfList(list, part) {
  let count = 0;
  const item = (index) => (Object.hasOwn(list, index) ? ((count += 1), part(list[index])) : "empty");
  const text = `[${joined(list.length, item)}]`;
  if (Reflect.ownKeys(list).length !== count + 1) throw unfit("an array with extra properties");
  return text;
}

/** The text of a Date of any realm; other objects are refused. */
function textOfDate(value) {
  const isBare = prototypesOf(value) === 2 && Object.hasOwn(Object.getPrototypeOf(value), "getTime") && Reflect.ownKeys(value).length === 0;
  try {
    if (isBare) return `Date(${Date.prototype.getTime.call(value)})`;
  } catch {} // as below
  throw unfit(describe(value));
}

function textOfPlain(value, part) {
  const names = Reflect.ownKeys(value);
  if (names.some((name) => typeof name === "symbol")) throw unfit("an object with a symbol key");
  names.sort();
  return `{${joined(names.length, (index) => `${JSON.stringify(names[index])}:${part(value[names[index]])}`)}}`;
}

/** Joins items; throws when the text becomes too long. */
function joined(count, item) {
  let text = "";
  for (let index = 0; index < count; index += 1) text = short(text + (index > 0 ? "," : "") + item(index));
  return text;
}

/** Whether it is an array of any realm and not of a subclass: Array.prototype itself is an array. */
const isList = (value) => Array.isArray(value) && prototypesOf(value) === 2 && Array.isArray(Object.getPrototypeOf(value));

/** Whether it is a plain object of any realm. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  const isBare = prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
  return isBare && Object.prototype.toString.call(value) === "[object Object]";
}

/** The number of prototypes of a value, up to 3. */
function prototypesOf(value) {
  let count = -1;
  for (let ancestor = value; ancestor !== null && count < 3; count += 1) ancestor = Object.getPrototypeOf(ancestor);
  return count;
}

function short(text) {
  if (text.length <= LONGEST) return text;
  throw unfit(`more than ${LONGEST} characters: pass toStr`);
}

const unfit = (what) => new TypeError(`toStr cannot make a key from ${what}`);
