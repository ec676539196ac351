import { describe, expect, test } from "vitest";
import { MemoryBackend, StoredInvalidationStrategy } from "dogpile";
import { checkAfterEach, counted, deferred, makeRegion, now, until, virtualClock } from "../helpers.js";

checkAfterEach();

let channels = 0;

/** Regions as different tabs would have them: each with a store of its own, so that only the channel tells them anything. */
async function tabs(count, run) {
  const clock = virtualClock();
  const channel = `dogpile test ${++channels} ${Math.random()}`;
  const strategies = Array.from({ length: count }, () => new StoredInvalidationStrategy(new MemoryBackend(), { channel, key: "inv", refresh: "1h" }));
  const regions = strategies.map((regionInvalidator) => makeRegion({ regionInvalidator, clock }));
  try {
    for (const region of regions) {
      await region.set("k", "old");
      expect(await region.get("k")).toBe("old");
    }
    clock.advance(1);
    await run({ clock, regions, strategies });
  } finally {
    for (const strategy of strategies) strategy.close();
  }
}

const hears = (region) => until(async () => (await region.get("k")) === undefined);

describe("strategies on one BroadcastChannel", () => {
  test("hear of a hard invalidation at once", async () => {
    await tabs(3, async ({ regions: [one, two, three] }) => {
      await one.invalidate();
      await Promise.all([hears(two), hears(three)]);
      expect(await two.getOrCreate("k", () => "new")).toBe("new");
    });
  });

  test("hear of a soft one as of a soft one", async () => {
    await tabs(2, async ({ regions: [one, two] }) => {
      await one.invalidate(false);
      await hears(two);
      const creation = deferred();
      const leader = two.getOrCreate("k", () => creation.promise);
      expect(await two.getOrCreateEntry("k", () => "never")).toMatchObject({ payload: "old", state: "stale" });
      creation.resolve("new");
      expect(await leader).toBe("new");
    });
  });

  test("have their creations fenced off", async () => {
    await tabs(2, async ({ clock, regions: [one, two], strategies }) => {
      const creation = deferred();
      const creator = counted(() => creation.promise);
      const caller = two.getOrCreate("k", creator, { forceRefresh: true });
      await until(() => creator.times === 1);
      clock.advance(1);
      await one.invalidate();
      await until(() => strategies[1].wasHardInvalidated());
      creation.resolve("too late");
      expect(await caller).toBe("too late");
      expect(await two.get("k", { ignoreExpiration: true })).toBe("old");
    });
  });

  test.each([
    ["close()", (strategy) => strategy.close()],
    ["Symbol.dispose", (strategy) => strategy[Symbol.dispose]()],
  ])("hear nothing more after %s, and go on alone", async (_name, close) => {
    await tabs(3, async ({ regions: [one, closed, witness], strategies }) => {
      close(strategies[1]);
      await one.invalidate();
      await hears(witness);
      expect(await closed.get("k")).toBe("old");
      await closed.invalidate();
      expect(await closed.get("k")).toBeUndefined();
    });
  });

  test("take no notice of what is no invalidation", async () => {
    const name = `dogpile test ${++channels} ${Math.random()}`;
    const strategy = new StoredInvalidationStrategy(new MemoryBackend(), { channel: name });
    const region = makeRegion({ regionInvalidator: strategy });
    const stranger = new BroadcastChannel(name);
    const other = new StoredInvalidationStrategy(new MemoryBackend(), { channel: name });
    const neighbour = new StoredInvalidationStrategy(new MemoryBackend(), { channel: name, key: "neighbour" });
    try {
      await region.set("k", "old");
      const numbers = [{ hard: "now", soft: [] }, { hard: null }, {}];
      const late = now() + 10;
      const times = { key: "dogpile:invalidation", hard: late };
      const others = [{ hard: late }, { ...times, key: "other" }, { ...times, key: ["dogpile:invalidation"] }, [times.key, late], null, "hard"];
      const envelopes = [
        { d: 2, from: "x", times },
        { from: "x", times },
        { d: 1, times },
        { d: 1, from: 5, times },
        { d: 1, from: "x", tags: times },
        [times],
        null,
        5,
      ];
      const told = [...numbers.map((each) => ({ key: times.key, ...each })), ...others].map((each) => ({ d: 1, from: "x", times: each }));
      for (const message of [null, 5, "hard", "{", times, { d: 1, from: "x", times }]) stranger.postMessage(message);
      for (const message of [...envelopes, ...told]) stranger.postMessage(JSON.stringify(message));
      await makeRegion({ regionInvalidator: neighbour }).invalidate();
      expect(await region.get("k")).toBe("old");
      await makeRegion({ regionInvalidator: other }).invalidate(false);
      await until(() => strategy.wasSoftInvalidated());
      expect(strategy.wasHardInvalidated()).toBe(false);
    } finally {
      stranger.close();
      for (const each of [strategy, other, neighbour]) each.close();
    }
  });

  test("count a time that lies far ahead as the moment at which they heard of it", async () => {
    const name = `dogpile test ${++channels} ${Math.random()}`;
    const strategy = new StoredInvalidationStrategy(new MemoryBackend(), { channel: name });
    const region = makeRegion({ regionInvalidator: strategy });
    const stranger = new BroadcastChannel(name);
    try {
      await region.set("k", "old");
      for (const hard of [now() + 1e9, 1e300]) {
        stranger.postMessage(JSON.stringify({ d: 1, from: "x", times: { key: "dogpile:invalidation", hard } }));
        await hears(region);
        await region.set("k", "new");
        expect(await region.get("k")).toBe("new");
      }
    } finally {
      stranger.close();
      strategy.close();
    }
  });
});
