// `node child.js <script> <poison> <seed>`: puts a poison under names that occur in the script on Object.prototype, then runs the script.
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { runInThisContext } from "node:vm";

const poisons = {
  zero: 0,
  "minus one": -1,
  true: true,
  text: "x",
  function: () => {
    throw new Error("a poison was called");
  },
  object: Object.freeze({}),
};

/** What no JavaScript goes without. */
const vital = [
  ...Object.getOwnPropertyNames(Object.prototype), // all of that is shadowed in every class
  ...["get", "set", "value", "writable", "enumerable", "configurable"], // every Object.defineProperty reads them from its descriptor
  ...["next", "return", "throw", "done"], // every destructured array asks its iterator
  ...["then", "toJSON"], // every await asks for the one, every JSON.stringify for the other
];

const [, , file, poison, seed] = process.argv;
const script = readFileSync(file, "utf8");
/** Every word outside of long texts, which are WebAssembly: names of members are among them, however they are written. */
const words = new Set(script.replace(/"[^"\n]{500,}"/g, '""').match(/[A-Za-z_$][\w$]*/g));
const all = [...words].filter((name) => !vital.includes(name));

/** A number from 0 up to `below`, drawn anew for each name and seed. */
function drawn(name, below) {
  let hash = Number(seed) * 2_654_435_761;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return ((hash ^ (hash >>> 13)) >>> 0) % below;
}

/** Few names at once, too: what is done where many are taken may hide what is done where one is. */
const isTaken = (name) => (poison === "mixed" ? drawn(name, 2 ** (Number(seed) % 6)) === 0 : poison !== "none");
const poisonOf = (name) => (poison === "mixed" ? Object.values(poisons)[drawn(`${name} poison`, 6)] : poisons[poison]);

const names = all.filter(isTaken);
for (const name of names) Object.prototype[name] = poisonOf(name);
runInThisContext(script);
const alive = setInterval(() => {}, 1000); // the package's own timers keep no process alive
const outcomes = await globalThis.play();
clearInterval(alive);
for (const name of names) delete Object.prototype[name];
console.log(JSON.stringify({ names, outcomes: outcomes.map((outcome) => inspect(outcome, { depth: 9, breakLength: Infinity })) }));
