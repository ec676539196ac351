import { expectSame, fail, inTime } from "./expectations.js";

/** Of a backend whose `getMutex` is there and gives a lock; others have none to be looked at. */
export const lockCases = [
  { name: "getMutex, where there is one: one holder at a time", check: onlyOne },
  { name: "getMutex, where there is one: who waits gets the lock when it is released", check: handsOver },
  { name: "getMutex, where there is one: a signal ends the wait", check: givesUp },
  { name: "getMutex, where there is one: each key has a lock of its own", check: oneEach },
];

function locks(subject, key, count) {
  if (!subject.has("getMutex")) return undefined;
  const all = Array.from({ length: count }, () => subject.backend.getMutex(key));
  return all.includes(undefined) || all.includes(null) ? undefined : all;
}

async function onlyOne(subject) {
  const [one, other] = locks(subject, subject.key("k"), 2) ?? [];
  if (one === undefined) return;
  expectSame(Boolean(await one.locked()), false, "locked of a lock that nobody holds");
  await acquire(one, "acquire of a free lock");
  expectSame(Boolean(await other.locked()), true, "locked of a lock that is held");
  expectSame(Boolean(await inTime(other.acquire(false), "acquire(false)")), false, "acquire(false) of a lock that is held");
  await one.release();
  await one.release(); // a second release does nothing
  await acquire(other, "acquire of a lock that was released");
  await one.release();
  expectSame(Boolean(await other.locked()), true, "locked after a release by one who does not hold it any more");
  await other.release();
}

async function handsOver(subject) {
  const [one, other] = locks(subject, subject.key("k"), 2) ?? [];
  if (one === undefined) return;
  await acquire(one, "acquire of a free lock");
  let isThere = false;
  const waiting = acquire(other, "acquire(true), once the lock was released,").then(() => (isThere = true));
  expectSame(Boolean(await one.locked()), true, "locked of a lock that is held");
  if (isThere) fail("acquire(true) gave a lock that somebody holds", "it waits until the lock is released");
  await one.release();
  await waiting;
  await other.release();
}

async function givesUp(subject) {
  const [one, other] = locks(subject, subject.key("k"), 2) ?? [];
  if (one === undefined) return;
  await acquire(one, "acquire of a free lock");
  const leaving = new AbortController();
  const waiting = Promise.resolve(other.acquire(true, { signal: leaving.signal })).catch(() => false);
  leaving.abort();
  expectSame(Boolean(await inTime(waiting, "acquire(true) whose signal aborted")), false, "acquire(true) whose signal aborted");
  await one.release();
  await acquire(other, "acquire of a lock that was released");
  await other.release();
}

async function oneEach(subject) {
  const [one] = locks(subject, subject.key("one"), 1) ?? [];
  const [other] = locks(subject, subject.key("other"), 1) ?? [];
  if (one === undefined || other === undefined) return;
  await acquire(one, "acquire of a free lock");
  await acquire(other, "acquire of another key's lock");
  await one.release();
  await other.release();
}

async function acquire(lock, what) {
  expectSame(Boolean(await inTime(lock.acquire(true), what)), true, what);
}
