// Some processes over one far store in virtual time. What is superseded there must not be served long after that was acknowledged.
import { MemoryBackend, TieredBackend } from "dogpile";
import { turns } from "../helpers.js";
import { record } from "./helpers.js";

/** Milliseconds: the longest that a message takes, that an operation of the far tier takes, and that a near copy is used. */
const DELAY = 20;
const LONGEST_READ = 20;
const NEAR_FOR = 80;
const DURATION = 200;
const START = Date.UTC(2026);

/** One schedule. Returns what was served although it was superseded, and how much was served. */
export async function runSchedule(seed) {
  const { now } = Date;
  try {
    const world = new World(seed);
    Date.now = () => START + world.now; // a spy would keep every call
    await world.run();
    return world;
  } finally {
    Date.now = now;
  }
}

class World {
  served = 0;
  violations = [];
  now = 0;
  #random;
  #events = [];
  #order = 0;
  #store = new Map();
  /** For each key its writes as { value, applied, acknowledged, isDebt }. */
  #writes = new Map();
  #version = 0;

  constructor(seed) {
    this.#random = randomFrom(seed);
    this.failures = this.below(2) * 0.3;
    this.isFlaky = this.below(2) === 1;
    this.processes = Array.from({ length: 2 + this.below(2) }, () => new Process(this));
    for (let step = 0; step < 25; step++) this.in(this.below(DURATION), () => this.#step());
  }

  below(limit) {
    return Math.floor(this.#random() * limit);
  }

  in(delay, act) {
    this.#events.push({ time: this.now + delay, order: this.#order++, act });
  }

  async run() {
    while (this.#events.length > 0) {
      this.#events.sort((one, other) => one.time - other.time || one.order - other.order);
      const { time, act } = this.#events.shift();
      this.now = time;
      act();
      await turns(25);
    }
  }

  /** An operation of the far tier takes effect at one time and ends at a later one. One that fails may have taken effect all the same. */
  operate(act, mayFail) {
    const fails = mayFail && this.#random() < this.failures;
    const applies = !fails || this.below(2) === 1;
    const half = () => 1 + this.below(LONGEST_READ / 2);
    return new Promise((resolve, reject) => {
      let answer;
      const end = () => (fails ? reject(new Error("failed")) : resolve(answer));
      this.in(half(), () => {
        if (applies) answer = act();
        this.in(half(), end);
      });
    });
  }

  read(key) {
    return this.operate(() => this.#store.get(key), false);
  }

  async write(key, value, isDebt) {
    const entry = { value: value?.payload, applied: Infinity, acknowledged: Infinity, isDebt };
    this.#writesOf(key).push(entry);
    await this.operate(() => {
      entry.applied = this.now;
      this.#store.set(key, value);
    }, !isDebt);
    entry.acknowledged = this.now;
  }

  say(from, text) {
    for (const process of this.processes) if (process !== from) this.in(1 + this.below(DELAY - 1), () => process.hear(text));
  }

  #writesOf(key) {
    const known = this.#writes.get(key) ?? [];
    this.#writes.set(key, known);
    return known;
  }

  #step() {
    const process = this.processes[this.below(this.processes.length)];
    const key = `k${this.below(2)}`;
    const what = this.below(6);
    if (what === 0) process.write(key, record(++this.#version));
    else if (what === 1) process.write(key, undefined);
    else if (what === 2 && this.isFlaky) process.turnBus();
    else this.#get(process, key);
  }

  async #get(process, key) {
    const start = this.now;
    const bound = process.isUp ? DELAY : NEAR_FOR + LONGEST_READ;
    const isBounded = process.isUp || this.failures === 0; // in a pause a near copy serves for longer
    const answer = await Promise.resolve(process.tier.get(key)).catch(() => undefined);
    this.served += 1;
    if (answer === undefined || !isBounded) return;
    const applied = this.#writesOf(key).filter((write) => write.applied < Infinity);
    applied.sort((one, other) => one.applied - other.applied);
    const at = applied.findIndex((write) => write.value === answer.payload);
    if (at < 0 || applied[at].applied > start) return;
    const later = applied.slice(at + 1).find((write) => !write.isDebt && write.acknowledged < start - bound);
    if (later !== undefined) this.violations.push({ key, start, served: applied[at], later });
  }
}

class Process {
  isUp = false;

  #lines = new Map();
  #isOwn = false;
  #listener;

  constructor(world) {
    const write = (key, value) => world.write(key, value, !this.#isOwn);
    const far = { get: (key) => world.read(key), set: write, delete: (key) => write(key, undefined) };
    const bus = {
      publish: (text) => world.say(this, text),
      subscribe: (listener) => {
        this.#listener = listener;
        this.turnBus();
        return () => {};
      },
    };
    const times = { nearFor: { milliseconds: NEAR_FOR }, farTimeout: -1, pause: 0 };
    this.tier = new TieredBackend(new MemoryBackend(), far, { ...times, bus, onError: () => {} });
  }

  hear(text) {
    if (this.isUp) this.#listener.message(text);
  }

  turnBus() {
    this.isUp = !this.isUp;
    if (this.isUp) this.#listener.up();
    else this.#listener.down();
  }

  /** A region sends the writes of a key one after another. */
  write(key, value) {
    const before = this.#lines.get(key) ?? Promise.resolve();
    this.#lines.set(
      key,
      before.then(() => this.#send(key, value)).catch(() => {}),
    );
  }

  /** The far tier gets a call's own write before the call returns; others are for debts. */
  #send(key, value) {
    this.#isOwn = true;
    try {
      return value === undefined ? this.tier.delete(key) : this.tier.set(key, value);
    } finally {
      this.#isOwn = false;
    }
  }
}

function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
