// Those who die while they wait for a lock, where the runtime tells a Durable Object that its client is gone.
import { expect, test } from "vitest";
import { asked, eventually, runtime, startLocks, untilWaiting } from "./locks.js";

startLocks({ compatibilityFlags: ["enable_request_signal"] });

test("they leave the queue, and cost those behind them nothing", async () => {
  const stage = runtime.stage({ key: "k", wait: "true" });
  const ask = asked(`${stage.name}:k`);
  const holder = stage.client("holds", {}, 0);
  await stage.until(({ events }) => events.includes(`${holder.name} holds`), 0);
  const dead = [];
  for (const isolate of [1, 2, 1, 2]) {
    dead.push(stage.client("holds", {}, isolate));
    await untilWaiting(ask, dead.length);
  }
  const alive = stage.client("holds", {}, 2);
  await untilWaiting(ask, dead.length + 1);
  for (const client of dead) client.reset();
  await eventually(async () => (await ask({ operation: "locked" })).waiting, 1);
  await stage.open({ [holder.name]: null }, 0);
  await stage.until(({ events }) => events.includes(`${alive.name} holds`), 2);
  expect((await ask({ operation: "locked" })).waiting).toBe(0);
  await stage.open({ [alive.name]: null }, 2);
  expect((await alive.answer).body).toEqual({ granted: true });
});
