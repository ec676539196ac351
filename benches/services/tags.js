// How long it takes to invalidate a tag, by the number of entries in memory.
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { createRegion, MemoryBackend, TagInvalidation } from "dogpile";

const [passes, invalidations] = [5, 1000];
/** Tags are shared by many entries, and the one that is invalidated is none of them. */
const tagsOf = (index) => [`tag:${index % 100}`];

const caches = {
  dogpile() {
    const region = createRegion({ backend: new MemoryBackend(), tagInvalidator: new TagInvalidation() });
    return { set: (index) => region.set(`key:${index}`, index, { tags: tagsOf(index) }), invalidate: (tag) => region.invalidateTags([tag]) };
  },
  bentocache() {
    const cache = new BentoCache({ default: "only", ttl: "1h", stores: { only: bentostore().useL1Layer(memoryDriver({ maxItems: 2_000_000 })) } });
    return {
      set: (index) => cache.set({ key: `key:${index}`, value: index, tags: tagsOf(index) }),
      invalidate: (tag) => cache.deleteByTag({ tags: [tag] }),
    };
  },
};

/** Microseconds by cache and number of entries. */
export async function measureTags(sizes) {
  const results = {};
  for (const [name, make] of Object.entries(caches)) {
    results[name] = {};
    for (const size of sizes) results[name][size] = await leastOf(make(), size);
  }
  return results;
}

async function leastOf(cache, size) {
  for (let index = 0; index < size; index += 1) await cache.set(index);
  let least = Infinity;
  for (let pass = 0; pass < passes; pass += 1) {
    const began = performance.now();
    for (let done = 0; done < invalidations; done += 1) await cache.invalidate("none of them");
    least = Math.min(least, ((performance.now() - began) * 1000) / invalidations);
  }
  return least;
}
