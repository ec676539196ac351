// A thousand concurrent callers of one key: when nothing is cached, when it has expired, when it was invalidated.
import { createRegion, MemoryBackend } from "dogpile";
import { setTimeout as sleep } from "node:timers/promises";

const callers = 1_000;
const expirationTime = 1;

const region = createRegion({ backend: new MemoryBackend(), expirationTime });
let created = 0;

async function create() {
  await sleep(200);
  created += 1;
  return `report ${created}`;
}

async function timed() {
  const start = performance.now();
  const { payload, state } = await region.getOrCreateEntry("report", create);
  return { got: `"${payload}", ${state}`, milliseconds: performance.now() - start };
}

/** All callers at once; true if they cost one creation. */
async function stampede(title) {
  const before = created;
  const answers = await Promise.all(Array.from({ length: callers }, timed));
  console.log(`\n${title}\n  ${callers} callers at once, the creator takes 200 ms and ran ${times(created - before)}`);
  for (const [got, group] of Map.groupBy(answers, ({ got }) => got)) {
    const slowest = Math.max(...group.map(({ milliseconds }) => milliseconds));
    console.log(`  ${String(group.length).padStart(5)} got ${got}, the slowest after ${slowest.toFixed(1)} ms`);
  }
  return created - before === 1;
}

function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

const cold = await stampede("Cold: nothing is cached");
await sleep(expirationTime * 1_000 + 50);
const stale = await stampede(`Stale: the value is older than ${expirationTime} s`);
await region.invalidate();
const invalidated = await stampede("Invalidated: nobody may get an old value");

if (!(cold && stale && invalidated)) {
  console.error("\nThe creator should have run once each time.");
  process.exitCode = 1;
}
