// As it comes: expiration, invalidation and stats are on.
import { createRegion, MemoryBackend } from "dogpile";
import { PromiseStore } from "../promise-store.js";

export function open({ create, createMany, ttl, maxEntries }) {
  const backend = new MemoryBackend({ maxEntries });
  const region = createRegion({ backend, expirationTime: ttl });
  return {
    getOrCreate: (key) => region.getOrCreate(key, create),
    get: (key) => region.get(key),
    getMulti: (keys) => region.getMulti(keys),
    getOrCreateMulti: (keys) => region.getOrCreateMulti(keys, createMany),
    expire(key) {
      const { payload, metadata } = backend.get(key);
      backend.set(key, { payload, metadata: { ...metadata, ct: metadata.ct - ttl - 1 } });
    },
  };
}

export function openByPromise({ create, ttl }) {
  const region = createRegion({ backend: new PromiseStore(), expirationTime: ttl });
  return { getOrCreate: (key) => region.getOrCreate(key, create) };
}

export function openTimeless({ create }) {
  const region = createRegion({ backend: new MemoryBackend() });
  return { getOrCreate: (key) => region.getOrCreate(key, create) };
}

/** The call's own expiration. */
export function openWithOption({ create, ttl }) {
  const region = createRegion({ backend: new MemoryBackend() });
  return { getOrCreate: (key) => region.getOrCreate(key, create, { expirationTime: ttl }) };
}

/** The value's own expiration. */
export function openWithExpiresIn({ create, ttl }) {
  const region = createRegion({ backend: new MemoryBackend() });
  const createFor = ({ expiresIn }) => {
    expiresIn(ttl);
    return create();
  };
  return { getOrCreate: (key) => region.getOrCreate(key, createFor) };
}
