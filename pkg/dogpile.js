export { CacheStorageBackend } from "./backends/cache-storage.js";
export { CloudflareKVBackend } from "./backends/cloudflare-kv.js";
export { IndexedDBBackend } from "./backends/indexed-db.js";
export { MemoryBackend } from "./backends/memory.js";
export { NullBackend } from "./backends/null.js";
export { ProxyBackend } from "./backends/proxy.js";
export { registerBackend } from "./backends/registry.js";
export { TieredBackend } from "./backends/tiered.js";
export { BroadcastBus } from "./bus/broadcast-bus.js";
export { DogpileLock } from "./edge/dogpile-lock.js";
export { functionKeyGenerator, functionMultiKeyGenerator } from "./functions/keys.js";
export { DefaultInvalidationStrategy } from "./invalidation/default.js";
export { StoredInvalidationStrategy } from "./invalidation/stored.js";
export { StoredTagInvalidation } from "./invalidation/stored-tags.js";
export { TagInvalidation } from "./invalidation/tags.js";
export { lengthConditionalMangler, sha1MangleKey } from "./keys/manglers.js";
export { CantDeserialize } from "./records/serializer.js";
export { createRegion, Region } from "./region.js";
export { backgroundRunner } from "./host/runner.js";
export {
  BackendError,
  DogpileCacheError,
  makeError as dogpileError,
  PluginNotFound,
  PoisonedError,
  ReentrantError,
  RegionAlreadyConfigured,
  RegionNotConfigured,
  TimeoutError,
  UnsupportedError,
  ValidationError,
} from "./errors.js";
