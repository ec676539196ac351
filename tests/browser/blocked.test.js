import { describe, expect, test } from "vitest";
import { insecureHost } from "./server.js";
import { engine, useSession } from "./session.js";

const works = { created: [1, 1, 1], read: [null, true, "VALIDATION"], keys: ["b", "k"], locked: null, cleared: true, errors: [] };
const inMemory = [expect.stringMatching(/^dogpile: IndexedDB is not available, so records are kept in memory \(.+\)$/)];
const withoutLocks = [expect.stringContaining("Web Locks are not available")];

const sorted = (outcome) => ({ ...outcome, keys: outcome.keys.sort(), read: outcome.read.map((it) => it ?? null) });

describe("where there is storage", () => {
  const session = useSession();

  test("nothing is said, and there is a lock", async () => {
    const outcome = await (await session.tab()).run(() => useEverything("whole"));
    expect(sorted(outcome)).toEqual({ ...works, locked: true, said: [] });
  });

  test("a sandboxed frame keeps its records in memory, and says so once", async () => {
    const outcome = await (await session.tab()).run(async () => (await startSandbox()).run(() => useEverything("sandboxed")));
    expect(sorted(outcome)).toEqual({ ...works, said: inMemory });
  });

  test("an insecure origin has storage and no lock, which is said once", async () => {
    await session.first.visit("page.html", insecureHost);
    const outcome = await session.first.run(() => useEverything("insecure"));
    expect(sorted(outcome)).toEqual({ ...works, said: withoutLocks });
    expect(await session.first.run(() => [isSecureContext, navigator.locks === undefined])).toEqual([false, true]);
  });
});

// WebKitGTK's MiniBrowser cannot be told to.
if (engine !== "webkit") {
  describe("where the user has blocked storage", () => {
    const session = useSession({ blocksStorage: true });

    test("records are kept in memory, and it is said once", async () => {
      const tab = await session.tab();
      expect(
        await tab.run(
          () =>
            new Promise((resolve) => {
              try {
                const request = indexedDB.open("probe");
                request.onsuccess = () => resolve("opened");
                request.onerror = () => resolve("refused");
              } catch {
                resolve("refused");
              }
            }),
        ),
      ).toBe("refused");
      const outcome = await tab.run(() => useEverything("blocked"));
      expect(sorted(outcome)).toEqual({ ...works, said: inMemory });
    });
  });
}
