import { expect, test } from "vitest";
import { useSession } from "../session.js";

const session = useSession();

test("a value of 140 MB is stored, or refused alone", async () => {
  const tab = await session.tab();
  const { large, ...outcome } = await tab.run(async () => {
    const said = [];
    console.warn = (...words) => said.push(words.join(" "));
    const databaseName = "large";
    const backend = new IndexedDBBackend({ databaseName });
    const region = createRegion({ backend });
    const bytes = new Uint8Array(140e6);
    const outcomes = await Promise.allSettled([region.set("before", 1), region.set("large", bytes), region.set("after", 2)]);
    const [before, { status, reason }, after] = outcomes;
    const created = (await region.getOrCreate("created", () => bytes)).length;
    const isLocked = backend.getMutex("k") !== undefined;
    await backend.close();
    const again = new IndexedDBBackend({ databaseName });
    const found = (await createRegion({ backend: again }).getMulti(["before", "after", "large"])).map((value) => value?.length ?? value ?? null);
    await again.close();
    await deleteDatabase(databaseName);
    return { others: [before.status, after.status, ...found.slice(0, 2)], large: [status, reason?.code ?? null, found[2]], created, isLocked, said };
  });
  expect(outcome).toEqual({ others: ["fulfilled", "fulfilled", 1, 2], created: 140e6, isLocked: true, said: [] });
  expect([
    ["fulfilled", null, 140e6],
    ["rejected", "VALIDATION", null],
  ]).toContainEqual(large);
});
