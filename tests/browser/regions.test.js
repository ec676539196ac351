import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

/** A region that the tabs of a test share; runs in a page. */
function openRegion() {
  const backend = new IndexedDBBackend({ databaseName: "regions" });
  const regionInvalidator = new StoredInvalidationStrategy(backend, { channel: "regions" });
  globalThis.region = createRegion({ backend, regionInvalidator });
}

const remove = (tab) => tab.run(() => deleteDatabase("regions"));

test("an invalidation in one tab holds in the others at once, also for what they create meanwhile, and after a reload", async () => {
  await session.withTabs(2, async (here, there) => {
    for (const tab of [here, there]) await tab.run(openRegion);
    await here.run(() => region.setMulti({ old: "old", k: "old" }));
    expect(await there.run(() => region.getMulti(["old", "k"]))).toEqual(["old", "old"]);
    await there.run(() => {
      const creation = new Promise((resolve) => (globalThis.finish = resolve));
      globalThis.created = region.getOrCreate("new", () => creation);
      return eventually(() => region.keyIsLocked("new"));
    });
    await here.run(() => region.invalidate());
    expect(await there.run(() => eventually(async () => (await region.get("old")) === undefined))).toBe(true);
    expect(await there.run(() => (finish("created"), created))).toBe("created");
    expect(await there.run(async () => (await region.get("new", { ignoreExpiration: true })) ?? "nothing")).toBe("nothing");
    await there.visit("page.html");
    await there.run(openRegion);
    expect(await there.run(async () => (await region.get("k")) ?? "nothing")).toBe("nothing");
    expect(await there.run(() => region.getOrCreate("k", () => "new"))).toBe("new");
    await remove(here);
  });
});

test("a page that comes back by the back button has heard of what was invalidated meanwhile", async () => {
  await session.withTabs(2, async (here, away) => {
    for (const tab of [here, away]) await tab.run(openRegion);
    await away.run(() => region.set("k", "old"));
    await away.visit("away.html");
    await here.run(openRegion);
    await here.run(() => region.invalidate());
    await away.back();
    // The browser may have kept the page, or loads it anew.
    if (await away.run(() => globalThis.region === undefined)) await away.run(openRegion);
    expect(await away.run(async () => (await region.get("k")) ?? "nothing")).toBe("nothing");
    await remove(here);
  });
});

test("calls for many keys in opposite order from two tabs create each key once", async () => {
  await session.withTabs(2, async (...tabs) => {
    for (const tab of tabs) await tab.run(openRegion);
    const orders = [
      ["a", "b", "c", "d"],
      ["d", "c", "b", "a"],
    ];
    for (const [index, tab] of tabs.entries()) {
      await tab.run((keys) => {
        const started = new Promise((resolve) => new BroadcastChannel("start").addEventListener("message", resolve));
        globalThis.asked = [];
        const create = async (missing) => {
          asked.push(...missing);
          await new Promise((resolve) => setTimeout(resolve, 100));
          return missing.map((key) => `${key} ${Math.random()}`);
        };
        globalThis.done = Promise.race([started, new Promise((resolve) => setTimeout(resolve, 5000))]).then(() => region.getOrCreateMulti(keys, create));
      }, orders[index]);
    }
    await tabs[0].run(() => new BroadcastChannel("start").postMessage("go"));
    const [one, other] = [await tabs[0].run(() => done), await tabs[1].run(() => done)];
    expect(other).toEqual([...one].reverse());
    const asked = [...(await tabs[0].run(() => globalThis.asked)), ...(await tabs[1].run(() => globalThis.asked))];
    expect(asked.sort()).toEqual(["a", "b", "c", "d"]);
    await remove(tabs[0]);
  });
});

test("a creator that hangs in another tab is waited for no longer than lockTimeout", async () => {
  await session.withTabs(2, async (here, there) => {
    for (const tab of [here, there]) await tab.run(openRegion);
    await there.run(() => {
      region.getOrCreate("k", () => new Promise(() => {}));
      return eventually(async () => (await navigator.locks.query()).held.length > 0);
    });
    expect(await here.run(() => region.getOrCreate("k", () => "mine", { lockTimeout: "500ms" }))).toBe("mine");
    await remove(here);
  });
});
