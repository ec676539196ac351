import { expect, test } from "vitest";
import { firstDifference, scenarios } from "../../conformance/run.js";
import { backends, checkAfterEach, emptiedDatabase } from "../helpers.js";

checkAfterEach();

test("leaves no scenario out", () => {
  expect(scenarios.length).toBe(370);
  expect(new Set(scenarios.map(({ id }) => id)).size).toBe(370);
});

test.each(scenarios)("$id comes out as with dogpile.cache, over every backend", async (scenario) => {
  for (const [name, makeFresh] of backends) {
    const makeBackend = name === "IndexedDBBackend" ? emptiedDatabase : makeFresh;
    for (const byPromise of [false, true]) expect(await firstDifference(scenario, makeBackend, byPromise), name).toBeUndefined();
  }
});
