import { expectMiss, expectSame, fail } from "./expectations.js";

/** More than a request of some stores takes: theirs have to be divided. */
const MANY = 250;

export const manyCases = [
  { name: "getMulti, where there is one: an answer a key, in their order", check: getsMany },
  { name: "setMulti, where there is one: every record is set", check: setsMany },
  { name: "deleteMulti, where there is one: every record is gone, and no other", check: deletesMany },
  { name: `many: ${MANY} keys in one call`, check: veryMany },
];

async function getsMany(subject) {
  if (!subject.has("getMulti")) return;
  const [a, b, none] = ["a", "b", "never set"].map((name) => subject.key(name));
  await subject.set(a, "a");
  await subject.set(b, "b");
  const asked = [b, none, a, b];
  const found = answers(await subject.backend.getMulti(asked), asked.length);
  expectMiss(found[1], "getMulti, for a key that was never set,");
  expectSame(subject.read(found[0]), subject.record("b"), "getMulti, for the first key,");
  expectSame(subject.read(found[2]), subject.record("a"), "getMulti, for the third key,");
  expectSame(subject.read(found[3]), subject.record("b"), "getMulti, for a key that is asked for twice,");
}

async function setsMany(subject) {
  if (!subject.has("setMulti")) return;
  const keys = ["a", "b", "c"].map((name) => subject.key(name));
  await subject.backend.setMulti(new Map(keys.map((key) => [key, subject.stored(key)])));
  for (const key of keys) expectSame(await subject.get(key), subject.record(key), "get after setMulti");
  await subject.backend.setMulti(new Map([[keys[0], subject.stored("new")]]), { expirationTime: 60 });
  expectSame(await subject.get(keys[0]), subject.record("new"), "get after a second setMulti");
  expectSame(await subject.get(keys[1]), subject.record(keys[1]), "get of a key that the second setMulti did not have");
}

async function deletesMany(subject) {
  if (!subject.has("deleteMulti")) return;
  const [a, b, kept, none] = ["a", "b", "kept", "never set"].map((name) => subject.key(name));
  for (const key of [a, b, kept]) await subject.set(key, "value");
  await subject.backend.deleteMulti([a, none, b]);
  for (const key of [a, b]) expectMiss(await subject.backend.get(key), "get after deleteMulti");
  expectSame(await subject.get(kept), subject.record("value"), "get of a key that was not given to deleteMulti");
}

async function veryMany(subject) {
  const keys = Array.from({ length: MANY }, (_, index) => subject.plainKey(`${index}`));
  const region = subject.region();
  await region.setMulti(new Map(keys.map((key, index) => [key, index])));
  expectSame(
    await region.getMulti(keys),
    keys.map((_, index) => index),
    `getMulti of ${MANY} keys after setMulti`,
  );
  await region.deleteMulti(keys);
  expectSame(
    (await region.getMulti(keys)).filter((value) => value !== undefined),
    [],
    `getMulti of ${MANY} keys after deleteMulti`,
  );
}

function answers(found, count) {
  if (!Array.isArray(found)) fail(`getMulti of ${count} keys gave no array`, "an array with an answer for each key");
  if (found.length !== count) fail(`getMulti of ${count} keys gave an array of ${found.length}`, "an answer for each key, undefined or null for a miss");
  return found;
}
