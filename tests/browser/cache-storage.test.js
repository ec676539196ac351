import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

test.each(["dedicated", "service"])("CacheStorageBackend shares records between a page and its %s worker", async (kind) => {
  const tab = await session.tab();
  const outcome = await tab.run(async (kind) => {
    const cacheName = `of a ${kind} worker`;
    const worker = await startWorker(kind);
    try {
      const inWorker = await worker.run(async (cacheName) => {
        const region = createRegion({ backend: new CacheStorageBackend({ cacheName }), backendErrors: "throw" });
        return region.getOrCreate("../k#?", () => ({ from: "the worker" }));
      }, cacheName);
      const region = createRegion({ backend: new CacheStorageBackend({ cacheName }), backendErrors: "throw" });
      const inPage = await region.getOrCreate("../k#?", () => "created anew");
      await region.actualBackend.clear();
      return { inWorker, inPage, cleared: (await region.get("../k#?")) === undefined };
    } finally {
      await worker.end();
      await caches.delete(cacheName);
    }
  }, kind);
  expect(outcome).toEqual({ inWorker: { from: "the worker" }, inPage: { from: "the worker" }, cleared: true });
});
