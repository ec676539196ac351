import {
  createRegion,
  DefaultInvalidationStrategy,
  lengthConditionalMangler,
  MemoryBackend,
  sha1MangleKey,
  StoredInvalidationStrategy,
  type CacheBackend,
  type Mutex,
  type RegionInvalidationStrategy,
  type StoreHint,
} from "dogpile";
import { check, type Same } from "./same.js";

const backend = new MemoryBackend();
createRegion({ backend, regionInvalidator: new DefaultInvalidationStrategy() });
createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(backend) });
createRegion({ backend, regionInvalidator: undefined });
new StoredInvalidationStrategy(backend, { key: "times", refresh: "1m", channel: "invalidations", clockSkew: "2s" }).close();
new StoredInvalidationStrategy(backend, { key: undefined, refresh: undefined, channel: undefined, clockSkew: undefined });
{
  using strategy = new StoredInvalidationStrategy(backend, {});
  check<Same<ReturnType<typeof strategy.refresh>, Promise<void> | undefined>>();
  check<Same<ReturnType<typeof strategy.isInvalidated>, boolean>>();
}

class Daily extends DefaultInvalidationStrategy {
  override isSoftInvalidated(timestamp: number): boolean {
    return timestamp % 86_400 < 60 || super.isSoftInvalidated(timestamp);
  }
}
createRegion({ backend, regionInvalidator: new Daily() });

const own: RegionInvalidationStrategy = {
  invalidate: async (_hard, _now) => {},
  isInvalidated: () => 0,
  isHardInvalidated: () => "",
  isSoftInvalidated: () => null,
  wasHardInvalidated: () => false,
  wasSoftInvalidated: () => undefined,
  latest: 1_700_000_000,
  refresh: () => undefined,
};
createRegion({ backend, regionInvalidator: own });

// @ts-expect-error the class, not an object of it
createRegion({ backend, regionInvalidator: DefaultInvalidationStrategy });
// @ts-expect-error a strategy says what is invalidated
createRegion({ backend, regionInvalidator: { invalidate: () => {} } });
// @ts-expect-error an unknown option
new StoredInvalidationStrategy(backend, { ttl: 1 });

createRegion({ backend, keyMangler: sha1MangleKey });
createRegion({ backend, keyMangler: lengthConditionalMangler(250, sha1MangleKey) });
// @ts-expect-error a length and a mangler
lengthConditionalMangler(sha1MangleKey);

// A backend with locks, which is told how long a record is of use.
class Locking implements CacheBackend {
  get(_key: string): undefined {}
  set(_key: string, _value: unknown, hint?: StoreHint): void {
    check<Same<NonNullable<typeof hint>["expirationTime"], number | undefined>>();
  }
  delete(_key: string): void {}
  getMutex(_key: string): Mutex {
    return { acquire: (wait, options) => Boolean(wait && options?.signal?.aborted), release: () => {}, locked: async () => true };
  }
}
createRegion({ backend: new Locking() });
