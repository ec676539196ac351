import { describe, expect, test } from "vitest";
import { backends, checkAfterEach, counted, deferred, makeRegion, outcome, until, virtualClock } from "../helpers.js";

checkAfterEach();

const none = { hits: 0, staleHits: 0, misses: 0, creations: 0, creationErrors: 0, coalesced: 0, takeovers: 0, earlyRefreshes: 0, backendErrors: 0 };

describe.each(backends)("stats over %s", (_name, makeBackend) => {
  test("begin at nothing, each region's for itself", async () => {
    const backend = makeBackend();
    const [one, other] = [makeRegion({ backend }), makeRegion({ backend })];
    expect({ ...one.stats }).toEqual(none);
    await one.getOrCreate("k", () => "value");
    expect({ ...other.stats }).toEqual(none);
  });

  test("are a snapshot", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const before = region.stats;
    await region.getOrCreate("k", () => "value");
    expect({ ...before }).toEqual(none);
    expect(region.stats.creations).toBe(1);
  });

  test("count hits, misses and creations", async () => {
    const region = makeRegion({ backend: makeBackend() });
    await region.getOrCreate("k", () => "value");
    expect({ ...region.stats }).toEqual({ ...none, misses: 1, creations: 1 });
    for (let call = 0; call < 5; call++) await region.getOrCreate("k", () => "never", call % 2 ? { expirationTime: 60 } : undefined);
    expect({ ...region.stats }).toEqual({ ...none, misses: 1, creations: 1, hits: 5 });
  });

  test("count the callers that got a value created by another", async () => {
    const region = makeRegion({ backend: makeBackend() });
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const callers = Array.from({ length: 10 }, () => region.getOrCreate("k", creator));
    await until(() => creator.times === 1);
    creation.resolve("value");
    await Promise.all(callers);
    const { creations, coalesced, hits, staleHits } = region.stats;
    expect({ creations, coalesced, hits, staleHits }).toEqual({ creations: 1, coalesced: 9, hits: 0, staleHits: 0 });
  });

  test("count the callers that were served a stale value", async () => {
    const clock = virtualClock();
    const region = makeRegion({ backend: makeBackend(), clock, expirationTime: 60 });
    await region.set("k", "old");
    clock.advance(61);
    const creation = deferred();
    const leader = region.getOrCreate("k", () => creation.promise);
    for (let call = 0; call < 3; call++) expect(await region.getOrCreate("k", () => "never")).toBe("old");
    creation.resolve("new");
    await leader;
    const { staleHits, creations, hits, coalesced } = region.stats;
    expect({ staleHits, creations, hits, coalesced }).toEqual({ staleHits: 3, creations: 1, hits: 0, coalesced: 0 });
  });

  test("count creations that failed", async () => {
    const region = makeRegion({ backend: makeBackend() });
    await outcome(region.getOrCreate("k", () => Promise.reject(new Error("failed"))));
    await outcome(
      region.getOrCreate("k", () => {
        throw new Error("failed");
      }),
    );
    expect(region.stats.creationErrors).toBe(2);
    expect(region.stats.hits).toBe(0);
  });
});
