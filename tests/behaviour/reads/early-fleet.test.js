// Early refresh of several regions over one store, in virtual time: when the creation begins, and how often there is one.
import { expect, test } from "vitest";
import { deferred, makeRegion, record, turns, virtualClock } from "../helpers.js";

const EXPIRATION = 60;
const CREATION = 1;
/** Milliseconds for a test: some of them make a million calls. */
const LONG = 120_000;

/** Numbers from 0 to below 1, the same for each seed (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A lock that all regions share, and how often it was asked for. */
function sharedLock() {
  const lock = { isTaken: false, asked: 0 };
  lock.getMutex = () => ({
    acquire: () => {
      lock.asked += 1;
      if (lock.isTaken) return false;
      lock.isTaken = true;
      return true;
    },
    release: () => void (lock.isTaken = false),
    locked: () => lock.isTaken,
  });
  return lock;
}

/** Lets many cycles of one key pass: `rate` requests a second in each of `count` regions. `from`: seconds before the expiration at which they begin. */
async function simulate({ count, rate, cycles, hasLock, from, seed }) {
  const random = numbers(seed);
  const clock = virtualClock();
  const store = new Map();
  const lock = sharedLock();
  const backend = { get: (key) => store.get(key), set: (key, value) => void store.set(key, value), delete: (key) => void store.delete(key) };
  if (hasLock) backend.getMutex = lock.getMutex;
  const options = { clock, random, expirationTime: EXPIRATION, earlyRefresh: true, staleWhileRevalidate: true, lockTimeout: -1 };
  const regions = Array.from({ length: count }, () => makeRegion({ backend, ...options }, []));
  let running = [];
  const creator = () => {
    const end = deferred();
    running.push([clock.now + CREATION, end]);
    return end.promise;
  };
  const total = { creations: 0, before: 0, done: 0 };
  for (let cycle = 0; cycle < cycles; cycle++) {
    store.set("k", record("old", clock.now, { dt: CREATION }));
    const expires = clock.now + EXPIRATION;
    clock.now = expires - from;
    let first;
    for (;;) {
      clock.now -= Math.log(1 - random()) / (rate * count);
      const [next] = running;
      if (clock.now > expires + 3 * CREATION || next?.[0] < clock.now) break;
      const asked = lock.asked;
      regions[Math.floor(random() * count)].getOrCreate("k", creator);
      if (lock.asked !== asked) await turns();
      first ??= running[0]?.[0];
    }
    total.creations += running.length;
    if (first !== undefined) total.before += expires - (first - CREATION);
    if (first <= expires) total.done += 1;
    for (const [ends, { resolve }] of running) {
      clock.now = Math.max(clock.now, ends);
      resolve("new");
      await turns();
    }
    running = [];
  }
  return { creations: total.creations / cycles, before: total.before / cycles, done: total.done / cycles };
}

const within = (value, expected) => expect(Math.abs(value / expected - 1), `${value} for ${expected}`).toBeLessThan(0.1);

test(
  "one region of 100 requests a second creates once, five seconds before the end",
  async () => {
    const { creations, before, done } = await simulate({ count: 1, rate: 100, cycles: 500, from: 12.5, seed: 1 });
    within(creations, 1);
    within(before, 5.1);
    within(done, 1);
  },
  LONG,
);

test(
  "one region of a request a second is in time in 29 of 100 cycles",
  async () => {
    const { creations, done } = await simulate({ count: 1, rate: 1, cycles: 10_000, from: 25, seed: 2 });
    within(creations, 0.97);
    within(done, 0.29);
  },
  LONG,
);

test(
  "twenty regions create 2.5 times where they share no lock",
  async () => {
    const { creations, before, done } = await simulate({ count: 20, rate: 100, cycles: 100, from: 12.5, seed: 3 });
    within(creations, 2.5);
    within(before, 8.1);
    within(done, 1);
  },
  LONG,
);

test(
  "twenty regions create once where they share a lock",
  async () => {
    const { creations, before, done } = await simulate({ count: 20, rate: 100, cycles: 100, hasLock: true, from: 12.5, seed: 4 });
    within(creations, 1);
    within(before, 8.1);
    within(done, 1);
  },
  LONG,
);
