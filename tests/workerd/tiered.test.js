// Memory in front of Cloudflare KV, as workerd has it locally.
import { CloudflareKVBackend, createRegion, MemoryBackend, TieredBackend } from "dogpile";
import { backendSuite } from "dogpile/testing";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { startRuntime } from "./runtime.js";

const modules = [{ path: "worker.js", contents: "export default {};" }];
const runtime = startRuntime([{ modules, env: { KV: { type: "kv", id: "tiers" } } }]);
const namespace = await runtime.getKVNamespace("KV");
afterAll(() => runtime.dispose());
afterEach(() => vi.restoreAllMocks());

let stores = 0;
const openStore = () => {
  const prefix = `${stores++}`;
  return () => new TieredBackend(new MemoryBackend(), new CloudflareKVBackend(namespace, { prefix }), { farTimeout: "30s" });
};

describe("the suite for backends", () => {
  // Without a binding for locks KV has none; that of two tiers is always free then.
  const cases = backendSuite(() => openStore()()).filter(({ name }) => !name.startsWith("getMutex"));
  for (const { name, run } of cases) test(name, run);
});

test("two isolates: each reads KV once, as text that Python can read, and again after nearFor", async () => {
  const open = openStore();
  const [one, other] = [open(), open()];
  const regions = [one, other].map((backend) => createRegion({ backend }));
  let creations = 0;
  const create = () => `value ${++creations}`;
  for (const region of [...regions, ...regions]) expect(await region.getOrCreate("k", create)).toBe("value 1");
  const stored = await one.far.get("k");
  expect(stored).toMatch(/^\{"ct": \d+\.\d+, "v": 2\}\|"value 1"$/);
  await regions[0].set("k", "newer");
  expect(await regions[1].get("k"), "within nearFor").toBe("value 1");
  const now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now + 11_000);
  expect(await regions[1].get("k")).toBe("newer");
  expect(other.stats.far.hits).toBe(2);
});

test("a key that KV does not take is mangled for both tiers", async () => {
  const region = createRegion({ backend: openStore()() });
  const key = "k".repeat(600);
  await region.set(key, "value");
  expect(await region.get(key)).toBe("value");
  expect([...region.backend.near.entries()].map(([stored]) => stored.startsWith("sha1:"))).toEqual([true]);
});

test("KV that refuses writes costs nobody the value, and what it had is gone when it takes them again", async () => {
  const refusing = { isAway: false };
  const guarded = new Proxy(namespace, {
    get: (target, name) => {
      if (refusing.isAway && ["put", "delete"].includes(name)) return () => Promise.reject(new Error("429 Too Many Requests"));
      return (...given) => target[name](...given);
    },
  });
  const far = new CloudflareKVBackend(guarded, { prefix: `${stores++}` });
  const backend = new TieredBackend(new MemoryBackend(), far, { farTimeout: "30s", pause: 0 });
  const region = createRegion({ backend });
  await region.set("k", "old");
  refusing.isAway = true;
  await expect(region.set("k", "new")).rejects.toThrow("one write per second");
  expect(await region.get("k")).toBe("new");
  expect(await region.getOrCreate("other", () => "created")).toBe("created");
  refusing.isAway = false;
  await region.get("another");
  await vi.waitFor(() => expect(backend.stats.owed).toBe(0));
  expect(await far.get("k")).toBe(undefined);
});
