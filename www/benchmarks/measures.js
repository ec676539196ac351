const CALLERS = 1_000;
const [ROUNDS, SHORTEST] = [5, 20]; // milliseconds that a round lasts, or the clock would be too coarse

const keys = Array.from({ length: 1_000 }, (_, index) => `user:${index}`);
const create = async () => ({ name: "Ada" });

/** Each gives nanoseconds of one call; `subject(create)` makes a cache. */
export const measures = {
  async warm(subject) {
    const call = subject(create);
    for (const key of keys) await call(key);
    return median(async (calls) => {
      for (let index = 0; index < calls; index++) await call(keys[index % keys.length]);
    });
  },

  async cold(subject) {
    const call = subject(create);
    let next = 0;
    return median(async (calls) => {
      for (let index = 0; index < calls; index++) await call(`page:${next++}`);
    });
  },

  async stampede(subject) {
    const call = subject(create);
    let next = 0;
    return median(async (calls) => {
      for (let index = 0; index < calls; index += CALLERS) {
        const key = `report:${next++}`;
        await Promise.all(Array.from({ length: CALLERS }, () => call(key)));
      }
    }, CALLERS);
  },
};

/** `round(calls)` takes so many calls; `least` of them at once. */
async function median(round, least = 500) {
  let calls = least;
  while ((await time(round, calls)) < SHORTEST) calls *= 2;
  const times = [];
  for (let index = 0; index < ROUNDS; index++) times.push(((await time(round, calls)) * 1e6) / calls);
  return times.sort((a, b) => a - b)[ROUNDS >> 1];
}

async function time(round, calls) {
  const start = performance.now();
  await round(calls);
  return performance.now() - start;
}
