// What becomes of those who wait when the request that creates for them dies. The promises, timers and I/O of a request die with it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleApp, Runtime } from "./stage.js";
import { newest } from "./runtime.js";

const WAITERS = 12;
const NONE = 1_000_000; // lets no creation through
const TAKEN_OVER = 1_500; // milliseconds: who waits looks every 250 ms, and takes over after three

let modules;
beforeAll(async () => {
  modules = await bundleApp();
});

const dates = ["2024-10-01", newest];
const flags = [[], ["no_handle_cross_request_promise_resolution"]];

describe.each(dates.flatMap((date) => flags.map((some) => [date, some])))("%s %j", (compatibilityDate, compatibilityFlags) => {
  let runtime;
  beforeAll(async () => {
    runtime = await new Runtime(modules, { compatibilityDate, compatibilityFlags }).ready();
  });
  afterAll(() => runtime?.dispose());

  test("the client is gone that read a value first", async () => {
    const stage = runtime.stage({ key: "k", backend: "memory" });
    await stage.ask("set", { value: "kept" });
    const first = stage.client("warm", { ends: "never" });
    await stage.until(({ calls }) => calls === 1);
    const second = stage.ask("warm");
    await expect(second).resolves.toEqual({ values: ["kept", "kept", "kept"], own: true });
    await kill(first);
    expect(await stage.ask("warm")).toEqual({ values: ["kept", "kept", "kept"], own: true });
    await stage.expectNothingLeft(["k"]);
  });

  describe.each([[true], [false]])("waitUntil: %s", (waitUntil) => {
    /** After a kill the creation goes on in `waitUntil`, or somebody else begins another. */
    const survivor = waitUntil ? 1 : 2;
    const start = (query) => runtime.stage({ key: "k", backend: "memory", waitUntil, ...query });

    test("a healthy leader", async () => {
      const stage = start();
      const clients = await gathered(stage);
      await stage.open({ opensAt: 1 });
      await expectAnswers(clients, { value: "k 1" });
      await expectCreations(stage, 1);
    });

    test("the leader's client is gone", async () => {
      const stage = start();
      const [leader, ...waiters] = await gathered(stage);
      await kill(leader);
      await openAfter(stage, survivor);
      await expectAnswers(waiters, { value: `k ${survivor}` });
      await expectCreations(stage, survivor);
    });

    test("the leader's handler throws", async () => {
      const stage = start();
      const [leader, ...waiters] = await gathered(stage, { ends: "throws" });
      expect((await leader.answer).status).toBe(500);
      await openAfter(stage, survivor);
      await expectAnswers(waiters, { value: `k ${survivor}` });
      await expectCreations(stage, survivor);
    });

    test("the leader answers early", async () => {
      const stage = start();
      const [leader, ...waiters] = await gathered(stage, { ends: "early" });
      expect((await leader.answer).body).toBe("early");
      await openAfter(stage, survivor);
      await expectAnswers(waiters, { value: `k ${survivor}` });
      await expectCreations(stage, survivor);
    });

    test("the leader's client is gone, then that of whoever leads instead", async () => {
      const stage = start();
      const [leader, ...others] = await gathered(stage);
      await kill(leader);
      const { leaders } = await openAfter(stage, survivor, { opensAt: NONE });
      const second = others.find(({ name }) => name === leaders[1]) ?? others[0];
      await kill(second);
      const last = waitUntil ? 1 : 3;
      await openAfter(stage, last);
      await expectAnswers(
        others.filter((client) => client !== second),
        { value: `k ${last}` },
      );
      await expectCreations(stage, last);
    });

    test("the client is gone whose request reads for all", async () => {
      const stage = start({ backend: "slow" });
      await stage.open({ readsOpenAt: NONE, opensAt: 1 });
      const [reader, ...waiters] = await gathered(stage, {}, ({ reads }) => reads === 1);
      await kill(reader);
      if (waitUntil) await pause(TAKEN_OVER);
      else await stage.until(({ reads }) => reads >= 2);
      await stage.open({ readsOpenAt: waitUntil ? 1 : 2 });
      await expectAnswers(waiters, { value: "k 1" });
      await expectCreations(stage, 1);
    });

    test("the leader's client is gone before anyone else comes", async () => {
      const stage = start();
      const leader = stage.client("call");
      await stage.until(({ creations }) => creations.k === 1);
      await kill(leader);
      const late = callers(stage, WAITERS);
      await stage.until(({ calls }) => calls === 1 + WAITERS);
      await openAfter(stage, survivor);
      await expectAnswers(late, { value: `k ${survivor}` });
      await expectCreations(stage, survivor);
    });

    test("a creator that rejects", async () => {
      const stage = start({ creator: "rejects" });
      const clients = await gathered(stage);
      await stage.open({ opensAt: 1 });
      await expectAnswers(clients, { error: "no origin" });
      await expectCreations(stage, 1);
    });

    test("a creator that never settles", async () => {
      const stage = start({ creator: "never", lockTimeout: "2s" });
      await expectAnswers(await gathered(stage), { value: "k 2" });
      await expectCreations(stage, 2);
    });

    test("two keys whose creators wait for each other", async () => {
      const stage = start({ creator: "cycle", lockTimeout: "2s" });
      const clients = Array.from({ length: 1 + WAITERS }, (_, index) => {
        const [key, other] = index % 2 === 0 ? ["a", "b"] : ["b", "a"];
        return stage.client("call", { key, other });
      });
      await expectAnswers(clients, { value: expect.stringMatching(/^[ab] (2|of [ab] (2|of [ab] 2))$/) });
      const { creations } = await stage.state();
      for (const key of ["a", "b"]) expect([1, 2]).toContain(creations[key]);
      await stage.expectNothingLeft(["a", "b"]);
    });

    test("a stale value that is created anew after the response", async () => {
      const stage = start({ expires: 0.2, runner: "background" });
      await stage.ask("set", { value: "old" });
      await pause(300);
      const clients = callers(stage, 1 + WAITERS);
      await expectAnswers(clients, { value: "old", state: "stale" });
      await stage.until(({ creations }) => creations.k === 1);
      if (waitUntil) await stage.open({ opensAt: 1 });
      else await stage.open({ opensAt: 2 });
      const look = () => stage.ask("call");
      await expect.poll(async () => (await look()).value, { timeout: 15_000, interval: 50 }).not.toBe("old");
      const { creations } = await stage.state();
      expect(creations.k).toBeGreaterThanOrEqual(survivor);
      await stage.expectNothingLeft(["k"]);
    });
  });
});

/** A leader whose creator runs, and those who wait for it. */
async function gathered(stage, leading = {}, isLed = ({ creations }) => Object.keys(creations).length > 0) {
  const leader = stage.client("call", leading);
  await stage.until(isLed);
  const waiters = callers(stage, WAITERS);
  await stage.until(({ calls }) => calls === 1 + WAITERS);
  return [leader, ...waiters];
}

const callers = (stage, count) => Array.from({ length: count }, () => stage.client("call"));

async function kill(client) {
  client.reset();
  expect((await client.answer).status).toBe("reset");
}

/** Lets the creation of that number through when it has begun; the first one, not before somebody could have begun another. */
async function openAfter(stage, number, what = { opensAt: number }) {
  if (number === 1) await pause(TAKEN_OVER);
  await stage.until(({ creations }) => creations.k === number);
  return stage.open(what);
}

async function expectAnswers(clients, expected) {
  const answers = await Promise.all(clients.map(({ answer }) => answer));
  expect(answers).toEqual(clients.map(() => ({ status: 200, body: { ...(expected.value && { state: expect.any(String) }), ...expected, own: true } })));
}

async function expectCreations(stage, number) {
  const { creations } = await stage.state();
  expect(creations).toEqual({ k: number });
  await stage.expectNothingLeft(["k"]);
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
