import { atOnce, DogpileCacheError } from "../errors.js";
import { LONGEST_DELAY, pending } from "../promises.js";
import { forgetChosen } from "./chosen.js";

/** Seconds between two attempts, at most, unless `delay` is longer. */
const LONGEST_WAIT = 30;

/** Calls a creator, and again when it fails. One that succeeds at once stays synchronous. */
export function withRetries(creation, retry, create) {
  const again = (error) => retryAfter(error, creation, retry, create);
  try {
    const answer = create();
    return pending(answer)?.catch(again) ?? answer;
  } catch (error) {
    return again(error);
  }
}

async function retryAfter(failure, creation, retry, create) {
  let error = failure;
  for (let attempt = 1; mayRetry(error, attempt, creation, retry); attempt++) {
    const seconds = waitOf(attempt, retry, creation.call.region.random());
    if (creation.seconds + seconds >= creation.call.lockTimeout) break;
    creation.call.region.reporter.tell("onRetry", [...creation.keys], error, attempt, seconds);
    if (creation.isWanted) await sleep(seconds, creation);
    if (!creation.isWanted || creation.seconds >= creation.call.lockTimeout) break; // a timer may be late
    forgetChosen(creation);
    try {
      return await create();
    } catch (next) {
      error = next;
    }
  }
  throw error;
}

/** An error of dogpile itself, such as a ReentrantError, would be the same again. */
function mayRetry(error, attempt, creation, { attempts, shouldRetry }) {
  if (attempt >= attempts || !creation.isWanted || error instanceof DogpileCacheError) return false;
  return shouldRetry === undefined || atOnce(shouldRetry(error, attempt), "shouldRetry");
}

/** Twice as long after each attempt, and of that between a half and the whole, so that many creators do not try again together. */
function waitOf(attempt, { delay }, random) {
  const seconds = Math.min(delay * 2 ** (attempt - 1) || 0, Math.max(delay, LONGEST_WAIT)); // no delay, infinitely often doubled, is NaN
  return seconds * (0.5 + random / 2);
}

/** Waits this long, or until the signal aborts. Its timer keeps a process alive: somebody waits for the result. */
function sleep(seconds, creation) {
  const { signal } = creation;
  return new Promise((resolve) => {
    const timer = (creation.pause = setTimeout(end, Math.min(seconds * 1000, LONGEST_DELAY)));
    signal.addEventListener("abort", end);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve(undefined);
    }
  });
}
