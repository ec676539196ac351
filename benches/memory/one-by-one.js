import { Creator, expectValue, keysOf, TTL } from "./creator.js";
import { rounds } from "./rounds.js";

/** So many keys that are not there, each awaited before the next; the creator answers at once. */
export function oneByOne(count, variant) {
  return async (load) => {
    const open = await load(variant);
    if (open === undefined) return undefined;
    const creator = new Creator();
    const { getOrCreate } = open({ ...creator, ttl: TTL, entries: 100_000 });
    let turnsSoFar = 0;
    const samples = await rounds(count, (turns) => {
      const keys = Array.from({ length: turns }, (_, turn) => keysOf(count, `page:${turnsSoFar + turn}`)).flat();
      turnsSoFar += turns;
      return async () => {
        for (let index = 0; index < keys.length; index += 1) expectValue(await getOrCreate(keys[index]));
      };
    });
    return { samples, notes: { creations: creator.count / turnsSoFar / count } };
  };
}
