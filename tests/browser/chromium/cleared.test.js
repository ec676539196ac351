import { expect, test } from "vitest";
import { useSession } from "../session.js";

const session = useSession();
const command = (name, args) => session.browser.sendCommandAndGetResult(name, { origin: new URL(session.url()).origin, ...args });

test("site data that are cleared in the middle of reads and writes fail nobody", async () => {
  const tab = await session.tab();
  await tab.run(async () => {
    const region = createRegion({ backend: new IndexedDBBackend({ databaseName: "cleared" }) });
    await region.set("k", "before");
    const calls = async (worker) => {
      for (let round = 0; !globalThis.isEnough; round++) {
        await region.set(`k${worker}`, "x".repeat(10_000));
        await region.getOrCreate(`k${worker} ${round}`, () => round);
        await region.getMulti(["k", `k${worker}`]);
        // Without a database all is answered from memory, and a loop that never yields would keep timers from ringing.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    };
    globalThis.region = region;
    globalThis.rounds = Promise.all(Array.from({ length: 10 }, (_, worker) => calls(worker))).then(() => "no rejection", String);
  });
  await command("Storage.clearDataForOrigin", { storageTypes: "indexeddb" });
  const outcome = await tab.run(async () => {
    globalThis.isEnough = true;
    const ended = await rounds;
    await region.set("after", 1);
    return [ended, await region.get("k"), await region.get("after")];
  });
  expect(outcome).toEqual(["no rejection", null, 1]);
  await tab.run(() => deleteDatabase("cleared"));
});
