import { createRegion, MemoryBackend, type CachedValue, type CreatorContext } from "dogpile";
import { check, type Same } from "./same.js";

interface User {
  id: number;
  name: string;
}
declare function fetchUser(id: number): Promise<User>;
declare function rename(user: User, name: string): User;

const anything = createRegion({ backend: new MemoryBackend() });
const users = createRegion<User>({ backend: new MemoryBackend() });
const maybe = createRegion<User | null>({ backend: new MemoryBackend() });

// The creator says what the caller gets.
const created = {
  atOnce: anything.getOrCreate("key", () => 1),
  byPromise: anything.getOrCreate("key", async () => ({ id: 1 })),
  user: users.getOrCreate("key", () => fetchUser(1)),
  nothing: maybe.getOrCreate("key", () => null),
  either: maybe.getOrCreate("key", async (): Promise<User | null> => null),
};
check<Same<typeof created.atOnce, Promise<number>>>();
check<Same<typeof created.byPromise, Promise<{ id: number }>>>();
check<Same<typeof created.user, Promise<User>>>();
check<Same<typeof created.nothing, Promise<null>>>();
check<Same<typeof created.either, Promise<User | null>>>();

// @ts-expect-error the region holds users
users.getOrCreate("key", () => "text");
// @ts-expect-error the region holds users, and null is none
users.getOrCreate("key", async () => null);
// @ts-expect-error a key is a string
users.getOrCreate(1, () => fetchUser(1));
// @ts-expect-error a symbol is no key
users.getOrCreate(Symbol("key"), () => fetchUser(1));
// @ts-expect-error a promise is no creator
users.getOrCreate("key", fetchUser(1));
// @ts-expect-error a creator is needed
users.getOrCreate("key");

// The context of a creation.
users.getOrCreate("key", (context) => {
  check<Same<typeof context, CreatorContext<User>>>();
  check<Same<typeof context.key, string>>();
  check<Same<typeof context.stale, CachedValue<User> | undefined>>();
  context.expiresIn(60);
  context.expiresIn("1h30m");
  // @ts-expect-error not a length of time
  context.expiresIn(new Date());
  return fetchUser(1);
});

// The options follow the creator, they do not lead it.
users.getOrCreate("key", () => fetchUser(1), { expirationTime: 60, forceRefresh: true, lockTimeout: "10s" });
users.getOrCreate("key", () => fetchUser(1), { expirationTime: undefined, shouldCacheFn: undefined, forceRefresh: undefined, lockTimeout: undefined });
users.getOrCreate("key", () => fetchUser(1), { expirationTime: null });
users.getOrCreate("key", () => fetchUser(1), { retry: { attempts: 3, delay: "1s" } });
users.getOrCreateMulti(["key"], (keys) => keys.map(() => fetchUser(1)), { retry: false });
users.getOrCreate("key", () => fetchUser(1), {});
users.getOrCreate("key", () => fetchUser(1), undefined);
const cautious = anything.getOrCreate("key", () => 1, {
  shouldCacheFn: (value) => {
    check<Same<typeof value, number>>();
    return value > 0;
  },
});
check<Same<typeof cautious, Promise<number>>>();

const failing = anything.getOrCreate(
  "key",
  (): never => {
    throw new Error("no value");
  },
  { shouldCacheFn: (value: string) => value !== "" },
);
check<Same<typeof failing, Promise<never>>>();

// @ts-expect-error shouldCacheFn is asked about what was created
users.getOrCreate("key", () => fetchUser(1), { shouldCacheFn: (value: string) => value !== "" });
// @ts-expect-error an unknown option
users.getOrCreate("key", () => fetchUser(1), { expires: 60 });
// @ts-expect-error not a boolean
users.getOrCreate("key", () => fetchUser(1), { forceRefresh: "yes" });

// creatorArgs: handed on as they are, and nothing else.
const withArguments = users.getOrCreate("key", fetchUser, { creatorArgs: [1] });
check<Same<typeof withArguments, Promise<User>>>();
declare const user: User;
users.getOrCreate("key", rename, { creatorArgs: [user, "two"], expirationTime: 60 });
users.getOrCreate("key", () => user, { creatorArgs: [] });

// @ts-expect-error of the wrong type
users.getOrCreate("key", fetchUser, { creatorArgs: ["1"] });
// @ts-expect-error one too few
users.getOrCreate("key", rename, { creatorArgs: [user] });
// @ts-expect-error a creator with arguments of its own needs them
users.getOrCreate("key", rename);
// @ts-expect-error and has them from the options alone
users.getOrCreate("key", rename, { expirationTime: 60 });

// getOrCreateEntry: the same, and how it was come by.
const entry = users.getOrCreateEntry("key", () => fetchUser(1), { expirationTime: 60 });
check<Same<typeof entry, Promise<CachedValue<User> & { readonly state: "fresh" | "stale" | "created" | "coalesced" }>>>();
entry.then(({ payload, age, state }) => {
  check<Same<typeof payload, User>>();
  check<Same<typeof age, number>>();
  check<Same<typeof state, "fresh" | "stale" | "created" | "coalesced">>();
});
// @ts-expect-error the region holds users
users.getOrCreateEntry("key", () => 1);
