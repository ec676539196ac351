import { makeError, refused } from "../errors.js";
import { ignoreRejection, pending } from "../promises.js";

/** Marks a key for which an `asDict` function returned no value. Never stored. */
export const NO_VALUE = Symbol("absent");

/** Reads a creator's result: `outcomes`, or the `error` of reading it. A hole in an array is `undefined`. */
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
