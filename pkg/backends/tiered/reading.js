import * as backends from "../backend.js";
import { isWithin } from "./warm.js";

/** Answers from the near tier, and from the far one what that lacks. */
export class Reading {
  #parts;

  constructor(parts) {
    this.#parts = parts;
  }

  get(key) {
    const copy = this.#parts.near.get(key);
    const answer = (found) => this.#answer(key, found);
    return copy instanceof Promise ? copy.then(answer) : answer(copy);
  }

  getMulti(keys) {
    const asked = [...new Set(keys)];
    const copies = this.#parts.near.getMulti(asked);
    const answer = (found) => this.#answerAll(keys, asked, found);
    return copies instanceof Promise ? copies.then(answer) : answer(copies);
  }

  /** Reads the far tier, past the near one, which gets what is there; `{ value }` or `{ error }` for each key. Rejects if all failed. */
  async past(keys) {
    const { far, fences } = this.#parts;
    const ends = keys.map((key) => fences.read(key));
    let outcomes;
    try {
      outcomes = await far.read(keys);
    } finally {
      const areSame = ends.map((end) => end());
      if (outcomes !== undefined) this.#keep(keys, outcomes, areSame);
    }
    return outcomes;
  }

  /** Puts what was read beside the far tier's own into the near one. */
  #keep(keys, outcomes, areSame) {
    const { near } = this.#parts;
    const found = new Map();
    const gone = [];
    keys.forEach((key, index) => {
      if (!areSame[index] || backends.isFailure(outcomes[index])) return;
      const { value } = outcomes[index];
      if (value === undefined) gone.push(key);
      else found.set(key, value);
    });
    near.setMulti(found);
    near.delete(gone);
  }

  /** What is known without the far tier, as `{ value }` or `{ error }`; `undefined` if that is to be asked. Where it may not be asked, any copy will do. */
  #known(key, copy) {
    const { debts, far, nearFor, stats } = this.#parts;
    const isFresh = copy !== undefined && isWithin(copy.nt, NaN, nearFor);
    const isSkipped = !isFresh && (debts.has(key) || far.isPaused);
    const isHit = isFresh || (isSkipped && copy !== undefined);
    stats.near[isHit ? "hits" : "misses"] += 1;
    if (isSkipped) stats.far.skipped += 1;
    if (isHit) return copy;
    if (!isSkipped) return undefined;
    return debts.has(key) ? NOTHING : { error: far.access.refusal() };
  }

  #answer(key, copy) {
    const known = this.#known(key, copy);
    if (known === undefined) return this.#fromFar(key);
    return backends.isFailure(known) ? Promise.reject(known.error) : known.value;
  }

  #answerAll(keys, asked, copies) {
    const outcomes = new Map(asked.map((key, index) => [key, this.#known(key, copies[index])]));
    const rest = asked.filter((key) => outcomes.get(key) === undefined);
    return rest.length === 0 ? valuesOf(keys, outcomes) : this.#allFromFar(rest, outcomes).then(() => valuesOf(keys, outcomes));
  }

  async #fromFar(key) {
    const outcomes = new Map();
    await this.#allFromFar([key], outcomes);
    const [value] = await valuesOf([key], outcomes);
    return value;
  }

  async #allFromFar(keys, outcomes) {
    const { near, reports } = this.#parts;
    const found = await this.past(keys).catch((error) => keys.map(() => ({ error })));
    for (const [index, key] of keys.entries()) {
      const outcome = found[index];
      const copy = backends.isFailure(outcome) ? await near.get(key) : undefined; // better than an error
      outcomes.set(key, copy ?? outcome);
    }
    const failed = found.find(backends.isFailure);
    if (failed !== undefined && ![...outcomes.values()].every(backends.isFailure)) reports.tell(failed.error, "far");
  }
}

const NOTHING = Object.freeze({ value: undefined });

/** A value for each key; keys that failed are misses, unless all did. */
function valuesOf(keys, outcomes) {
  const all = [...outcomes.values()];
  if (all.length > 0 && all.every(backends.isFailure)) return Promise.reject(all[0].error);
  return keys.map((key) => outcomes.get(key).value);
}
