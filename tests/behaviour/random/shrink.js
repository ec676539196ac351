/** How far apart two steps are that may belong together. */
const REACH = 20;

/**
 * The simplest plan found that still fails. `attempt(steps)` runs one and gives back the steps that it really took, if it fails in the same way.
 * Steps are left out, many at a time and then one by one; then their choices are left out and lowered; until nothing more can be.
 */
export async function shrink(steps, attempt, patience = 4000) {
  let simplest = steps;
  let attempts = 0;
  const improve = async (candidate) => {
    if (attempts >= patience || !isSimpler(candidate, simplest)) return false;
    attempts += 1;
    const taken = await attempt(candidate);
    if (taken === undefined || !isSimpler(taken, simplest)) return false;
    simplest = taken;
    return true;
  };
  for (let before; before !== simplest && attempts < patience; ) {
    before = simplest;
    await leaveOutSteps(() => simplest, improve);
    await leaveOutPairs(() => simplest, improve);
    await simplifySteps(() => simplest, improve);
  }
  return { steps: simplest, attempts };
}

async function leaveOutSteps(current, improve) {
  for (let size = current().length >> 1; size > 0; size >>= 1) {
    for (let start = current().length - size; start >= 1; start -= size) await improve(current().toSpliced(start, size));
  }
}

/** What is asked for in one step is often answered in a later one. */
async function leaveOutPairs(current, improve) {
  for (let first = current().length - 2; first >= 1; first--) {
    for (let second = Math.min(current().length - 1, first + REACH); second > first; second--) {
      if (await improve(current().toSpliced(second, 1).toSpliced(first, 1))) break;
    }
  }
}

async function simplifySteps(current, improve) {
  for (let index = current().length - 1; index >= 0; index--) {
    const step = () => current()[index] ?? [];
    const replace = (simpler) => improve(current().with(index, simpler));
    if (index >= current().length) continue;
    for (let size = step().length; size > 0; size >>= 1) await replace(step().slice(0, -size));
    for (let at = step().length - 1; at >= 0; at--) await simplifyChoice(step, at, replace);
  }
}

async function simplifyChoice(step, at, replace) {
  if (at >= step().length || (await replace(step().toSpliced(at, 1)))) return;
  for (const lower of [0, step()[at] >> 1, step()[at] - 1]) {
    if (at < step().length && lower >= 0 && (await replace(step().with(at, lower)))) return;
  }
}

/** Fewer steps, else fewer choices, else lower ones. */
function isSimpler(one, other) {
  const [ones, others] = [measure(one), measure(other)];
  const differs = ones.findIndex((number, index) => number !== others[index]);
  return differs >= 0 && ones[differs] < others[differs];
}

const measure = (steps) => [steps.length, steps.flat().length, steps.flat().reduce((sum, choice) => sum + choice, 0)];
