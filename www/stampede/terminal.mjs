// The three stampedes in the terminal; ends with status 1 unless each of them cost one creation.
import { situations, WithDogpile } from "./caches.js";
import { parts, Run, stampede } from "./run.js";

const [callers, takes] = [1_000, 200];
const calls = [];

for (const [situation, title] of Object.entries(situations)) {
  const run = new Run(WithDogpile, takes);
  await stampede([run], { callers, within: 0, situation });
  calls.push(run.origin.calls);
  console.log(`\n${title}\n  ${callers} callers at once, the creator takes ${takes} ms and ran ${times(run.origin.calls)}`);
  for (const part of parts) {
    const of = run.ended.filter((_, caller) => run.parts[caller] === part);
    if (of.length === 0) continue;
    console.log(`  ${String(of.length).padStart(5)} ${part.padEnd(7)} the slowest after ${Math.max(...of).toFixed(1)} ms`);
  }
}

if (calls.some((count) => count !== 1)) {
  console.error("\nThe creator should have run once each time.");
  process.exitCode = 1;
}

function times(count) {
  return count === 1 ? "once" : `${count} times`;
}
