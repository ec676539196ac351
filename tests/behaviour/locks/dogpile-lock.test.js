import { describe, expect, test, vi } from "vitest";
import { DogpileLock } from "dogpile";
import { checkAfterEach, isSettled, turns } from "../helpers.js";

checkAfterEach();

const [LEASE, ROUND] = [3_000, 20_000];
const fake = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });

/** A lock, and how it is asked: with a status other than 200, the answer is the text. */
function makeLock() {
  const lock = new DogpileLock();
  const send = (given, signal) => lock.fetch({ json: async () => given, signal });
  const read = async (response) => (response.status === 200 ? response.json() : [response.status, await response.text()]);
  const ask = async (given) => read(await send(given));
  const wait = async (token, { round = ROUND, signal } = {}) => {
    const response = send({ operation: "acquire", token, wait: true, round }, signal);
    await turns();
    return { response, answer: response.then(read) }; // a browser reads a body in a task of its own
  };
  const acquire = (token) => ask({ operation: "acquire", token });
  return { ask, acquire, wait, release: (token, more) => ask({ operation: "release", token, ...more }), state: () => ask({ operation: "locked" }) };
}

/** Who was told to ask again, and has not been heard of since. */
async function absent({ wait }, tokens) {
  for (const token of tokens) {
    const { answer } = await wait(token, { round: 0 });
    await pass(0);
    expect(await answer).toEqual({ granted: false, again: true });
  }
}

async function pass(milliseconds) {
  await vi.advanceTimersByTimeAsync(milliseconds);
  await turns();
}

describe("who was told to ask again", () => {
  const dead = ["1", "2", "3", "4", "5", "6"];

  test("and is dead costs those behind it no more than one lease, however many there are", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder, dead too");
    await absent(lock, dead);
    const { response, answer } = await lock.wait("alive");
    await pass(LEASE);
    expect(await isSettled(response)).toBe(true);
    expect(await answer).toEqual({ granted: true });
  });

  test("is passed over when the lock is given back", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder");
    await absent(lock, dead);
    const { response, answer } = await lock.wait("alive");
    await lock.release("holder");
    expect(await isSettled(response)).toBe(true);
    expect(await answer).toEqual({ granted: true });
  });

  test("keeps its place: it is still ahead when it asks again in time", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder");
    await absent(lock, ["1", "first"]);
    const behind = await lock.wait("behind");
    await pass(LEASE - 1);
    await lock.ask({ operation: "renew", token: "holder" });
    const first = await lock.wait("first");
    await pass(LEASE - 1);
    await lock.release("holder");
    expect(await first.answer).toEqual({ granted: true });
    await lock.release("first");
    expect(await behind.answer).toEqual({ granted: true });
  });

  test("gets a lock that is free, and leaves the queue with it", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder");
    await absent(lock, ["first"]);
    await lock.release("holder");
    expect(await lock.state()).toEqual({ locked: false, waiting: 1 });
    expect(await (await lock.wait("first")).answer).toEqual({ granted: true });
    expect(await lock.state()).toEqual({ locked: true, waiting: 0 });
  });

  test("too long ago has to queue anew, and is not lost", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder");
    await absent(lock, ["late"]);
    const behind = await lock.wait("behind");
    await pass(LEASE / 2);
    await lock.ask({ operation: "renew", token: "holder" });
    await pass(LEASE / 2);
    const late = await lock.wait("late");
    await lock.release("holder");
    expect(await behind.answer).toEqual({ granted: true });
    await lock.release("behind");
    expect(await late.answer).toEqual({ granted: true });
  });

  test("leaves nothing behind: the object may sleep", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder");
    await absent(lock, dead);
    expect(await lock.state()).toEqual({ locked: true, waiting: 6 });
    expect(vi.getTimerCount()).toBe(1);
    await pass(LEASE);
    expect(vi.getTimerCount()).toBe(0);
    expect(await lock.state()).toEqual({ locked: false, waiting: 0 });
  });
});

test("each who waits is told to ask again when its round is over, by one timer for all", async () => {
  fake();
  const { ask, acquire, wait } = makeLock();
  await acquire("holder");
  const waiting = [];
  for (const round of [500, 100, 1_000]) waiting.push(await wait(`${round}`, { round }));
  expect(vi.getTimerCount()).toBe(1);
  for (const [milliseconds, settled] of [
    [99, 0],
    [1, 1],
    [400, 2],
    [499, 2],
    [1, 3],
  ]) {
    await pass(milliseconds);
    const answers = await Promise.all(waiting.map(({ response }) => isSettled(response)));
    expect(answers.filter(Boolean).length).toBe(settled);
  }
  for (const { answer } of waiting) expect(await answer).toEqual({ granted: false, again: true });
  expect(await ask({ operation: "renew", token: "holder" })).toEqual({ held: true });
});

describe("a token that asks twice", () => {
  test("is told with its first request to ask again, and has one place", async () => {
    const lock = makeLock();
    await lock.acquire("holder");
    const [first, other] = [await lock.wait("twice"), await lock.wait("other")];
    const second = await lock.wait("twice");
    expect(await first.answer).toEqual({ granted: false, again: true });
    expect(await lock.state()).toEqual({ locked: true, waiting: 2 });
    await lock.release("holder");
    expect(await second.answer).toEqual({ granted: true });
    expect(await isSettled(other.response)).toBe(false);
    await lock.release("twice");
    expect(await other.answer).toEqual({ granted: true });
  });

  test("and does not wait the second time is refused, with both answered", async () => {
    const lock = makeLock();
    await lock.acquire("holder");
    const first = await lock.wait("twice");
    expect(await lock.acquire("twice")).toEqual({ granted: false });
    expect(await first.answer).toEqual({ granted: false, again: true });
  });

  test("and has the lock keeps it for another lease", async () => {
    fake();
    const lock = makeLock();
    await lock.acquire("holder");
    await pass(LEASE - 1);
    expect(await lock.acquire("holder")).toEqual({ granted: true });
    await pass(LEASE - 1);
    expect(await lock.acquire("other")).toEqual({ granted: false });
  });
});

describe("who waits and whose client leaves", () => {
  test("is passed over, where the platform says so", async () => {
    const lock = makeLock();
    await lock.acquire("holder");
    const client = new AbortController();
    const left = await lock.wait("left", client);
    const alive = await lock.wait("alive");
    client.abort();
    expect(await left.answer).toEqual({ granted: false });
    expect(await lock.state()).toEqual({ locked: true, waiting: 1 });
    await lock.release("holder");
    expect(await alive.answer).toEqual({ granted: true });
  });

  test("takes no later request of its token with it", async () => {
    const lock = makeLock();
    await lock.acquire("holder");
    const client = new AbortController();
    const first = await lock.wait("k", client);
    const second = await lock.wait("k");
    client.abort();
    expect(await first.answer).toEqual({ granted: false, again: true });
    await lock.release("holder");
    expect(await second.answer).toEqual({ granted: true });
  });

  test("gets no lock that is free", async () => {
    const lock = makeLock();
    expect(await (await lock.wait("left", { signal: AbortSignal.abort() })).answer).toEqual({ granted: false });
    expect(await lock.state()).toEqual({ locked: false, waiting: 0 });
  });
});

test("what was stored is kept for as long as was said, and then forgotten at the next look, whoever holds the lock", async () => {
  fake();
  const lock = makeLock();
  await lock.acquire("a");
  await lock.release("a", { stored: "text", keep: 10 });
  await pass(9_999);
  expect(await lock.acquire("b")).toEqual({ granted: true, stored: "text" });
  await pass(1);
  expect(await lock.acquire("b")).toEqual({ granted: true });
  expect(vi.getTimerCount()).toBe(0);
});
