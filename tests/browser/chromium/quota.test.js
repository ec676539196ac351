import { expect, test } from "vitest";
import { useSession } from "../session.js";

const session = useSession();
const command = (name, args) => session.browser.sendCommandAndGetResult(name, { origin: new URL(session.url()).origin, ...args });

test("a full quota fails nobody, is said once, and leaves no older value where a newer one was set", async () => {
  const tab = await session.tab();
  await command("Storage.overrideQuotaForOrigin", { quotaSize: 1_000_000 }); // it holds for databases that are not there yet
  await tab.run(async () => {
    globalThis.said = [];
    console.warn = (...words) => said.push(words.join(" "));
    globalThis.random = (bytes) => new Uint8Array(bytes).map(() => Math.random() * 256); // nothing to compress
    globalThis.region = createRegion({ backend: new IndexedDBBackend({ databaseName: "full" }) });
    await region.setMulti({ small: "old", replaced: "old" });
  });
  const outcome = await tab.run(async () => {
    const errors = [];
    const set = (key, bytes) => region.set(key, random(bytes)).catch((error) => errors.push(String(error)));
    for (let index = 0; index < 80; index++) await set(`k${index}`, 20_000);
    await set("replaced", 10);
    const found = await region.getMulti(Array.from({ length: 80 }, (_, index) => `k${index}`));
    const created = await region.getOrCreate("created", () => random(20_000));
    return { errors, said, replaced: await region.get("replaced"), created: created.length, isReadable: found.some(Boolean), last: found.at(-1) };
  });
  expect(outcome).toEqual({
    errors: [],
    said: [expect.stringMatching(/^dogpile: the storage quota is exceeded: nothing is stored for a minute/)],
    replaced: null,
    created: 20_000,
    isReadable: true,
    last: null,
  });
  await tab.run(() => deleteDatabase("full"));
});

test("no room is made for a value that is too large, and what is beside it is stored", async () => {
  const tab = await session.tab();
  await command("Storage.overrideQuotaForOrigin", { quotaSize: 4_000_000 });
  const outcome = await tab.run(async () => {
    const said = [];
    console.warn = (...words) => said.push(words.join(" "));
    const random = (bytes) => new Uint8Array(bytes).map(() => Math.random() * 256); // nothing to compress
    const region = createRegion({ backend: new IndexedDBBackend({ databaseName: "too large" }) });
    const small = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, index]));
    await region.setMulti({ ...small, large: "old" });
    for (let visit = 0; visit < 3; visit++) await Promise.all([region.set("large", { inside: [random(5_000_000)] }), region.set(`beside ${visit}`, visit)]);
    const found = await region.getMulti([...Object.keys(small), "beside 0", "beside 1", "beside 2", "large"]);
    await region.actualBackend.close();
    await deleteDatabase("too large");
    return { found, said };
  });
  expect(outcome.found).toEqual([...Array.from({ length: 40 }, (_, index) => index), 0, 1, 2, null]);
  expect(outcome.said).toEqual([expect.stringMatching(/^dogpile: a value exceeds the remaining storage quota and is not stored/)]);
});

test("what was invalidated while the quota is full does not return at the next visit", async () => {
  const tab = await session.tab();
  await command("Storage.overrideQuotaForOrigin", { quotaSize: 1_000_000 });
  const before = await tab.run(async () => {
    console.warn = () => {};
    const random = (bytes) => new Uint8Array(bytes).map(() => Math.random() * 256); // nothing to compress
    const backend = new IndexedDBBackend({ databaseName: "full of invalidated" });
    const region = createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(backend) });
    for (let index = 0; index < 80; index++) await region.set(`k${index}`, random(20_000));
    const count = (await keysOf(backend)).length;
    await region.invalidate();
    await backend.close();
    return count;
  });
  await tab.reload();
  const found = await tab.run(async () => {
    const backend = new IndexedDBBackend({ databaseName: "full of invalidated" });
    const region = createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(backend) });
    const values = await region.getMulti(Array.from({ length: 80 }, (_, index) => `k${index}`));
    await backend.close();
    await deleteDatabase("full of invalidated");
    return values.filter((value) => value !== undefined).length;
  });
  expect(before).toBeGreaterThan(10);
  expect(found).toBe(0);
});
