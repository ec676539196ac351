import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

test.each(["dedicated", "shared", "service"])("works in a %s worker, which shares records and locks with its page", async (kind) => {
  const tab = await session.tab();
  const outcome = await tab.run(async (kind) => {
    const databaseName = `in a ${kind} worker`;
    const worker = await startWorker(kind);
    try {
      const stored = await worker.run(async (databaseName) => {
        const region = createRegion({ backend: new IndexedDBBackend({ databaseName }) });
        const value = await region.getOrCreate("k", () => new Map([["from", "the worker"]]));
        globalThis.mutex = region.actualBackend.getMutex("k");
        return [value.get("from"), await mutex.acquire()];
      }, databaseName);
      const backend = new IndexedDBBackend({ databaseName });
      const region = createRegion({ backend });
      const mutex = backend.getMutex("k");
      const seen = [(await region.get("k")).get("from"), await mutex.locked(), await mutex.acquire(false)];
      const waiting = mutex.acquire();
      await worker.run(() => mutex.release());
      return { stored, seen, granted: [await waiting, await mutex.release()] };
    } finally {
      await worker.end();
      await deleteDatabase(databaseName);
    }
  }, kind);
  expect(outcome).toEqual({ stored: ["the worker", true], seen: ["the worker", true, false], granted: [true, null] });
});
