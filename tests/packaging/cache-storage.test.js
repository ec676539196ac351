// CacheStorageBackend from the tarball, over the Cache API of Deno.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inDeno } from "./hosts.js";
import { installPackage } from "./installed.js";

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test("is a backend in Deno", async () => {
  const program = `import { CacheStorageBackend, createRegion } from "dogpile"; import { backendSuite } from "dogpile/testing";
    const failed = [];
    let count = 0;
    const backend = () => new CacheStorageBackend({ cacheName: "suite", origin: "https://deno.example" });
    for (const { name, run } of backendSuite(backend)) {
      await run().catch((error) => failed.push(name + ": " + error.message));
      count += 1;
    }
    const keys = ["", "..", "a#b", "a?b", "x".repeat(100_000), "\\ud800", "\\udfff"];
    const region = createRegion({ backend: backend(), backendErrors: "throw" });
    for (const [index, key] of keys.entries()) await region.set(key, index);
    const found = await region.getMulti(keys);
    await backend().clear();
    console.log(JSON.stringify({ count, failed, found, cleared: await backend().get("..") === undefined }));`;
  await writeFile(join(app.folder, "cache-storage.js"), program);
  const { count, ...outcome } = await inDeno(app, "cache-storage.js");
  expect(outcome).toEqual({ failed: [], found: [0, 1, 2, 3, 4, 5, 6], cleared: true });
  expect(count).toBeGreaterThan(20);
});
