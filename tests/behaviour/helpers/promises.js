// Promises that a test settles, and ways to wait for what happens.
import { expect, vi } from "vitest";

const pending = [];

/** A promise that the test settles. What a test leaves unsettled is settled after it, so that a late answer is part of every test. */
export function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  pending.push(() => it.resolve("late"));
  return it;
}

/** Settles what the test has left unsettled. */
export async function settleLeftover() {
  while (pending.length > 0) {
    pending.splice(0).forEach((settle) => settle());
    await turns();
  }
}

/** Lets everything that is ready run: microtasks only, so that no timer can fire meanwhile. */
export async function turns(count = 60) {
  for (let turn = 0; turn < count; turn++) await undefined;
}

/** Waits for a condition: first microtasks alone, then polling. */
export async function until(condition) {
  for (let turn = 0; turn < 100; turn++) {
    if (await condition()) return;
    await undefined;
  }
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`waited in vain for ${condition}`);
    },
    { timeout: 3000, interval: 5 },
  );
}

/** Waits for real time to have passed, for what only a timer can do. */
export function elapsed(milliseconds) {
  const end = performance.now() + milliseconds;
  return until(() => performance.now() > end);
}

/** `["resolved", value]` or `["rejected", reason]`: tells a rejection with `undefined` from a value. A trap of the wasm instance is neither. */
export async function outcome(promise) {
  try {
    return ["resolved", await promise];
  } catch (reason) {
    expect(reason, "a trap").not.toBeInstanceOf(WebAssembly.RuntimeError);
    return ["rejected", reason];
  }
}

/** Whether the promise has settled once everything that is ready has run. */
export async function isSettled(promise) {
  let settled = false;
  const mark = () => (settled = true);
  promise.then(mark, mark);
  await turns();
  return settled;
}
