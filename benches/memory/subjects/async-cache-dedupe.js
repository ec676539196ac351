// In memory. It counts whole seconds, by a clock that a timer lets it read again, and no timer fires in a loop of awaited hits.
import { createCache } from "async-cache-dedupe";

const [SHORT, LONG] = [1, 3600]; // seconds

export function open({ create, ttl, entries, maxEntries = entries, servesStale }) {
  const storage = { type: "memory", options: { size: maxEntries } };
  const cache = createCache({ ttl: servesStale ? SHORT : ttl, stale: servesStale ? LONG : 0, storage });
  cache.define("value", create);
  return {
    getOrCreate: (key) => cache.value(key),
    /** Nothing but time makes a value of its own stale. */
    expire: () => new Promise((resolve) => setTimeout(resolve, (SHORT + 1.5) * 1000)),
  };
}
