import { vi } from "vitest";
import { turns } from "./helpers.js";

/** Seconds of virtual time; the shortest patience that a call may have. */
export const LOCK_TIMEOUT = 10;
export const IMPATIENT = 5;

/** Seeded randomness (mulberry32). */
export function generator(seed) {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count) => Math.floor(random() * count);
  return { below, chance: (probability) => random() < probability, pick: (list) => list[below(list.length)] };
}

/** Everything that has to be waited for, in an order that the seed decides; the time, which only the seed moves. */
export class World {
  violations = [];
  #pending = [];
  #ticks = 0;

  constructor(seed) {
    this.random = generator(seed);
    this.isTimed = this.random.chance(0.4);
    /** Whether everything that can run has run before the next thing happens; else mostly that, sometimes only a bit of it. */
    this.isThorough = this.random.chance(0.5);
    this.fails = this.random.chance(0.6) ? 0.08 : 0;
    this.hangs = this.random.pick([0, 0, 0.03, this.isTimed ? 0.3 : 0.1]);
    this.atOnce = this.random.pick([0, 0.2, 0.9]);
  }

  /** The order in which things happen: a later number for each. */
  tick() {
    return ++this.#ticks;
  }

  get seconds() {
    return Date.now() / 1000;
  }

  expect(holds, ...what) {
    if (!holds) this.violations.push(what.join(" "));
  }

  /** What `act` gives, later; or never, until the end. */
  later(act) {
    return new Promise((resolve, reject) => {
      const settle = () => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      this.#pending.push({ settle, hangs: this.random.chance(this.hangs) });
    });
  }

  /** Lets one thing happen that is waited for; `false` if there is none. */
  async step(theEnd) {
    const able = this.#pending.filter(({ hangs }) => theEnd || !hangs);
    if (able.length === 0) return false;
    const next = this.random.pick(able);
    this.#pending.splice(this.#pending.indexOf(next), 1);
    next.settle();
    await this.breathe();
    return true;
  }

  breathe() {
    return turns(this.isThorough || this.random.chance(0.5) ? 80 : this.random.below(8));
  }

  advance(seconds) {
    vi.advanceTimersByTime(seconds * 1000);
    return this.breathe();
  }

  /** Gives everybody all the time that patience can ask for, but lets nothing go that hangs. */
  async wait() {
    for (let round = 0; round < 12; round++) {
      while (await this.step(false));
      await this.advance(LOCK_TIMEOUT);
      await turns(200);
    }
  }

  /** Lets go of everything, until nothing is left. */
  async finish() {
    do {
      while (await this.step(true));
      await turns(200);
      if (this.isTimed) await this.advance(LOCK_TIMEOUT);
      await turns(200);
    } while (this.#pending.length > 0 || vi.getTimerCount() > 0);
  }
}

/** A store whose operations answer at once or late, fail or hang, and take effect when they are sent or when they answer. */
export class RandomBackend {
  store = new Map();
  reads = new Map();
  /** Payloads that are being written. */
  writing = new Set();
  #world;
  #history;

  constructor(world, history) {
    this.#world = world;
    this.#history = history;
    if (world.random.chance(0.5)) Object.assign(this, manyAtOnce(this));
  }

  get(key) {
    return this.read([key], () => this.store.get(key));
  }

  set(key, record) {
    return this.write([record.payload], () => this.store.set(key, record));
  }

  delete(key) {
    return this.write([], () => this.store.delete(key));
  }

  read(keys, look) {
    for (const key of keys) this.reads.set(key, (this.reads.get(key) ?? 0) + 1);
    return this.#operation(look);
  }

  write(payloads, act) {
    for (const payload of payloads) {
      this.#history.mayBeStored(payload);
      this.writing.add(payload);
    }
    const done = () => payloads.forEach((payload) => this.writing.delete(payload));
    let answer;
    try {
      return (answer = this.#operation(() => void act(), done));
    } finally {
      if (answer === undefined) done();
    }
  }

  /** An answer that comes after `lockTimeout` has no effect: nobody knows what a backend does that has not answered. */
  #operation(act, done = () => {}) {
    const { random, fails, atOnce, seconds, isTimed } = this.#world;
    const failure = random.chance(fails) ? new Error("backend") : undefined;
    const attempt = failure === undefined ? act : () => fail(failure);
    if (random.chance(atOnce)) return attempt();
    const early = failure === undefined && random.chance(0.5) ? { answer: act() } : undefined;
    const isLate = () => isTimed && this.#world.seconds - seconds >= LOCK_TIMEOUT;
    return this.#world.later(() => {
      done();
      if (early !== undefined) return early.answer;
      return isLate() ? undefined : attempt();
    });
  }
}

const manyAtOnce = (backend) => ({
  getMulti: (keys) => backend.read(keys, () => keys.map((key) => backend.store.get(key))),
  setMulti(values) {
    const payloads = [...values.values()].map(({ payload }) => payload);
    return backend.write(payloads, () => values.forEach((record, key) => backend.store.set(key, record)));
  },
  deleteMulti: (keys) => backend.write([], () => keys.forEach((key) => backend.store.delete(key))),
});

export function fail(error) {
  throw error;
}
