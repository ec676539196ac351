import { Creator, expectValue, keysOf, TTL, VALUE } from "./creator.js";
import { nextTask, rounds } from "./rounds.js";

/** All at once: so many callers for each of so many keys that are not there. Every creation ends in the next task. */
export function crowd(count, callers, variant) {
  return async (load) => {
    const open = await load(variant);
    if (open === undefined) return undefined;
    let gate;
    const creator = new Creator(() => gate);
    const { getOrCreate } = open({ ...creator, ttl: TTL, entries: Math.max(100_000, count) });
    let turnsSoFar = 0;
    const rush = async (keys) => {
      gate = nextTask().then(() => VALUE);
      const calls = [];
      for (const key of keys) for (let caller = 0; caller < callers; caller += 1) calls.push(getOrCreate(key));
      return (await Promise.all(calls)).at(-1);
    };
    const samples = await rounds(count * callers, (turns) => {
      const keys = Array.from({ length: turns }, (_, turn) => keysOf(count, `page:${turnsSoFar + turn}`));
      turnsSoFar += turns;
      return async () => {
        for (const some of keys) expectValue(await rush(some));
      };
    });
    return { samples, notes: { creations: creator.count / turnsSoFar / count } };
  };
}
