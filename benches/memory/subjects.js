// Whom the benchmarks compare. `bundle`: the smallest import that does the work.
export const us = "dogpile";
export const floor = "floor";

export const subjects = {
  [floor]: { file: "floor" },
  [us]: { file: "dogpile", bundle: `export { createRegion, MemoryBackend } from "dogpile";` },
  "dogpile, no expiration": { file: "dogpile", open: "openTimeless", isVariant: true },
  "dogpile, { expirationTime }": { file: "dogpile", open: "openWithOption", isVariant: true },
  "dogpile, expiresIn": { file: "dogpile", open: "openWithExpiresIn", isVariant: true },
  "lru-cache": { file: "lru-cache", bundle: `export { LRUCache } from "lru-cache";` },
  "lru-cache, exact clock": { file: "lru-cache", open: "openExact", isVariant: true },
  "lru-cache, no ttl": { file: "lru-cache", open: "openTimeless", isVariant: true },
  bentocache: {
    file: "bentocache",
    needsNode: true,
    bundle: `export { BentoCache, bentostore } from "bentocache"; export { memoryDriver } from "bentocache/drivers/memory";`,
  },
  cachified: { file: "cachified", package: "@epic-web/cachified", bundle: `export { cachified } from "@epic-web/cachified";` },
  cacheable: { file: "cacheable", bundle: `export { Cacheable } from "cacheable";` },
  "cache-manager": { file: "cache-manager", needsNode: true, bundle: `export { createCache } from "cache-manager";` },
  "async-cache-dedupe": { file: "async-cache-dedupe", bundle: `export { createCache } from "async-cache-dedupe";` },
  ocache: { file: "ocache", bundle: `export { createMemoryStorage, defineCachedFunction } from "ocache";` },
  "p-memoize": { file: "p-memoize", bundle: `export { default } from "p-memoize"; export { LRUCache } from "lru-cache";` },
  "query-core": { file: "query-core", package: "@tanstack/query-core", bundle: `export { QueryClient } from "@tanstack/query-core";` },
};
