import { pending } from "./promises.js";
import { describe, makeError, refused } from "./errors.js";

/** A backend is any object with `get`, `set` and `delete`; the multi calls are optional, and every answer may be a promise. */
export function usableBackend(backend) {
  const missing = ["get", "set", "delete"].filter((method) => typeof backend?.[method] !== "function");
  if (missing.length === 0) return backend;
  throw refused("backend", `an object with get, set and delete, or a registered name (missing: ${missing.join(", ")})`, backend);
}

/** What one key's read came to: `{ value }` or `{ error }`. */
const value = (answer) => ({ value: answer });
const failure = (error) => ({ error });

/** One outcome a key, at once or by promise. A backend without `getMulti` is asked key by key. */
export function read(setup, keys, multi) {
  const { backend } = setup;
  if (!multi || typeof backend.getMulti !== "function") return together(keys.map((key) => outcome(setup, () => backend.get(key))));
  const answers = outcome(setup, () => backend.getMulti(keys));
  return answers instanceof Promise ? answers.then((all) => oneEach(all, keys)) : oneEach(answers, keys);
}

function oneEach({ value: answers, error }, keys) {
  if (Array.isArray(answers) && answers.length === keys.length) return answers.map(value);
  const allowed = `an array of ${keys.length}, one record for each key`;
  const failed = failure(answers === undefined && error !== undefined ? error : wrongLength(answers, allowed));
  return keys.map(() => failed);
}

function wrongLength(answers, allowed) {
  const given = Array.isArray(answers) ? `an array of ${answers.length}` : describe(answers);
  return makeError("VALIDATION", `what the backend's getMulti returns must be ${allowed}, not ${given}`);
}

/** Sends a record for each key. Throws, or answers, as the backend does. */
export function write({ backend }, keys, records, multi) {
  if (!multi) return backend.set(keys[0], records[0]);
  if (keys.length === 0) return undefined;
  if (typeof backend.setMulti === "function") return backend.setMulti(new Map(keys.map((key, index) => [key, records[index]])));
  return each(keys, (key, index) => backend.set(key, records[index]));
}

/** Deletes each key. */
export function remove({ backend }, keys, multi) {
  if (!multi) return backend.delete(keys[0]);
  if (typeof backend.deleteMulti === "function") return backend.deleteMulti(keys);
  return each(keys, (key) => backend.delete(key));
}

/** Calls for every key whatever the others came to; done when all are, then the first failure if there was one. */
function each(keys, call) {
  const outcomes = together(keys.map((key, index) => outcome(undefined, () => call(key, index))));
  return outcomes instanceof Promise ? outcomes.then(throwFirst) : throwFirst(outcomes);
}

function throwFirst(outcomes) {
  const failed = outcomes.find((each) => "error" in each);
  if (failed !== undefined) throw failed.error;
}

/** What a call to the backend came to, or a promise of that, which never rejects. */
function outcome(setup, call) {
  try {
    const answer = call();
    const promise = pending(answer);
    if (promise === undefined) return value(answer);
    return (setup === undefined ? promise : setup.answered(promise)).then(value, failure);
  } catch (error) {
    return failure(error);
  }
}

const together = (outcomes) => (outcomes.some((each) => each instanceof Promise) ? Promise.all(outcomes) : outcomes);
