import { expect, test, vi } from "vitest";
import { CloudflareKVBackend, MemoryBackend, Region } from "dogpile";
import { inspect, mountDevtools } from "dogpile/devtools";
import { checkAfterEach, makeRegion, record, refuses, throws, virtualClock } from "../helpers.js";

checkAfterEach();

/** What it prints: the lines, and the rows of the table. */
async function printed(region) {
  const lines = [];
  const tables = [];
  const spies = [
    vi.spyOn(console, "log").mockImplementation((line) => lines.push(line)),
    vi.spyOn(console, "table").mockImplementation((table) => tables.push(table)),
  ];
  await inspect(region);
  for (const spy of spies) spy.mockRestore();
  return { lines, tables };
}

test("prints keys with state, age, expiration, tags and value, and counters", async () => {
  const clock = virtualClock();
  const backend = new MemoryBackend();
  const region = makeRegion({ name: "users", backend, clock, expirationTime: 60 });
  await region.set("b", "old");
  clock.advance(90);
  await region.getOrCreate("a", () => ({ name: "Ada" }));
  await region.getOrCreate("a", () => "never");
  await backend.set("c", record(1, clock.now, { et: -1, tags: ["t", "u"] }));
  await backend.set("d", "no record");
  const before = region.stats;
  expect(await printed(region)).toEqual({
    lines: ["users: 4 values: 2 fresh, 1 stale, 1 unreadable", "hits 1, misses 1, creations 1"],
    tables: [
      {
        a: { state: "fresh", age: "0 ms", expires: "in 1 min", tags: "", value: '{"name":"Ada"}' },
        b: { state: "stale", age: "1 min", expires: "30 s ago", tags: "", value: '"old"' },
        c: { state: "fresh", age: "0 ms", expires: "never", tags: "t, u", value: "1" },
        d: { state: "unreadable", age: "–", expires: "–", tags: "", value: "" },
      },
    ],
  });
  expect(region.stats).toEqual(before);
});

test("at most 100 keys, of which a hard invalidation leaves none to anybody", async () => {
  const region = makeRegion();
  await region.setMulti(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
  await region.invalidate();
  const { lines, tables } = await printed(region);
  expect(lines[0]).toBe("region: the first 100 values: 100 invalidated");
  expect(Object.keys(tables[0])).toHaveLength(100);
});

test("a value of exactly its expiration's age is fresh, as for the region", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 60 });
  await region.set("k", 1);
  clock.advance(60);
  expect(await region.get("k")).toBe(1);
  expect((await printed(region)).lines[0]).toBe("region: 1 value: 1 fresh");
});

test("a backend that cannot list its keys is not called empty", async () => {
  const store = new Map();
  const backend = { get: (key) => store.get(key), set: (key, value) => void store.set(key, value), delete: (key) => void store.delete(key) };
  const region = makeRegion({ backend }, []);
  await region.set("k", 1);
  expect(await printed(region)).toEqual({ lines: ["region: the backend cannot list its keys", "nothing was asked for"], tables: [] });
});

test("nothing is stored, nothing was asked for, not configured", async () => {
  expect(await printed(new Region())).toEqual({ lines: ["region: nothing is stored", "nothing was asked for"], tables: [] });
});

test("refuses what is no region, rejects with the backend's error; a panel needs a document", async () => {
  await refuses(() => inspect({}), "VALIDATION", "region must be a region of this version of dogpile, not a value of type object");
  const broken = new Error("closed");
  const namespace = { get() {}, put() {}, delete() {}, list: () => Promise.reject(broken), getWithMetadata() {} };
  await expect(printed(makeRegion({ backend: new CloudflareKVBackend(namespace) }, []))).rejects.toBe(broken);
  vi.restoreAllMocks();
  if ("document" in globalThis) mountDevtools(makeRegion()).unmount();
  else throws(() => mountDevtools(makeRegion()), "VALIDATION", "mountDevtools needs a document", "inspect(region)");
});
