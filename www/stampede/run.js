import { Origin, sleep } from "./origin.js";

export const parts = ["created", "waited", "stale", "fresh"];

/** Callers of one cache: when each came, when it was answered, and what it did; times in milliseconds since the first came. */
export class Run {
  started = [];
  ended = [];
  parts = [];
  counts = { created: 0, waited: 0, stale: 0, fresh: 0 };
  #cache;
  #answers = [];
  #answered = 0;

  constructor(Cache, takes) {
    this.origin = new Origin(takes);
    this.#cache = new Cache(this.origin);
  }

  prepare(situation) {
    return this.#cache.prepare(situation);
  }

  begin() {
    this.startedAt = performance.now();
  }

  get now() {
    return performance.now() - this.startedAt;
  }

  /** The time until which there is something to see. */
  get latest() {
    const isOver = this.#answered === this.started.length;
    return isOver ? Math.max(0, ...this.ended) : this.now;
  }

  call() {
    const caller = this.started.push(this.now) - 1;
    const answer = this.#cache.ask().then(({ part }) => {
      this.ended[caller] = this.now;
      this.parts[caller] = part;
      this.counts[part] += 1;
      this.#answered += 1;
    });
    this.#answers.push(answer);
  }

  /** Settles when everyone that has come was answered. */
  async over() {
    await Promise.all(this.#answers);
  }

  /** Of those that were answered; `undefined` where nobody was. */
  percentiles() {
    const times = this.ended
      .map((end, caller) => end - this.started[caller])
      .filter((time) => time >= 0)
      .sort((a, b) => a - b);
    const at = (share) => times[Math.max(0, Math.ceil(share * times.length) - 1)];
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), slowest: times.at(-1) };
  }
}

/** Callers come evenly within so many milliseconds, each of them to all runs; 0: all at once. */
export async function stampede(runs, { callers, within, situation }) {
  for (const run of runs) await run.prepare(situation);
  for (const run of runs) run.begin();
  for (let come = 0; come < callers; ) {
    const due = within === 0 ? callers : Math.min(callers, 1 + Math.floor((runs[0].now / within) * callers));
    for (; come < due; come++) runs.forEach((run) => run.call());
    if (come < callers) await sleep(4);
  }
  await Promise.all(runs.map((run) => run.over()));
}
