import { describe, expect, test } from "vitest";
import { checkAfterEach, makeRegion, throws } from "../helpers.js";

checkAfterEach();

const keys = [];
const make = () => makeRegion({}, keys);

/** Decorates as TypeScript's helper for `experimentalDecorators` does. */
function decorate(decorators, target, key, descriptor) {
  const count = arguments.length;
  let result = count < 3 ? target : descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
  for (const each of decorators) result = (count < 3 ? each(result) : count > 3 ? each(target, key, result) : each(target, key)) || result;
  if (count > 3 && result) Object.defineProperty(target, key, result);
  return result;
}

describe("as a legacy decorator", () => {
  test("a method and a static method are cached, with their own this", async () => {
    const region = make();
    class Users {
      static calls = 0;
      constructor(name) {
        this.name = name;
      }
      async load(id, _more) {
        Users.calls += 1;
        return `${this.name} ${id}`;
      }
      static all(id) {
        this.calls += 1;
        return `${this.name} all ${id}`;
      }
      [Symbol.for("load")](id) {
        return `${this.name} by symbol ${id}`;
      }
    }
    decorate([region.cacheOnArguments({ namespace: (self) => self.name })], Users.prototype, "load", null);
    decorate([region.cacheOnArguments({ namespace: "all" })], Users, "all", null);
    decorate([region.cacheOnArguments({ namespace: "symbol" })], Users.prototype, Symbol.for("load"), null);
    const [ann, bob] = [new Users("ann"), new Users("bob")];
    expect([await ann.load(1), await ann.load(1), await bob.load(1)]).toEqual(["ann 1", "ann 1", "bob 1"]);
    expect([await Users.all(1), await Users.all(1), Users.calls]).toEqual(["Users all 1", "Users all 1", 3]);
    expect(await ann[Symbol.for("load")](1)).toBe("ann by symbol 1");
    await ann.load.invalidate.call(ann, 1);
    await ann.load(1);
    expect(Users.calls).toBe(4);
    expect([ann.load.name, ann.load.length, Users.all.name]).toEqual(["load", 2, "all"]);
    expect(Object.getOwnPropertyDescriptor(Users.prototype, "load")).toMatchObject({ enumerable: false, writable: true });
  });

  test.each([
    ["a class", (decorator, Class) => decorate([decorator], Class)],
    ["a field", (decorator, Class) => decorate([decorator], Class.prototype, "field", undefined)],
    ["a field that holds a function", (decorator, Class) => decorate([decorator], Class.prototype, "arrow", undefined)],
    ["a static field", (decorator, Class) => decorate([decorator], Class, "field", undefined)],
    ["an accessor", (decorator, Class) => decorate([decorator], Class.prototype, "accessor", null)],
    ["a parameter", (decorator, Class) => decorate([(target, key) => decorator(target, key, 0)], Class.prototype, "method", null)],
    ["a constructor's parameter", (decorator, Class) => decorate([(target) => decorator(target, undefined, 0)], Class)],
  ])("%s is refused", (_name, decorates) => {
    class Users {
      get accessor() {
        return 1;
      }
      method() {}
    }
    throws(() => decorates(make().cacheOnArguments({ namespace: "n" }), Users), "VALIDATION", "the cached target must be a function or a method");
  });
});

describe("as a standard decorator", () => {
  test("a method is cached", async () => {
    const cached = make().cacheOnArguments({ namespace: "n" })(
      async function load(id) {
        return `${this?.name} ${id}`;
      },
      { kind: "method", name: "load", static: false },
    );
    expect(await cached.call({ name: "ann" }, 1)).toBe("ann 1");
    expect([cached.name, cached.length]).toEqual(["load", 1]);
  });

  test.each(["class", "getter", "setter", "accessor", "field"])("a %s is refused", (kind) => {
    const decorated = { class: class {}, accessor: { get() {}, set() {} }, field: undefined }[kind] ?? (() => {});
    throws(() => make().cacheOnArguments({ namespace: "n" })(decorated, { kind, name: "x" }), "VALIDATION", "the cached target must be a function or a method");
  });
});

test("a class is not cached as a function either", () => {
  throws(() => make().cacheOnArguments({ namespace: "n" }, class {}), "VALIDATION", "a function or a method, not a class");
  throws(() => make().cacheMultiOnArguments({ namespace: "n" }, class {}), "VALIDATION", "a function or a method, not a class");
});

test("cached functions have the name and the length of their original", () => {
  const region = make();
  const wrap = (fn) => region.cacheOnArguments({ namespace: "n" }, fn);
  function load(_id, _more) {}
  for (const fn of [load, async (_one) => {}, (() => () => {})(), load.bind(undefined, 1)]) {
    const cached = wrap(fn);
    expect([cached.name, cached.length]).toEqual([fn.name, fn.length]);
    expect(cached.original).toBe(fn);
  }
  const many = region.cacheMultiOnArguments({ namespace: "n" }, load);
  expect([many.name, many.length]).toEqual(["load", 2]);
  const bare = () => {};
  delete bare.name;
  expect(wrap(bare).name).toBe("");
  expect([load, load].map(region.cacheOnArguments({ namespace: "n" }))).toHaveLength(2);
});
