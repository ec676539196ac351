import { expect, test } from "vitest";
import { useSession } from "../session.js";

const session = useSession();
const COUNT = 5_000;

test("a tab that waits for thousands of locks is not held up by looking whether somebody holds them", async () => {
  const longest = await session.withTabs(2, async (holder, waiter) => {
    await holder.run(async (count) => {
      const backend = new IndexedDBBackend({ databaseName: "many locks" });
      await Promise.all(Array.from({ length: count }, (_, index) => backend.getMutex(`key ${index}`).acquire()));
    }, COUNT);
    return waiter.run(async (count) => {
      const backend = new IndexedDBBackend({ databaseName: "many locks" });
      const page = new AbortController();
      const waiting = Array.from({ length: count }, (_, index) => backend.getMutex(`key ${index}`).acquire(true, { signal: page.signal }));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      let longest = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
      }).observe({ type: "longtask" });
      await new Promise((resolve) => setTimeout(resolve, 3_500)); // a look is taken after 2 s, and after 4 s
      const seen = longest;
      page.abort();
      await Promise.all(waiting);
      return seen;
    }, COUNT);
  });
  expect(longest).toBeLessThan(150);
});
