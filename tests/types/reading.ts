import { createRegion, MemoryBackend, type CachedValue } from "dogpile";
import { check, type Same } from "./same.js";

interface User {
  id: number;
  name: string;
}
interface Admin extends User {
  rights: string[];
}

const anything = createRegion({ backend: new MemoryBackend() });
const users = createRegion<User>({ backend: new MemoryBackend() });

// get: the region's kind of value, or the narrower one that the caller knows of.
const read = {
  unknown: anything.get("key"),
  asked: anything.get<string>("key"),
  user: users.get("key"),
  admin: users.get<Admin>("key", { expirationTime: 60, ignoreExpiration: true }),
};
check<Same<typeof read.unknown, Promise<unknown>>>();
check<Same<typeof read.asked, Promise<string | undefined>>>();
check<Same<typeof read.user, Promise<User | undefined>>>();
check<Same<typeof read.admin, Promise<Admin | undefined>>>();
users.get("key", { expirationTime: undefined, ignoreExpiration: undefined });
users.get("key", { expirationTime: null });

// @ts-expect-error not a kind of User
users.get<string>("key");
// @ts-expect-error a key is a string
users.get(1);
// @ts-expect-error a key is a string
users.get(null);
// @ts-expect-error a miss has to be thought of
users.get("key").then((user) => user.name);
// @ts-expect-error not an option of a read
users.get("key", { forceRefresh: true });

// getMulti: anything that holds keys, save a string, which holds its letters.
const many = users.getMulti(["a", "b"]);
check<Same<typeof many, Promise<(User | undefined)[]>>>();
users.getMulti(new Set(["a"]));
users.getMulti(new Map([["a", 1]]).keys());
users.getMulti(Object.freeze(["a"]));

// @ts-expect-error a string is iterable, and is not meant
users.getMulti("abc");
// @ts-expect-error keys are strings
users.getMulti([1, 2]);

// getValueMetadata: the record as a caller sees it.
const record = users.getValueMetadata("key");
check<Same<typeof record, Promise<CachedValue<User> | undefined>>>();
declare const entry: CachedValue<User>;
check<Same<typeof entry.payload, User>>();
check<Same<typeof entry.cachedTime, number>>();
check<Same<typeof entry.expiresAt, number>>();
check<Same<typeof entry.age, number>>();
check<Same<typeof entry.metadata.ct, number>>();
check<Same<typeof entry.metadata.v, number>>();
// @ts-expect-error only read
entry.payload = { id: 1, name: "one" };
// @ts-expect-error only read
entry.metadata.ct = 0;

// keyIsLocked.
const locked = users.keyIsLocked("key");
check<Same<typeof locked, Promise<boolean>>>();
