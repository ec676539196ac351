import { seconds } from "../duration.js";
import { refused, requireFunction } from "../errors.js";
import { isObject, readOptions } from "../members.js";

const NEVER = { attempts: 1, delay: 0, shouldRetry: undefined };
const DEFAULT_DELAY = 0.25;

/** The checked option `retry`, with `delay` in seconds; `undefined` if it is not given. */
export function retryOf(given) {
  if (given === undefined || given === null) return undefined;
  if (given === false) return NEVER;
  if (!isObject(given)) throw refused("retry", "{ attempts, delay, shouldRetry } or false", given);
  const { attempts, delay, shouldRetry } = readOptions(given, ["attempts", "delay", "shouldRetry"]);
  if (!Number.isSafeInteger(attempts) || attempts < 1) throw refused("attempts of retry", "a whole number from 1", attempts);
  if (shouldRetry !== undefined && shouldRetry !== null) requireFunction(shouldRetry, "shouldRetry");
  return { attempts, delay: delayOf(delay), shouldRetry: shouldRetry ?? undefined };
}

function delayOf(delay) {
  const length = seconds(delay, "delay of retry");
  if (Number.isNaN(length)) return DEFAULT_DELAY;
  if (length >= 0 && length < Infinity) return length;
  throw refused("delay of retry", "a finite length of time from 0", delay);
}
