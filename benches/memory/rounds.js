// Rounds are long enough for the coarse clocks of browsers, and begin when the engine has had time to compile.
const [SHORTEST, WARM_UP] = [20, 300]; // milliseconds
const [UNTIMED, TIMED] = [4, 3];

/** Nanoseconds of one of the `calls` of a turn, for each round. `prepare(turns)` gives the function to be timed. */
export async function rounds(calls, prepare) {
  const turns = await warmUp(prepare);
  const samples = [];
  while (samples.length < TIMED) samples.push(((await timed(await prepare(turns))) * 1e6) / (calls * turns));
  return samples;
}

async function warmUp(prepare) {
  let turns = 1;
  for (let round = 1, spent = 0; ; round += 1) {
    const time = await timed(await prepare(turns));
    spent += time;
    if (time < SHORTEST) turns *= 2;
    else if (spent >= WARM_UP && round >= UNTIMED) return turns;
  }
}

export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

let channel;
const resolvers = [];

/** A promise of the next task: sooner than a timer's. */
export function nextTask() {
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => resolvers.shift()();
  }
  return new Promise((resolve) => {
    resolvers.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
