// CacheStorageBackend over the Cache API that workerd has locally.
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleWorker, startRuntime } from "./runtime.js";

let runtime;
beforeAll(async () => {
  const modules = await bundleWorker(fileURLToPath(new URL("app", import.meta.url)), "cache-storage.js");
  runtime = startRuntime([{ modules, listens: true }]);
});
afterAll(() => runtime?.dispose());

async function ask(path) {
  const response = await runtime.dispatchFetch(`http://worker.example/${path}`);
  expect(response.status, response.status === 200 ? "" : await response.text()).toBe(200);
  return response.json();
}

test.each(["suite", "named"])("is a backend in a Worker: %s", async (path) => {
  const { count, failed } = await ask(path);
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(20);
});

test("the platform refuses what the backend never writes", async () => {
  expect(await ask("probes")).toEqual([
    ["good", "stored?", true],
    ["partial", "throws", false],
    ["vary", "throws", false],
    ["cookie", "stored?", false],
    ["zero", "stored?", false],
    ["none", "stored?", false],
  ]);
});

test("a cache that one request opened serves the next", async () => {
  expect([await ask("kept"), await ask("kept")]).toEqual([
    ["creation 1", 1],
    ["creation 1", 0],
  ]);
});

test("each key has a record of its own", async () => {
  expect(await ask("keys")).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("clear rejects and says why", async () => {
  const refusal = ["BACKEND", expect.stringContaining("cannot be listed")];
  expect(await ask("clear")).toEqual([refusal, refusal]);
});

test("a reader that goes away in mid-read costs the next one nothing", async () => {
  await runtime.dispatchFetch("http://worker.example/set?size=5000000");
  const url = await runtime.unsafeGetDirectURL();
  for (let count = 0; count < 5; count += 1) {
    const socket = connect(url.port, url.hostname);
    socket.write("GET /get HTTP/1.1\r\nHost: worker.example\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 5 * count));
    socket.resetAndDestroy();
  }
  expect(await ask("get")).toBe(5_000_000);
});
