import { expect, test } from "vitest";
import { checkAfterEach } from "../helpers.js";
import { Plan } from "./plan.js";
import { play } from "./run.js";
import { shrink } from "./shrink.js";

checkAfterEach();

/** What a plan comes to where only the numbers count. */
function drawn(source) {
  const plan = new Plan(source);
  const numbers = [];
  while (plan.next()) numbers.push([plan.below(10), plan.below(10), plan.weigh({ less: 3, more: 1 })]);
  return { numbers, steps: plan.steps };
}

test("a plan that fails shrinks to the steps and choices that it takes", async () => {
  const fails = ({ numbers }) =>
    numbers.some(([first], index) => first >= 6 && numbers.slice(index + 1).some(([, second, third]) => second >= 3 && third === "more"));
  for (let seed = 1; seed <= 20; seed++) {
    const first = drawn({ seed });
    if (!fails(first)) continue;
    const { steps } = await shrink(first.steps, async (candidate) => (fails(drawn({ steps: candidate })) ? drawn({ steps: candidate }).steps : undefined));
    expect(steps, `seed ${seed}`).toEqual([[], [6], [0, 3, 1]]);
  }
});

test("the steps of a seed, given, play the same run again", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [drawnRun, givenRun] = [[], []];
    const { steps } = await play({ seed }, drawnRun);
    expect((await play({ steps }, givenRun)).steps, `seed ${seed}`).toEqual(steps);
    expect(givenRun, `seed ${seed}`).toEqual(drawnRun);
  }
});
