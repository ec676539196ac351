// A fresh value is renewed in the background: that outlives the request whose caller was served, or dies with it.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newest } from "./runtime.js";
import { bundleApp, Runtime } from "./stage.js";

const NONE = 1_000_000; // lets no creation through

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

  describe.each(["memory", "slow"])("over %s", (backend) => {
    /** A value that lives for a minute, and is ten seconds from its end. */
    async function aged(waitUntil) {
      const stage = runtime.stage({ key: "k", backend, waitUntil, expires: 60, early: true });
      await stage.open({ opensAt: NONE, readsOpenAt: 0 });
      await stage.ask("age", { value: "old", seconds: 50 });
      return stage;
    }

    test("the request that renews is over before the value is there", async () => {
      const stage = await aged(true);
      expect(await stage.ask("call")).toMatchObject({ value: "old", state: "fresh", own: true });
      for (let client = 0; client < 5; client++) expect(await stage.ask("call")).toMatchObject({ value: "old", state: "fresh", own: true });
      await stage.open({ opensAt: 1 });
      await vi.waitFor(async () => expect(await stage.ask("call")).toMatchObject({ value: "k 1", state: "fresh", own: true }), { timeout: 10_000 });
      expect((await stage.state()).creations).toEqual({ k: 1 });
      await stage.expectNothingLeft(["k"]);
    });

    test("the client of the request that renews is gone", async () => {
      const stage = await aged(true);
      const client = stage.client("call");
      await stage.until(({ creations }) => creations.k === 1);
      client.reset();
      await stage.open({ opensAt: 1 });
      await vi.waitFor(async () => expect(await stage.ask("call")).toMatchObject({ value: "k 1", state: "fresh" }), { timeout: 10_000 });
      await stage.expectNothingLeft(["k"]);
    });

    test("the renewal dies with its request: the value is served, and somebody else renews it", async () => {
      const stage = await aged(false);
      expect(await stage.ask("call")).toMatchObject({ value: "old", state: "fresh", own: true });
      await stage.open({ opensAt: 2 });
      for (let client = 0; client < 5; client++) expect(await stage.ask("call")).toMatchObject({ value: "old", state: "fresh", own: true });
      await vi.waitFor(async () => expect((await stage.ask("call")).value).not.toBe("old"), { timeout: 15_000, interval: 100 });
      expect((await stage.ask("call")).state).toBe("fresh");
      await stage.expectNothingLeft(["k"]);
    });
  });
});
