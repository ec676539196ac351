// The three stampedes in the terminal; ends with status 1 unless each of them cost one creation.
import { CALLERS, Demo, situations, times } from "./stampede.js";

const creatorTakes = 200;
const demo = new Demo(creatorTakes);
const creations = [];

for (const { title, prepare } of Object.values(situations)) {
  await prepare(demo);
  const { runs, answers } = await demo.stampede();
  creations.push(runs);
  console.log(`\n${title}\n  ${CALLERS} callers at once, the creator takes ${creatorTakes} ms and ran ${times(runs)}`);
  for (const [part, group] of grouped(answers)) {
    const slowest = Math.max(...group.map(({ milliseconds }) => milliseconds));
    const got = [...new Set(group.map(({ payload }) => `"${payload}"`))].join(", ");
    console.log(`  ${String(group.length).padStart(5)} ${part.padEnd(7)} ${got}, the slowest after ${slowest.toFixed(1)} ms`);
  }
}

if (creations.some((runs) => runs !== 1)) {
  console.error("\nThe creator should have run once each time.");
  process.exitCode = 1;
}

function grouped(answers) {
  return ["created", "waited", "stale", "fresh"]
    .map((part) => [part, answers.filter((answer) => answer.part === part)])
    .filter(([, group]) => group.length > 0);
}
