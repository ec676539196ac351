import { makeError } from "../errors.js";
import { hasMethod } from "../members.js";
import { pending, startTimer } from "../promises.js";
import { find, judged, numbersOf } from "../region/found.js";
import { askMutex, mutexOf } from "../region/mutexes.js";
import { DONE, NEWS_LOCK_BUSY, NEWS_LOCK_FAILED, NEWS_LOCK_GRANTED, NEWS_UNLOCKED, NOTHING, PENDING } from "./numbers.js";

/** Whether the backend has a lock for a flight that a call leads. */
export function findLock(call, flight) {
  flight.call = call;
  flight.mutex = mutexOf(call.region, call.setup, flight.key);
  return flight.mutex === undefined ? PENDING : DONE;
}

/** Acquires a backend's lock, at most for `lockTimeout`. A lock that is acquired later is released at once. */
export function askLock(flight, serial, wait) {
  const { call, mutex } = flight;
  const { region, setup, lockTimeout } = call;
  const giveUp = new AbortController();
  const lock = { isGivenUp: false, giveUp };
  flight.lock = lock;
  const tell = (answer) => call.inContext(() => call.tell(answer, flight.slot, serial));
  const release = () => askMutex(region, setup, () => mutex.release());
  const fail = (error) => {
    if (lock.isGivenUp) return;
    lock.isGivenUp = true;
    region.backendFailed(error, "lock");
    tell(NEWS_LOCK_FAILED);
    giveUp.abort();
  };
  const late = () => fail(makeError("TIMEOUT", "The lock did not respond within lockTimeout."));
  const timer = lockTimeout === Infinity ? undefined : startTimer(late, lockTimeout * 1000);
  ask(mutex, wait, giveUp.signal).then(
    (granted) => {
      clearTimeout(timer);
      if (granted && (giveUp.signal.aborted || !tell(NEWS_LOCK_GRANTED))) release();
      else if (!granted && !lock.isGivenUp) tell(NEWS_LOCK_BUSY);
    },
    (error) => {
      clearTimeout(timer);
      fail(error);
    },
  );
}

async function ask(mutex, wait, signal) {
  const answer = mutex.acquire(wait, { signal });
  return Boolean(await (pending(answer) ?? answer));
}

/** The lock is no longer needed. */
export function giveUpLock({ lock }) {
  lock.isGivenUp = true;
  lock.giveUp.abort();
}

/** Asks for the record that the last holder left. Always asynchronous: synchronous results for thousands of keys would overflow the stack. */
export async function askHandover(flight, serial) {
  const { call, mutex } = flight;
  const { region, setup, core, host } = call;
  const left = await (hasMethod(mutex, "handover") ? askMutex(region, setup, () => mutex.handover()) : undefined);
  flight.again = left === undefined || left === null ? undefined : await findLeft(region, setup, left);
  const { kind, ct, v, et, invalidated } = flight.again === undefined ? { kind: NOTHING, ct: 0, v: 0, et: 0, invalidated: 0 } : numbersOf(flight.again);
  call.inContext(() => core.handedOver(host, flight.slot, serial, kind, ct, v, et, invalidated, region.clock.readOrBegin()));
}

async function findLeft(region, setup, left) {
  const found = find(region, setup, { value: left }, setup.throws);
  await region.tags?.refreshFor([found], setup);
  return judged(region, found);
}

/** Releases the lock, with the stored record. */
export function unlock(flight, round, serial, isStored) {
  const { call, mutex } = flight;
  const { region, setup } = call;
  const release = () => (isStored ? mutex.release(flight.stored) : mutex.release());
  flight.released = askMutex(region, setup, release).then(() => call.inContext(() => call.tell(NEWS_UNLOCKED, round, serial)));
}
