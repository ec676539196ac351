// Memory in front of IndexedDB in two tabs, with a BroadcastChannel as their bus.
import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

/** Runs in a page. */
function openTiers() {
  globalThis.backend = new TieredBackend(new MemoryBackend(), new IndexedDBBackend({ databaseName: "tiers" }), {
    bus: new BroadcastBus("tiers"),
    nearFor: "1h",
  });
  globalThis.region = createRegion({ backend });
}

test("one creation for both tabs; what one tab sets or deletes the other has at once, from memory until then", async () => {
  await session.withTabs(2, async (here, there) => {
    for (const tab of [here, there]) await tab.run(openTiers);
    expect(await here.run(() => region.getOrCreate("k", () => "created here"))).toBe("created here");
    expect(await there.run(() => region.getOrCreate("k", () => "created there"))).toBe("created here");
    const before = await there.run(() => backend.stats.far.hits);
    expect(await there.run(() => region.getOrCreate("k", () => "created there"))).toBe("created here");
    expect(await there.run(() => backend.stats.far.hits)).toBe(before);
    await here.run(() => region.set("k", "set here"));
    expect(await there.run(() => eventually(async () => (await region.get("k")) === "set here"))).toBe(true);
    await here.run(() => region.delete("k"));
    expect(await there.run(() => eventually(async () => (await region.get("k")) === undefined))).toBe(true);
    await here.run(() => deleteDatabase("tiers"));
  });
});

test("a creation in one tab that met a set in the other is not stored", async () => {
  await session.withTabs(2, async (here, there) => {
    for (const tab of [here, there]) await tab.run(openTiers);
    await there.run(() => {
      const creation = new Promise((resolve) => (globalThis.finish = resolve));
      globalThis.created = region.getOrCreate("k", () => creation);
      return eventually(() => region.keyIsLocked("k"));
    });
    const received = await there.run(() => backend.stats.bus.received);
    await here.run(() => region.set("k", "set here"));
    await there.run((count) => eventually(() => backend.stats.bus.received > count), received);
    expect(await there.run(() => (finish("created there"), created))).toBe("created there");
    expect(await there.run(() => eventually(async () => (await region.get("k")) === "set here"))).toBe(true);
    await here.run(() => deleteDatabase("tiers"));
  });
});
