// Over its own memory. It has no `get`.
import { createMemoryStorage, defineCachedFunction, expireCache } from "ocache";

const HOUR = 3600;

export function open({ create, ttl, entries, maxEntries = entries, servesStale = false }) {
  // It would estimate the size of every value.
  const storage = createMemoryStorage({ maxSize: maxEntries, maxBytes: Infinity });
  // It would hash the arguments to make a key.
  const options = { name: "bench", storage, getKey: (key) => key, maxAge: ttl, swr: servesStale, staleMaxAge: HOUR };
  return {
    getOrCreate: defineCachedFunction(create, options),
    expire: (key) => expireCache({ options, args: [key] }),
  };
}
