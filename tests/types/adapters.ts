import { CacheStorageBackend, createRegion, MemoryBackend, type CacheBackend, type CacheLike, type Stored } from "dogpile";
import { fromKeyv, fromUnstorage, toAsyncStorage, toCachified, toKeyv, toUnstorageDriver, type KeyvLike, type UnstorageLike } from "dogpile/adapters";
import { check, type Same } from "./same.js";

const backend = new MemoryBackend();

declare const keyv: KeyvLike;
declare const storage: UnstorageLike;
createRegion({ backend: fromKeyv(keyv) });
createRegion({ backend: fromUnstorage(storage) });
check<Same<ReturnType<typeof fromKeyv>, CacheBackend>>();
toKeyv(backend, { version: 5 });
toKeyv(backend);
toKeyv(backend, { version: undefined });
toUnstorageDriver(backend);
const texts = toAsyncStorage(backend);
check<Same<ReturnType<typeof texts.getItem>, Promise<string | undefined>>>();
const dates = toAsyncStorage<Date>(backend);
await dates.setItem("key", new Date());
check<Same<Awaited<ReturnType<typeof dates.entries>>, [string, Date][]>>();
await toCachified(backend).delete("key");

// @ts-expect-error it is no Keyv
fromKeyv({ get() {} });
// @ts-expect-error it is no storage
fromUnstorage(new Map());
// @ts-expect-error there is no such version
toKeyv(backend, { version: 4 });
// @ts-expect-error it is no backend
toKeyv({});
// @ts-expect-error not what this storage keeps
dates.setItem("key", "text");

const cached = new CacheStorageBackend({ cacheName: "app", origin: "https://shop.example", expirationTime: "5m" });
new CacheStorageBackend();
new CacheStorageBackend({ cache: undefined, cacheName: undefined, origin: undefined, expirationTime: undefined });
declare const cache: CacheLike;
new CacheStorageBackend({ cache }) satisfies CacheBackend;
check<Same<ReturnType<typeof cached.get>, Promise<Stored | undefined>>>();

// @ts-expect-error an unknown option
new CacheStorageBackend({ name: "app" });
// @ts-expect-error not a Cache
new CacheStorageBackend({ cache: new Map() });
// @ts-expect-error only read
cached.serializer = JSON;
