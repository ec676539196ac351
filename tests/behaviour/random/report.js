import { play } from "./run.js";
import { shrink } from "./shrink.js";

/** What a failing seed breaks, in its simplest form: the steps, and what happens in them. */
export async function report(seed, setting) {
  const first = await play({ seed, ...setting });
  const [{ promise }] = first.violations;
  const breaks = ({ violations }) => violations.some((violation) => violation.promise === promise);
  const { steps, attempts } = await shrink(first.steps, async (candidate) => {
    const run = await play({ steps: candidate, ...setting });
    return breaks(run) ? run.steps : undefined;
  });
  const trace = [];
  await play({ steps, ...setting }, trace);
  const size = `${first.steps.length - 1} steps shrunk to ${steps.length - 1} in ${attempts} attempts`;
  return [`seed ${seed} breaks "${promise}" (${size})`, ...trace, `steps: ${JSON.stringify(steps)}`].join("\n");
}
