import {
  CloudflareKVBackend,
  createRegion,
  DogpileLock,
  IndexedDBBackend,
  MemoryBackend,
  NullBackend,
  type CacheBackend,
  type DurableObjectNamespaceLike,
  type KVNamespaceLike,
  type Mutex,
  type Stored,
} from "dogpile";
import { check, type Same } from "./same.js";

const memory = new MemoryBackend();
check<Same<ReturnType<typeof memory.get>, Stored | undefined>>();
check<Same<typeof memory.size, number>>();
new MemoryBackend({});
new MemoryBackend({ maxEntries: 500, clone: true, cache: new Map() });
new MemoryBackend({ maxEntries: undefined, clone: undefined, cache: undefined });
memory satisfies CacheBackend;
new NullBackend() satisfies CacheBackend;
createRegion({ backend: new NullBackend() });

// @ts-expect-error an unknown option
new MemoryBackend({ max: 500 });
// @ts-expect-error not a number
new MemoryBackend({ maxEntries: "500" });
// @ts-expect-error it keeps records under strings
new MemoryBackend({ cache: new Map<number, Stored>() });
// @ts-expect-error only read
memory.size = 0;
// @ts-expect-error it keeps records, not bare values
memory.set("key", 1);
// @ts-expect-error there is nothing to choose
new NullBackend({ maxEntries: 1 });

const database = new IndexedDBBackend({ databaseName: "app", storeName: "cache", lock: false, durability: "strict", maxAge: "7d", maxEntries: 1000 });
new IndexedDBBackend();
new IndexedDBBackend({ maxAge: undefined, lock: undefined });
database satisfies CacheBackend;
database satisfies AsyncDisposable;
createRegion<Map<string, Date>>({ backend: database });
check<Same<ReturnType<typeof database.get>, Promise<Stored | undefined>>>();
check<Same<ReturnType<typeof database.getMutex>, Mutex | undefined>>();
for await (const [key, stored] of database.entries()) await database.set(key, stored, { expirationTime: 60 });
await database.getMutex("key")?.acquire(true, { signal: AbortSignal.timeout(1000) });

// @ts-expect-error an unknown option
new IndexedDBBackend({ name: "app" });
// @ts-expect-error no such durability
new IndexedDBBackend({ durability: "eager" });
// @ts-expect-error not a length of time
new IndexedDBBackend({ maxAge: true });
// @ts-expect-error it keeps records, not bare values
database.set("key", 1);
// @ts-expect-error it answers by promise
database.get("key").payload;

// A user's own: at once, by promise, a class.
const kept = new Map<string, Stored>();
createRegion({ backend: { get: (key) => kept.get(key), set: (key, value) => kept.set(key, value), delete: (key) => kept.delete(key) } });
createRegion({ backend: kept });
createRegion({ backend: { get: async () => null, set: async () => {}, delete: async () => {} } });
class Remote implements CacheBackend {
  async get(_key: string): Promise<Stored | undefined> {
    return undefined;
  }
  async getMulti(keys: string[]): Promise<(Stored | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }
  async set(_key: string, _value: Stored): Promise<void> {}
  async delete(_key: string): Promise<void> {}
}
createRegion<string>({ backend: new Remote() });

// @ts-expect-error without delete
createRegion({ backend: { get: () => undefined, set: () => {} } });
// @ts-expect-error keys are strings
createRegion({ backend: { get: (key: number) => key, set: () => {}, delete: () => {} } });
// @ts-expect-error the class, not an object of it
createRegion({ backend: MemoryBackend });

declare const namespace: KVNamespaceLike;
declare const lock: DurableObjectNamespaceLike;
const kv = new CloudflareKVBackend(namespace, { prefix: "app", expirationTtl: "1h", cacheTtl: { minutes: 1 }, lock });
new CloudflareKVBackend(namespace);
new CloudflareKVBackend(namespace, {});
new CloudflareKVBackend(namespace, { prefix: undefined, expirationTtl: undefined, cacheTtl: undefined, lock: undefined });
kv satisfies CacheBackend;
check<Same<ReturnType<typeof kv.getMulti>, Promise<(Stored | undefined)[]>>>();
check<Same<ReturnType<typeof kv.getMutex>, Mutex | undefined>>();
kv.set("key", "text", { expirationTime: 60 });
createRegion({ backend: kv });
createRegion({ backend: "dogpile.cache.cloudflare_kv", arguments: { namespace, expiration_ttl: 3600 } });
new DogpileLock({}).fetch(new Request("https://lock.example")) satisfies Promise<Response>;

// @ts-expect-error without a namespace
new CloudflareKVBackend();
// @ts-expect-error an unknown option
new CloudflareKVBackend(namespace, { ttl: 60 });
// @ts-expect-error the class, not a namespace of its objects
new CloudflareKVBackend(namespace, { lock: DogpileLock });
// @ts-expect-error a Map is no namespace
new CloudflareKVBackend(new Map());
// @ts-expect-error only read
kv.serializer = JSON;
