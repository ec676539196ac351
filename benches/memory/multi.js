import { Creator, expectValue, keysOf, TTL } from "./creator.js";
import { rounds } from "./rounds.js";

const COUNT = 1_000;

export async function getMulti(load) {
  const cache = (await load())({ ...new Creator(), ttl: TTL, entries: COUNT });
  if (cache.getMulti === undefined) return undefined;
  const keys = keysOf(COUNT);
  for (const key of keys) await cache.getOrCreate(key);
  const samples = await rounds(COUNT, (turns) => async () => {
    for (let turn = 0; turn < turns; turn += 1) expectValue((await cache.getMulti(keys)).at(-1));
  });
  return { samples };
}

/** Every other key is new each time. */
export async function getOrCreateMulti(load) {
  const creator = new Creator();
  const cache = (await load())({ ...creator, ttl: TTL, entries: 100_000 });
  if (cache.getOrCreateMulti === undefined) return undefined;
  const warm = keysOf(COUNT / 2);
  await cache.getOrCreateMulti(warm);
  let turnsSoFar = 0;
  const samples = await rounds(COUNT, (turns) => {
    const batches = Array.from({ length: turns }, () => {
      turnsSoFar += 1;
      return keysOf(COUNT / 2, `page:${turnsSoFar}`).flatMap((key, index) => [warm[index], key]);
    });
    return async () => {
      for (const keys of batches) expectValue((await cache.getOrCreateMulti(keys)).at(-1));
    };
  });
  if (creator.count !== ((turnsSoFar + 1) * COUNT) / 2) throw new Error("a warm key was created again");
  return { samples };
}
