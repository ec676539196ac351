// What is learned of a tag between two steps of a load.
import { expect, test } from "vitest";
import { createRegion, MemoryBackend, StoredTagInvalidation, TagInvalidation } from "dogpile";
import { checkAfterEach, deferred, turns } from "../helpers.js";

checkAfterEach();

test("a record that was handed over is not used if its tag was invalidated before the others' locks were looked at", async () => {
  const late = deferred();
  const record = { payload: "old", metadata: { ct: Date.now() / 1000, v: 2, tags: ["x"] } };
  const backend = {
    get() {},
    set() {},
    delete() {},
    getMutex: (key) => ({
      acquire: async () => true,
      release: async () => {},
      supersede: async () => {},
      handover: () => (key === "a" ? record : late.promise),
    }),
  };
  const region = createRegion({ backend, tagInvalidator: new TagInvalidation() });
  const values = region.getOrCreateMulti(["a", "b"], (keys) => keys.map((key) => `new ${key}`));
  await turns(50);
  await region.invalidateTags(["x"]);
  late.resolve(undefined);
  expect(await values).toEqual(["new a", "new b"]);
});

test("an invalidation that is heard of late leaves a load that began after it", async () => {
  const [read, times, stored] = [deferred(), new MemoryBackend(), []];
  const backend = { get: () => read.promise, set: (key, record) => void stored.push([key, record.payload]), delete() {} };
  const make = (backend) => createRegion({ backend, tagInvalidator: new StoredTagInvalidation(times, { refresh: 0 }) });
  const [region, other] = [make(backend), make(new MemoryBackend())];
  const value = region.getOrCreate("k", () => 1, { tags: ["x"] });
  await turns(20);
  await other.invalidateTags(["x"]);
  read.resolve(undefined);
  expect(await value).toBe(1);
  expect(stored).toEqual([["k", 1]]);
});
