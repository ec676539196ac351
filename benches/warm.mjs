// Nanoseconds of one awaited warm call, as JSON: one list of rounds for each subject that is named, by turns in this process.
import { createRegion, MemoryBackend } from "dogpile";
import { LRUCache } from "lru-cache";

const keys = Array.from({ length: 1000 }, (_, index) => `user:${index}`);
const [calls, rounds, untimedRounds] = [100_000, 7, 4];

const create = (key) => ({ id: key.length });
const refuse = () => {
  throw new Error("a warm call creates nothing");
};

/** Each has a loop of its own, or one would pay for what the engine learnt from another. */
const subjects = {
  "floor": async () => {
    const records = new Map(keys.map((key) => [key, { payload: create(key), metadata: { ct: Date.now() / 1000, v: 2 } }]));
    const get = (key) => {
      const record = records.get(key);
      return Date.now() / 1000 - record.metadata.ct > 300 ? refuse() : Promise.resolve(record.payload);
    };
    return async () => {
      for (let i = 0; i < calls; i++) await get(keys[i % 1000]);
    };
  },
  "lru-cache": async () => {
    const cache = await filledLru(1);
    return async () => {
      for (let i = 0; i < calls; i++) await cache.fetch(keys[i % 1000]);
    };
  },
  "lru-cache, exact clock": async () => {
    const cache = await filledLru(0);
    return async () => {
      for (let i = 0; i < calls; i++) await cache.fetch(keys[i % 1000]);
    };
  },
  "dogpile": async () => {
    const region = await filledRegion({ expirationTime: 300 });
    return async () => {
      for (let i = 0; i < calls; i++) await region.getOrCreate(keys[i % 1000], refuse);
    };
  },
  "lru-cache, no ttl": async () => {
    const cache = await filledLru(1, 0);
    return async () => {
      for (let i = 0; i < calls; i++) await cache.fetch(keys[i % 1000]);
    };
  },
  "dogpile, no expiration": async () => {
    const region = await filledRegion();
    return async () => {
      for (let i = 0; i < calls; i++) await region.getOrCreate(keys[i % 1000], refuse);
    };
  },
  "dogpile, { expirationTime }": async () => {
    const region = await filledRegion();
    return async () => {
      for (let i = 0; i < calls; i++) await region.getOrCreate(keys[i % 1000], refuse, { expirationTime: 300 });
    };
  },
  "dogpile, expiresIn": async () => {
    const region = await filledRegion({}, 300);
    return async () => {
      for (let i = 0; i < calls; i++) await region.getOrCreate(keys[i % 1000], refuse);
    };
  },
};

/** At its default of 1 ms a timer lets it read the clock again, and no timer fires in a loop of warm calls: there it costs nothing. */
async function filledLru(ttlResolution, ttl = 300_000) {
  const options = { max: keys.length, ttl, ttlResolution };
  const cache = new LRUCache({ ...options, fetchMethod: (key, stale) => stale === undefined ? create(key) : refuse() });
  for (const key of keys) await cache.fetch(key);
  return cache;
}

async function filledRegion(options, expiresIn) {
  const region = createRegion({ backend: new MemoryBackend(), ...options });
  for (const key of keys) await region.set(key, create(key), { expiresIn });
  return region;
}

/** Every round begins with another subject. */
async function measure(loops) {
  const samples = Object.fromEntries(loops.map(([name]) => [name, []]));
  for (let round = -untimedRounds; round < rounds; round++) {
    loops.push(loops.shift());
    for (const [name, loop] of loops) {
      const start = performance.now();
      await loop();
      if (round >= 0) samples[name].push((performance.now() - start) * 1e6 / calls);
    }
  }
  return samples;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(subjects);
const loops = [];
for (const name of names) loops.push([name, await subjects[name]()]);
console.log(JSON.stringify({ version: process.versions.node, samples: await measure(loops) }));
