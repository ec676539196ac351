// Calls of many keys whose locks others hold: each question may be a request around the world, and is billed.
import { expect, test } from "vitest";
import { SlowMultiBackend, checkAfterEach, counted, makeRegion, until } from "../helpers.js";
import { lockedRegion } from "./mutexes.js";

checkAfterEach();

const COUNT = 200;
const keys = Array.from({ length: COUNT }, (_, index) => `k${index}`);
const each = (asked) => asked.map((key) => `new ${key}`);
const triesOf = (log) => log.filter((entry) => entry.startsWith("try")).length;

test("locks that are released one after another are asked a few times each", async () => {
  const { log, mutexes, region } = lockedRegion({}, {}, new SlowMultiBackend(), keys);
  const releases = keys.map((key) => mutexes.hold(key));
  const call = region.getOrCreateMulti(keys, each);
  for (const [index, key] of keys.entries()) {
    await until(() => mutexes.isWaitedFor(key));
    releases[index]();
  }
  expect(await call).toEqual(each(keys));
  expect(triesOf(log)).toBeLessThan(COUNT * 5);
});

test("locks that are released together are all taken in the next round", async () => {
  const { mutexes, region } = lockedRegion({}, {}, new SlowMultiBackend(), keys);
  const releases = keys.map((key) => mutexes.hold(key));
  const creator = counted(async (asked) => each(asked));
  const call = region.getOrCreateMulti(keys, creator);
  await until(() => mutexes.isWaitedFor("k0"));
  for (const release of releases) release();
  expect(await call).toEqual(each(keys));
  expect(creator.times).toBe(1);
});

test("locks that wait for nobody and are busy are done without, in a number of questions that grows as the number of keys", async () => {
  let asked = 0;
  const mutex = { acquire: () => ((asked += 1), false), release() {}, locked: () => false };
  const backend = Object.assign(new SlowMultiBackend(), { getMutex: () => mutex });
  const region = makeRegion({ backend }, keys);
  expect(await region.getOrCreateMulti(keys, each)).toEqual(each(keys));
  expect(asked).toBeLessThan(COUNT * 6);
});
