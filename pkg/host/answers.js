import { makeError, refused } from "../errors.js";
import { ignoreRejection, pending } from "../promises.js";

/** Stands for a key that an `asDict` function has no value for, to calls whose creators know it. Never stored. */
export const NO_VALUE = Symbol("absent");

/** `outcomes`, or the `error` that reading the answer came to. A hole in an array is `undefined`, like any other value. */
export function oneEach(answer, count) {
  try {
    checkCount(answer, count);
    return { outcomes: Array.from({ length: count }, (_, index) => outcomeOf(answer[index])), error: undefined };
  } catch (error) {
    return { outcomes: undefined, error };
  }
}

const outcomeOf = (value) =>
  pending(value)?.then(
    (settled) => ({ value: settled }),
    (error) => ({ error, isCreators: true }),
  ) ?? { value };

function checkCount(answer, count) {
  const allowed = `an array of ${count}, one value for each key`;
  if (!Array.isArray(answer)) throw refused("the creator's result", allowed, answer);
  if (answer.length === count) return;
  answer.forEach(ignoreRejection);
  throw makeError("VALIDATION", `the creator's result must be ${allowed}, not an array of ${answer.length}`);
}
