// A creator that fails is called again in its own request, whatever the others that wait do.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newest } from "./runtime.js";
import { bundleApp, Runtime } from "./stage.js";

let modules;
beforeAll(async () => {
  modules = await bundleApp();
});

describe.each(["2024-10-01", newest])("%s", (compatibilityDate) => {
  let runtime;
  beforeAll(async () => {
    runtime = await new Runtime(modules, { compatibilityDate }).ready();
  });
  afterAll(() => runtime?.dispose());

  test.each(["memory", "slow", "kv"])("over %s: one request tries three times, the others wait for it, each in its own", async (backend) => {
    const stage = runtime.stage({ key: "k", backend, creator: "unsteady", delay: "200ms", waitUntil: false });
    await stage.open({ opensAt: 3, readsOpenAt: 0 });
    const first = stage.client("call");
    await stage.until(({ creations }) => creations.k === 1);
    const others = Array.from({ length: 5 }, () => stage.ask("call"));
    const { body } = await first.answer;
    expect(body).toEqual({ value: "k 3", state: "created", own: true });
    for (const answer of await Promise.all(others)) expect(answer).toEqual({ value: "k 3", state: expect.stringMatching(/coalesced|fresh/), own: true });
    const { creations, leaders } = await stage.state();
    expect({ creations, leaders }).toEqual({ creations: { k: 3 }, leaders: Array(3).fill(first.name) });
    await stage.expectNothingLeft(["k"]);
  });

  test("the request that tries again is gone: another one continues", async () => {
    const stage = runtime.stage({ key: "k", backend: "memory", creator: "unsteady", delay: "5s", waitUntil: false });
    await stage.open({ opensAt: 2 });
    const first = stage.client("call");
    await stage.until(({ creations }) => creations.k === 1);
    const second = stage.ask("call");
    await stage.until(({ calls }) => calls === 2);
    first.reset();
    expect(await second).toEqual({ value: "k 2", state: "created", own: true });
    await stage.expectNothingLeft(["k"]);
  });
});
