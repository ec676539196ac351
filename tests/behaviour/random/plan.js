/** Numbers from 0 to below 1, by a seed (mulberry32). */
export function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers from 0 to below the one that is given. */
export function integers(seed) {
  const next = generator(seed);
  return (below) => Math.floor(next() * below);
}

/**
 * All that is left to chance in a run, as lists of small numbers: one list for the setting, one for each step. They are drawn by a seed, or given.
 * 0 is always the simplest choice, and what is not given is 0: a plan with less in it is a simpler run.
 */
export class Plan {
  #random;
  #given;
  #length;
  #isClosed = false;
  #steps = [[]];

  /** `{ seed }` or `{ steps }`; `areAlike`: whether many ask for few keys in the same way; `areTagged`: whether values have tags. */
  constructor({ seed, steps, areAlike = false, areTagged = false }) {
    Object.assign(this, { areAlike, areTagged });
    this.#given = steps;
    this.#random = generator(seed ?? 0);
    this.#length = steps?.length ?? 10 + Math.floor(this.#random() ** 2 * 150);
  }

  /** What was chosen. */
  get steps() {
    return this.#steps.map((step) => step.slice(0, step.findLastIndex((choice) => choice !== 0) + 1));
  }

  /** Begins the next step; `false` if there is none. */
  next() {
    if (this.#steps.length >= this.#length) return false;
    this.#steps.push([]);
    return true;
  }

  /** From now on everything is as simple as can be. */
  close() {
    this.#isClosed = true;
  }

  below(count) {
    return this.#choose(count, (random) => Math.floor(random * count));
  }

  chance(probability) {
    return probability > 0 && this.#choose(2, (random) => (random < probability ? 1 : 0)) === 1;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** A name from `{ name: weight }`. What weighs nothing is not to be had. */
  weigh(weights) {
    const names = Object.keys(weights);
    const total = names.reduce((sum, name) => sum + weights[name], 0);
    const chosen = this.#choose(names.length, (random) => {
      let left = random * total;
      return Math.max(
        0,
        names.findIndex((name) => (left -= weights[name]) < 0),
      );
    });
    return weights[names[chosen]] > 0 ? names[chosen] : names[0];
  }

  #choose(count, draw) {
    if (count <= 1 || this.#isClosed) return 0;
    const step = this.#steps.at(-1);
    const given = () => Math.min(this.#given[this.#steps.length - 1]?.[step.length] ?? 0, count - 1);
    const choice = this.#given === undefined ? draw(this.#random()) : given();
    step.push(choice);
    return choice;
  }
}
