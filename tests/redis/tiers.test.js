// Memory in front of Redis in two processes, with RedisBus between them.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startService } from "./helpers/process.js";
import { startRedis, until } from "./helpers/server.js";

let server;
let one;
let other;
const start = () => startService("node-redis 6", server.port, "1s", "tiers-service.js");

/** A bus that comes up clears memory: it is up on both sides before a test begins. */
const hears = (listener, speaker) =>
  until(async () => {
    await speaker.ask("set", "heard", true);
    return (await listener.ask("stats")).bus.received > 0;
  });

/** Both have the value in memory: who hears of it after his read would forget it. */
async function shared(value) {
  const { bus: before } = await other.ask("stats");
  await one.ask("set", "k", value);
  await until(async () => (await other.ask("stats")).bus.received > before.received);
  expect(await other.ask("get", "k")).toBe(value);
}

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  await server.cli("FLUSHALL");
  [one, other] = await Promise.all([start(), start()]);
  await Promise.all([hears(one, other), hears(other, one)]);
});
afterEach(() => Promise.all([one.kill(), other.kill()]));
afterAll(() => server?.stop());

test("one creation for the callers of both; then each answers from its memory", async () => {
  const answers = await Promise.all([one, other].map((service) => service.ask("create", "k", 100)));
  expect(answers.reduce((sum, { creations }) => sum + creations, 0)).toBe(1);
  expect(answers[0].values).toEqual(answers[1].values);
  const before = await other.ask("stats");
  await other.ask("create", "k", 0);
  const after = await other.ask("stats");
  expect(after.near.hits - before.near.hits).toBe(100);
  expect(after.far.hits).toBe(before.far.hits);
});

test("what one sets or deletes the other has when the message has arrived", async () => {
  await shared("old");
  await one.ask("set", "k", "new");
  await until(async () => (await other.ask("get", "k")) === "new");
  await one.ask("delete", "k");
  await until(async () => (await other.ask("get", "k")) === null);
});

test("one is killed while it creates: the other creates when the lock's lease has ended", async () => {
  one.ask("create", "k", 60_000);
  await until(async () => (await server.cli("KEYS", "_lock*")) !== "");
  const answer = other.ask("create", "k", 0);
  one.process.kill("SIGKILL");
  expect(await answer).toMatchObject({ creations: 1, values: [`k by ${other.process.pid}`] });
});

test("Redis hangs: callers are answered, memory serves, and what was set meanwhile is put right afterwards", async () => {
  await one.ask("set", "k", "old");
  server.signal("SIGSTOP");
  try {
    expect((await one.ask("create", "cold", 0)).took).toBeLessThan(3000); // a farTimeout of 500 ms for the read, and one for what follows
    expect(await one.ask("get", "k")).toBe("old");
    expect(["BackendError", "TimeoutError"]).toContain(await one.ask("set", "k", "new"));
    expect(await one.ask("get", "k")).toBe("new");
    expect((await one.ask("stats")).owed).toBeGreaterThan(0);
  } finally {
    server.signal("SIGCONT");
  }
  await until(async () => {
    await one.ask("get", "another");
    return (await one.ask("stats")).owed === 0;
  });
  expect(await other.ask("get", "k")).not.toBe("old");
});

test("Redis is killed and started again: nobody serves what was written before from memory", async () => {
  await shared("old");
  await server.kill();
  await until(async () => (await other.ask("stats")).bus.downs > 0);
  expect(await other.ask("get", "k"), "while it is away").toBe("old");
  await server.start();
  await until(async () => (await other.ask("get", "k")) === null);
});
