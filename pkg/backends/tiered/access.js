import * as backends from "../backend.js";
import { makeError } from "../../errors.js";
import { monotonic, pending, TimeLimit } from "../../promises.js";

/** Milliseconds until another operation may try, where the one that tries has no time limit and may have died with its request. */
const LONGEST_TRY = 30_000;

/** Asks a tier, each operation within a time limit. After a failure the tier is left alone for a pause, and then one operation tries. */
export class Access {
  #limit;
  #pause;
  #longestTry;
  #isDown = false;
  #resumesAt = 0;
  /** How often it went down: an operation from before says nothing about the tier of now. */
  #outages = 0;
  #told;

  /** `timeout` and `pause` in seconds. `told`: its `failed` and `answered` are called after each operation that ended so. */
  constructor(name, { timeout, pause }, told) {
    this.name = name;
    this.timeout = timeout;
    this.#limit = new TimeLimit(timeout, () => makeError("TIMEOUT", `The ${name} tier did not respond within farTimeout.`));
    this.#pause = pause * 1000;
    this.#longestTry = Math.min(timeout * 1000, LONGEST_TRY);
    this.#told = told;
  }

  /** Milliseconds. */
  get pause() {
    return this.#pause;
  }

  get isPaused() {
    return this.#isDown && monotonic() < this.#resumesAt;
  }

  /** Calls it, unless there is a pause. Returns and throws what `call` does, or a promise of that. */
  ask(call, hasLimit = true) {
    if (this.isPaused) throw this.refusal();
    if (this.#isDown) this.#resumesAt = monotonic() + Math.max(this.#longestTry, this.#pause); // others wait until it is known how this one ends
    return this.insist(call, hasLimit);
  }

  /** The same in a pause, too. */
  insist(call, hasLimit = true) {
    const outage = this.#outages;
    try {
      const answer = call();
      const promise = pending(answer);
      if (promise === undefined) {
        this.#answered(outage);
        return answer;
      }
      return this.#settled(hasLimit ? this.#limit.within(promise) : promise, outage);
    } catch (error) {
      this.#failed(error, outage);
      throw error;
    }
  }

  /** Within the time limit; a failure does not mean that the tier is away: one that is read only refuses what else there is. */
  async attempt(call) {
    try {
      return await this.#limit.within((async () => call())());
    } catch (error) {
      this.#told.failed(error);
      throw error;
    }
  }

  async #settled(promise, outage) {
    try {
      const answer = await promise;
      this.#answered(outage);
      return answer;
    } catch (error) {
      this.#failed(error, outage);
      throw error;
    }
  }

  refusal() {
    return makeError("BACKEND", `The ${this.name} tier has failed, and is left alone for a moment.`);
  }

  #answered(outage) {
    if (outage !== this.#outages) return;
    this.#isDown = false;
    this.#told.answered();
  }

  /** A value that it refuses does not mean that it is away. */
  #failed(error, outage) {
    this.#told.failed(error);
    if (outage !== this.#outages || error?.code === "VALIDATION") return;
    if (!this.#isDown) this.#outages += 1;
    this.#isDown = true;
    this.#resumesAt = monotonic() + this.#pause;
  }
}

/** Reads keys; one `{ value }` or `{ error }` each. It fails as a whole only if each of them does. */
export function readAll(access, setup, keys) {
  return access.ask(() => {
    const outcomes = backends.read(setup, keys, keys.length > 1);
    return outcomes instanceof Promise ? outcomes.then(unlessAllFailed) : unlessAllFailed(outcomes);
  });
}

function unlessAllFailed(outcomes) {
  if (outcomes.length > 0 && outcomes.every(backends.isFailure)) throw outcomes[0].error;
  return outcomes;
}
