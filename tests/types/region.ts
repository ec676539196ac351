import { createRegion, MemoryBackend, Region, type RegionStats } from "dogpile";
import { check, type Same } from "./same.js";

// A region of anything.
const region = createRegion({ backend: new MemoryBackend() });
check<Same<typeof region, Region<unknown>>>();
check<Same<typeof region.name, string | undefined>>();
check<Same<typeof region.isConfigured, boolean>>();
check<Same<typeof region.stats, RegionStats>>();
check<Same<typeof region.stats.coalesced, number>>();

// A region of one kind of value.
const numbers = createRegion<number>({ backend: new MemoryBackend(), name: "numbers", expirationTime: 60 });
check<Same<typeof numbers, Region<number>>>();

// What may be left out may also be undefined.
createRegion({ backend: new MemoryBackend(), name: undefined, clock: undefined, expirationTime: undefined, lockTimeout: undefined });
new Region();
new Region({});
new Region({ name: "settings", clock: () => 1_700_000_000 });
createRegion({ backend: new MemoryBackend(), staleWhileRevalidate: true, staleIfError: "1d" });
createRegion({ backend: new MemoryBackend(), earlyRefresh: true, jitter: 0.1, random: () => 0.5 });
createRegion({ backend: new MemoryBackend(), earlyRefresh: { beta: 2 }, jitter: undefined, random: undefined });
createRegion({ backend: new MemoryBackend(), earlyRefresh: {} });
createRegion({ backend: new MemoryBackend(), retry: { attempts: 3 } });
createRegion({ backend: new MemoryBackend(), retry: { attempts: 3, delay: "1s", shouldRetry: (error, attempt) => error instanceof Error && attempt < 2 } });
createRegion({ backend: new MemoryBackend(), retry: false });
createRegion({ backend: new MemoryBackend(), retry: { attempts: 1, delay: undefined, shouldRetry: undefined } });
check<Same<typeof region.stats.earlyRefreshes, number>>();

// configure gives the region back, as what it was.
check<Same<ReturnType<Region<number>["configure"]>, Region<number>>>();
class Settings extends Region<string> {
  readonly colour = "red";
}
check<Same<Settings["colour"], "red">>();
new Settings().configure({ backend: new MemoryBackend(), replaceExistingBackend: true }).colour satisfies string;

// @ts-expect-error a region without a backend
createRegion({});
// @ts-expect-error an unknown option
createRegion({ backend: new MemoryBackend(), expiry: 60 });
// @ts-expect-error an unknown option of the constructor
new Region({ nam: "settings" });
// @ts-expect-error the backend belongs to configure
new Region({ backend: new MemoryBackend() });
// @ts-expect-error an unknown option of configure
new Region().configure({ backend: new MemoryBackend(), expiration_time: 60 });
// @ts-expect-error the name belongs to the constructor
new Region().configure({ backend: new MemoryBackend(), name: "settings" });
// @ts-expect-error a backend is an object or a name
new Region().configure({ backend: 1 });
// @ts-expect-error the option of early refresh has another name
createRegion({ backend: new MemoryBackend(), earlyRefresh: { factor: 2 } });
// @ts-expect-error a number of attempts is required
createRegion({ backend: new MemoryBackend(), retry: { delay: 1 } });
// @ts-expect-error shouldRetry answers at once
createRegion({ backend: new MemoryBackend(), retry: { attempts: 3, shouldRetry: async () => true } });
// @ts-expect-error true says not how often
new Region().configure({ backend: new MemoryBackend(), retry: true });
// @ts-expect-error jitter is a number
createRegion({ backend: new MemoryBackend(), jitter: "10%" });
// @ts-expect-error random answers with a number
new Region({ random: () => 1n });
// @ts-expect-error random belongs to the constructor
new Region().configure({ backend: new MemoryBackend(), random: Math.random });
// @ts-expect-error a clock answers with a number
new Region({ clock: () => new Date() });
// @ts-expect-error only read
region.name = "other";
// @ts-expect-error only read
region.isConfigured = true;
