import { expect, test } from "vitest";
import { firstDifference, lacks, scenarios } from "../conformance/run.js";
import { backends, checkAfterEach } from "./helpers.js";

checkAfterEach();

/** Only ever more: none is left out unseen. */
const RUNNABLE = 173;
const NOT_YET = ["async_runner", "raw_bytes", "run_deferred", "serializer"];

const runnable = scenarios.filter((scenario) => lacks(scenario).length === 0);

test("runs every scenario that asks for nothing unreleased", () => {
  expect(scenarios.length).toBe(370);
  expect(new Set(scenarios.map(({ id }) => id)).size).toBe(370);
  expect([...new Set(scenarios.flatMap(lacks))].sort()).toEqual(NOT_YET);
  expect(runnable.length).toBe(RUNNABLE);
});

test.each(runnable)("$id comes out as with dogpile.cache, over every backend", async (scenario) => {
  for (const [name, makeBackend] of backends) {
    for (const byPromise of [false, true]) expect(await firstDifference(scenario, makeBackend, byPromise), name).toBeUndefined();
  }
});
