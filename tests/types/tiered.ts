import {
  BroadcastBus,
  createRegion,
  IndexedDBBackend,
  MemoryBackend,
  TieredBackend,
  type Bus,
  type CacheBackend,
  type KeyMangler,
  type Mutex,
  type Stored,
  type TieredStats,
} from "dogpile";
import { check, type Same } from "./same.js";

const [near, far] = [new MemoryBackend(), new IndexedDBBackend()];
declare const bus: Bus;

const tier = new TieredBackend(near, far);
new TieredBackend(near, far, {});
new TieredBackend(near, far, { nearFor: "1m", serializer: JSON, bus, farTimeout: 2, pause: { seconds: 1 }, onError: (_error, where) => where === "near" });
new TieredBackend(near, far, { nearFor: undefined, serializer: undefined, bus: undefined, farTimeout: undefined, pause: undefined, onError: undefined });
new TieredBackend(near, far, { serializer: false, bus: new BroadcastBus("app") });
new TieredBackend(near, new TieredBackend(new MemoryBackend(), far));
tier satisfies CacheBackend;
createRegion<string>({ backend: tier });

check<Same<typeof tier.near, CacheBackend>>();
check<Same<typeof tier.stats, TieredStats>>();
check<Same<typeof tier.keyMangler, KeyMangler | undefined>>();
check<Same<ReturnType<typeof tier.set>, Promise<void>>>();
check<Same<ReturnType<typeof tier.getMutex>, Mutex | undefined>>();
const found: Stored | undefined = await tier.get("key");
check<Same<typeof found, Stored | undefined>>();
const end: () => void = tier.subscribe((keys) => keys?.includes("key"));
end();
tier.stats.far.skipped + tier.stats.bus.downs + tier.stats.owed;
for await (const [key] of tier.entries()) key.toUpperCase();
tier.close();
{
  using scoped = new TieredBackend(near, far);
  scoped.get("key");
}

// @ts-expect-error without a far tier
new TieredBackend(near);
// @ts-expect-error an unknown option
new TieredBackend(near, far, { ttl: 60 });
// @ts-expect-error a name is no bus
new TieredBackend(near, far, { bus: "app" });
// @ts-expect-error a backend's name is no backend
new TieredBackend("dogpile.cache.memory", far);
// @ts-expect-error only read
tier.near = far;
// @ts-expect-error it has no `locks`
tier.stats.locks;
