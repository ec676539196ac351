// One creation over several isolates, by a DogpileLock.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleApp, Runtime } from "./stage.js";

const CALLERS = 6; // an isolate
const [ONE, TWO] = [0, 1];

let runtime;
beforeAll(async () => {
  runtime = await new Runtime(await bundleApp(), { isolates: 2 }).ready();
});
afterAll(() => runtime?.dispose());

const callers = (stage, isolate, count = CALLERS) => Array.from({ length: count }, () => stage.client("call", {}, isolate));
const values = async (clients) =>
  new Set((await Promise.all(clients.map(({ answer }) => answer))).map(({ status, body }) => `${status} ${body.value ?? body.error}`));
const creationsOf = async (stage) => (await Promise.all([ONE, TWO].map((isolate) => stage.state(isolate)))).map(({ creations }) => creations.k ?? 0);
const isCreating = ({ creations }) => creations.k === 1;

async function both(stage, what) {
  for (const isolate of [ONE, TWO]) await stage.open(what, isolate);
}

describe.each(["locked", "slowlyVisible"])("over KV that is %s", (backend) => {
  const start = (query) => runtime.stage({ key: "k", backend, ...query });

  test("a cold key is created once, and a later caller finds it", async () => {
    const stage = start();
    const clients = callers(stage, ONE);
    await stage.until(isCreating, ONE);
    clients.push(...callers(stage, TWO));
    await stage.until(({ calls }) => calls === CALLERS, TWO);
    await both(stage, { opensAt: 1 });
    expect(await values(clients)).toEqual(new Set(["200 k 1"]));
    expect(await values([...callers(stage, ONE), ...callers(stage, TWO)])).toEqual(new Set(["200 k 1"]));
    expect(await creationsOf(stage)).toEqual([1, 0]);
  });

  test("what is set meanwhile is what others get", async () => {
    const stage = start();
    const before = callers(stage, ONE);
    await stage.until(isCreating, ONE);
    await stage.ask("set", { value: "set" }, TWO);
    const after = callers(stage, TWO);
    await stage.until(({ calls }) => calls === CALLERS, TWO);
    await both(stage, { opensAt: 1 });
    expect(await values(before)).toEqual(new Set(["200 k 1"]));
    expect(await values(after)).toEqual(new Set(["200 set"]));
    expect(await creationsOf(stage)).toEqual([1, 0]);
  });
});

test("what was created before a deletion elsewhere is not handed over after it", async () => {
  const stage = runtime.stage({ key: "k", backend: "slowlyVisible" });
  const before = callers(stage, ONE);
  await stage.until(isCreating, ONE);
  await stage.ask("set", {}, TWO); // nothing: deletes
  const after = callers(stage, TWO);
  await stage.until(({ calls }) => calls === CALLERS, TWO);
  await both(stage, { opensAt: 1 });
  expect(await values([...before, ...after])).toEqual(new Set(["200 k 1"]));
  expect(await creationsOf(stage)).toEqual([1, 1]);
});

test("a stale value is served everywhere while one isolate creates", async () => {
  const stage = runtime.stage({ key: "k", backend: "locked", expires: 0.1 });
  await stage.ask("set", { value: "old" }, ONE);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const [leader] = callers(stage, ONE, 1);
  await stage.until(isCreating, ONE);
  expect(await values(callers(stage, TWO))).toEqual(new Set(["200 old"]));
  await both(stage, { opensAt: 1 });
  expect(await values([leader])).toEqual(new Set(["200 k 1"]));
  expect(await creationsOf(stage)).toEqual([1, 0]);
});

test("an isolate whose request dies with the lock is waited for no longer than a lease", async () => {
  const stage = runtime.stage({ key: "k", backend: "locked", waitUntil: false });
  const [dying] = callers(stage, ONE, 1);
  await stage.until(isCreating, ONE);
  const waiting = callers(stage, TWO);
  await stage.until(({ calls }) => calls === CALLERS, TWO);
  dying.reset();
  await stage.open({ opensAt: 1 }, TWO);
  expect(await values(waiting)).toEqual(new Set(["200 k 1"]));
  expect(await creationsOf(stage)).toEqual([1, 1]);
});

test.each(["broken", "silent"])("a lock that is %s costs nobody the value: each isolate creates for itself", async (backend) => {
  const stage = runtime.stage({ key: "k", backend });
  const clients = [...callers(stage, ONE), ...callers(stage, TWO)];
  for (const isolate of [ONE, TWO]) await stage.until(isCreating, isolate);
  await both(stage, { opensAt: 1 });
  expect(await values(clients)).toEqual(new Set(["200 k 1"]));
  expect(await creationsOf(stage)).toEqual([1, 1]);
});
