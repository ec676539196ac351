import {
  createRegion,
  functionKeyGenerator,
  functionMultiKeyGenerator,
  MemoryBackend,
  Region,
  type Awaitable,
  type CachedFunction,
  type CachedMultiFunction,
  type FunctionKeyGenerator,
  type FunctionMultiKeyGenerator,
  type FunctionOptions,
} from "dogpile";
import { check, type Same } from "./same.js";

interface User {
  id: number;
  name: string;
}
declare function fetchUser(id: number, fields?: string[]): Promise<User>;
declare function sum(...values: number[]): number;

const region = createRegion({ backend: new MemoryBackend() });

// Arguments and result are the function's.
const user = region.cacheOnArguments({ namespace: "user" }, fetchUser);
check<Same<typeof user, CachedFunction<[id: number, fields?: string[]], User>>>();
const used = {
  called: user(1),
  refreshed: user.refresh(1, ["name"]),
  found: user.get(1),
  written: [user.set({ id: 1, name: "Ada" }, 1), user.invalidate(1)],
  original: user.original(1),
};
check<Same<typeof used.called, Promise<User>>>();
check<Same<typeof used.refreshed, Promise<User>>>();
check<Same<typeof used.found, Promise<User | undefined>>>();
check<Same<typeof used.written, Promise<void>[]>>();
check<Same<typeof used.original, Awaitable<User>>>();
const total = region.cacheOnArguments({ namespace: "sum", expirationTime: () => "5m", toStr: String }, sum);
check<Same<typeof total, CachedFunction<number[], number>>>();

// @ts-expect-error an id is a number
user("1");
// @ts-expect-error an id is needed
user.get();
// @ts-expect-error the value comes first
user.set(1, { id: 1, name: "Ada" });
// @ts-expect-error a user has an id
user.set({ name: "Ada" }, 1);
// @ts-expect-error options are needed
region.cacheOnArguments(fetchUser);

// Options.
const cautious = region.cacheOnArguments({ namespace: "user", shouldCacheFn: (value: User) => value.id > 0 }, fetchUser);
check<Same<typeof cautious, CachedFunction<[id: number, fields?: string[]], User>>>();
const options: FunctionOptions<User>[] = [
  {},
  { namespace: undefined, expirationTime: undefined, toStr: undefined, functionKeyGenerator: undefined, functionMultiKeyGenerator: undefined },
  { namespace: (self) => String(self), expirationTime: null, lockTimeout: "10s", forceRefresh: true },
  { expirationTime: () => null, shouldCacheFn: (value) => value.name !== "" },
  { expirationTime: () => undefined, functionKeyGenerator, functionMultiKeyGenerator },
];
region.cacheOnArguments(options[0]!, fetchUser);
// @ts-expect-error not a length of time
region.cacheOnArguments({ namespace: "user", expirationTime: () => true }, fetchUser);
// @ts-expect-error text, or a function that gives it
region.cacheOnArguments({ namespace: 1 }, fetchUser);
// @ts-expect-error a signal belongs to one call
region.cacheOnArguments({ namespace: "user", signal: new AbortController().signal }, fetchUser);
// @ts-expect-error the values are users
region.cacheOnArguments({ namespace: "user", shouldCacheFn: (value: string) => value !== "" }, fetchUser);

// With options alone.
const cache = region.cacheOnArguments({ namespace: "curried" });
const curried = cache(fetchUser);
check<Same<typeof curried, CachedFunction<[id: number, fields?: string[]], User>>>();

class Shop {
  constructor(readonly city: string) {}

  @region.cacheOnArguments({ namespace: (self) => `prices in ${(self as Shop).city}`, expirationTime: "1h" })
  async price(product: string): Promise<string> {
    return `the price of ${product} in ${this.city}`;
  }

  // @ts-expect-error the decorated method answers by promise
  @region.cacheOnArguments({ namespace: "count" })
  count(): number {
    return 1;
  }

  @region.cacheOnArguments({ namespace: "names" })
  static async names(): Promise<string[]> {
    return [];
  }
}
new Shop("Paris").price("tea") satisfies Promise<string>;
Shop.names() satisfies Promise<string[]>;

// Many.
declare function fetchNames(...ids: number[]): Promise<string[]>;
declare function findNames(...ids: number[]): Promise<Map<number, string>>;
const names = region.cacheMultiOnArguments({ namespace: "name" }, fetchNames);
check<Same<typeof names, CachedMultiFunction<number, string, string[]>>>();
const found = region.cacheMultiOnArguments({ namespace: "name", asDict: true }, findNames);
check<Same<typeof found, CachedMultiFunction<number, string, Map<number, string>>>>();
const many = {
  listed: names(1, 2),
  mapped: found(1, 2),
  got: found.get(1, 2),
  refreshed: found.refresh(1),
  written: [found.set(new Map([[1, "Ada"]])), found.invalidate(1, 2)],
};
check<Same<typeof many.listed, Promise<string[]>>>();
check<Same<typeof many.mapped, Promise<Map<number, string>>>>();
check<Same<typeof many.got, Promise<(string | undefined)[]>>>();
check<Same<typeof many.refreshed, Promise<Map<number, string>>>>();
check<Same<typeof many.written, Promise<void>[]>>();
region.cacheMultiOnArguments({ namespace: "name", asDict: false }, fetchNames) satisfies typeof names;

// @ts-expect-error a Map is for asDict
region.cacheMultiOnArguments({ namespace: "name" }, findNames);
// @ts-expect-error asDict is for a Map
region.cacheMultiOnArguments({ namespace: "name", asDict: true }, fetchNames);
// @ts-expect-error an id is a number
names("1");
// @ts-expect-error names are text
found.set(new Map([[1, 1]]));
// @ts-expect-error a function is needed
region.cacheMultiOnArguments({ namespace: "name" });

// Key generators.
const byName: FunctionKeyGenerator =
  (namespace, fn, toStr) =>
  (...args) =>
    [namespace, fn.name, ...args.map(toStr)].join(":");
const byNames: FunctionMultiKeyGenerator =
  (namespace, fn, toStr) =>
  (...args) =>
    args.map((argument) => `${namespace}:${fn.name}:${toStr(argument)}`);
new Region({ functionKeyGenerator: byName, functionMultiKeyGenerator: byNames });
new Region({ functionKeyGenerator: undefined, functionMultiKeyGenerator: undefined });
functionKeyGenerator("user", fetchUser, String)(1, "a") satisfies string;
functionMultiKeyGenerator("user", fetchUser, String)(1, 2) satisfies string[];
// @ts-expect-error one key for each argument
new Region({ functionMultiKeyGenerator: byName });
// @ts-expect-error a key is a string
region.cacheOnArguments({ functionKeyGenerator: () => () => 1 }, fetchUser);

// Configuration files.
const config = { "cache.backend": "dogpile.cache.memory", "cache.expiration_time": "60", "cache.arguments.max_entries": "500" };
new Region<User>().configureFromConfig(config, "cache.") satisfies Region<User>;
// @ts-expect-error a prefix is needed
new Region().configureFromConfig(config);
