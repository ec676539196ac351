import { describe, expect, test } from "vitest";
import { createRegion } from "dogpile";
import { checkAfterEach } from "../helpers.js";
import { integers } from "../random/plan.js";

checkAfterEach();

/** What arguments are made text by where no `toStr` is given. */
const canonical = (() => {
  let given;
  const functionKeyGenerator = (_namespace, _fn, toStr) => {
    given = toStr;
    return () => "k";
  };
  createRegion({ backend: "dogpile.cache.memory" }).cacheOnArguments({ functionKeyGenerator }, () => 1);
  return given;
})();

/** Evaluates in another realm: Node's `vm`, or a frame. */
const inOtherRealm = (() => {
  const vm = globalThis.process?.getBuiltinModule?.("node:vm");
  if (vm) return (code) => vm.runInNewContext(code);
  const frame = document.body.appendChild(document.createElement("iframe"));
  return (code) => frame.contentWindow.eval(code);
})();

const tagged = (tag, Base = Object) => {
  class Tagged extends Base {
    get [Symbol.toStringTag]() {
      return tag;
    }
  }
  return new Tagged();
};

describe("an argument that is no plain value is refused", () => {
  class Bare extends null {
    constructor() {
      return Object.create(Bare.prototype);
    }
  }
  const dateOfClass = Reflect.construct(Date, [0], class {});
  test.each([
    ["an instance of a class that calls itself an array", tagged("Array")],
    ["an instance of a class that calls itself a date", tagged("Date")],
    ["an instance of a class that calls itself an object", tagged("Object")],
    [
      "an object without a class that calls itself an array",
      Object.assign(
        Object.create({
          get [Symbol.toStringTag]() {
            return "Array";
          },
        }),
        { x: 1 },
      ),
    ],
    ["an instance of a class of arrays that calls itself an array", tagged("Array", Array)],
    ["an instance of a class of dates that calls itself a date", tagged("Date", Date)],
    ["an instance of a class without a parent", new Bare()],
    ["an object that inherits from one without a prototype", Object.create(Object.create(null))],
    ["an object that inherits from a plain one", Object.create({})],
    ["a date of a class", dateOfClass],
    ["a date that has lost its class", Object.setPrototypeOf(new Date(0), null)],
    ["a date with a member", Object.assign(new Date(0), { a: 1 })],
    ["an array with a member", Object.assign([1], { a: 1 })],
    ["what a regular expression found", /a/.exec("a")],
    ["an array that has lost its class", Object.setPrototypeOf([1], Object.prototype)],
    [
      "arguments",
      (function () {
        return arguments;
      })(1),
    ],
    ["what imitates a date", Object.create(Date.prototype)],
    ["the prototype of arrays", Array.prototype],
    ["a class's instance from another realm", inOtherRealm("new (class { x = 1 })()")],
    ["a Map from another realm", inOtherRealm("new Map()")],
    [
      "a proxy that was revoked",
      (() => {
        const { proxy, revoke } = Proxy.revocable([], {});
        revoke();
        return proxy;
      })(),
    ],
  ])("%s", (_name, value) => {
    for (const given of [value, [value], { a: value }]) expect(() => canonical(given)).toThrow(TypeError);
  });

  test("with a message that says why, and nothing of the content", () => {
    const cycle = { secret: [] };
    cycle.secret.push(cycle);
    const deep = (levels) => (levels === 0 ? 1 : [deep(levels - 1)]);
    const cases = [
      [cycle, "contains itself"],
      [{ [Symbol("secret")]: 1 }, "symbol"],
      [deep(501), "nested more than 500 levels deep"],
      [["secret".repeat(2 ** 18)], "more than 1048576 characters: pass toStr"],
      ["secret".repeat(2 ** 18), "pass toStr"],
      [new Array(2 ** 32 - 1), "pass toStr"],
      [Object.assign([], { secret: 1 }), "extra properties"],
    ];
    for (const [value, text] of cases) {
      const call = () => canonical(value);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(text);
      expect(call).not.toThrow("secret");
    }
    expect(canonical(deep(500))).toBe(`${"[".repeat(500)}1${"]".repeat(500)}`);
  });
});

test("plain values of another realm are plain values", () => {
  expect(canonical(inOtherRealm("[1, , [undefined], { b: new Date(5), a: null }, -0]"))).toBe('[1,empty,[undefined],{"a":null,"b":Date(5)},-0]');
});

test("toStr looks at its first argument alone", () => {
  expect([{ a: 1 }, [2]].map(canonical)).toEqual(['{"a":1}', "[2]"]);
});

describe("members that are shared", () => {
  const shared = (levels) => {
    let value = { a: 1 };
    for (let level = 0; level < levels; level++) value = { a: value, b: value };
    return value;
  };

  test("are read once each", () => {
    let reads = 0;
    let value = Object.defineProperty({}, "x", { enumerable: true, get: () => (reads++, 1) });
    for (let level = 0; level < 10; level++) value = [value, value];
    canonical(value);
    expect(reads).toBe(1);
  });

  test("that make a text too long are refused at once", () => {
    const start = performance.now();
    for (let time = 0; time < 20; time++) expect(() => canonical(shared(20 + time))).toThrow("pass toStr");
    expect((performance.now() - start) / 20).toBeLessThan(50);
    const long = canonical(shared(14));
    expect(() => canonical(Array(2 ** 20).fill({ a: long }))).toThrow("pass toStr");
  });
});

const TEXTS = ["", "a", "b", ",", ":", '"', "\\", "[", "]", "{}", "1", "1n", "-0", "empty", "null", "undefined", "Date(0)", "__proto__", "\ud800", '":1,"'];
const ATOMS = [...TEXTS, 0, -0, 1, -1, 12, 1.5, NaN, Infinity, -Infinity, 0n, 1n, -1n, 12n, true, false, null, undefined];

function randomValue(below, depth = 0) {
  const kind = below(depth > 3 ? 4 : 8);
  if (kind < 3) return ATOMS[below(ATOMS.length)];
  if (kind === 3) return new Date([0, 1, NaN][below(3)]);
  const items = Array.from({ length: below(4) }, () => randomValue(below, depth + 1));
  if (kind > 5) return Object.fromEntries(items.map((item) => [TEXTS[below(TEXTS.length)], item]));
  const list = [];
  for (const item of items) list[list.length + (below(4) === 0 ? 1 : 0)] = item;
  if (below(6) === 0) list.length += 1;
  return list;
}

/** The same value, however it was made. */
function isSame(one, other) {
  if (typeof one !== "object" || one === null) return Object.is(one, other);
  if (typeof other !== "object" || other === null || Object.prototype.toString.call(one) !== Object.prototype.toString.call(other)) return false;
  if (one instanceof Date) return Object.is(one.getTime(), other.getTime());
  const names = Object.getOwnPropertyNames(one);
  return names.length === Object.getOwnPropertyNames(other).length && names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}

test("values that differ have different texts, and copies the same", () => {
  const below = integers(14);
  const seen = new Map();
  for (let count = 0; count < 40_000; count++) {
    const value = randomValue(below);
    const text = canonical(value);
    expect(canonical(structuredClone(value))).toBe(text);
    const known = seen.has(text) ? seen.get(text) : value;
    if (!isSame(known, value)) expect.fail(`${text} stands for two`);
    seen.set(text, value);
  }
  expect(seen.size).toBeGreaterThan(10_000);
});
