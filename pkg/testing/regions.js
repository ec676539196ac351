import { expectSame } from "./expectations.js";

const START = 1_700_000_000;

/** What callers of a region over the backend rely on. */
export const regionCases = [
  { name: "a region: one creation for many callers, and none for a second region", check: createsOnce },
  { name: "a region: getOrCreateMulti creates what is missing, and gives all in order", check: createsMany },
  { name: "a region: values that are falsy are no misses", check: falsy },
  { name: "a region: set, get and delete", check: setsAndDeletes },
  { name: "a region: an expired value is created anew, and stored", check: expires },
  { name: "a region: invalidate ends what was stored before", check: invalidates },
];

async function createsOnce(subject) {
  const key = subject.plainKey("k");
  let creations = 0;
  const create = async () => ({ creation: ++creations });
  const ask = (region) => Promise.all(Array.from({ length: 20 }, () => region.getOrCreate(key, create)));
  for (const region of [subject.region(), subject.region()]) {
    for (const value of await ask(region)) expectSame(value, { creation: 1 }, "getOrCreate, of 20 callers at once,");
  }
  expectSame(creations, 1, "the count of creations for 40 callers of two regions");
}

async function createsMany(subject) {
  const names = ["a", "b", "c", "d"];
  const keys = names.map((name) => subject.plainKey(name));
  const region = subject.region();
  await region.set(keys[1], "stored");
  const asked = [];
  const create = async (missing) => missing.map((key) => (asked.push(key), `created for ${key}`));
  const expected = keys.map((key, index) => (index === 1 ? "stored" : `created for ${key}`));
  expectSame(await region.getOrCreateMulti(keys, create), expected, "getOrCreateMulti");
  expectSame(await region.getOrCreateMulti(keys, create), expected, "a second getOrCreateMulti");
  expectSame(asked.length, 3, "the count of keys that were created");
}

async function falsy(subject) {
  const region = subject.region();
  for (const [index, payload] of [null, false, 0, ""].entries()) {
    const key = subject.plainKey(`${index}`);
    await region.set(key, payload);
    expectSame(await region.getOrCreate(key, () => "created"), payload, `getOrCreate after set of ${JSON.stringify(payload)}`);
  }
}

async function setsAndDeletes(subject) {
  const key = subject.plainKey("k");
  const region = subject.region();
  expectSame(await region.get(key), undefined, "get of a region before set");
  await region.set(key, "value", { expiresIn: 60 });
  expectSame(await region.get(key), "value", "get of a region after set");
  await region.delete(key);
  expectSame(await region.get(key), undefined, "get of a region after delete");
}

async function expires(subject) {
  const key = subject.plainKey("k");
  let now = START;
  const region = subject.region({ expirationTime: 10, clock: () => now });
  expectSame(await region.getOrCreate(key, () => "first"), "first", "getOrCreate of a missing value");
  now += 11;
  expectSame(await region.getOrCreate(key, () => "second"), "second", "getOrCreate of an expired value");
  expectSame(await region.getOrCreate(key, () => "third"), "second", "getOrCreate of the value that was stored anew");
}

async function invalidates(subject) {
  const key = subject.plainKey("k");
  const region = subject.region();
  await region.set(key, "old");
  await region.invalidate();
  expectSame(await region.get(key), undefined, "get after invalidate");
  expectSame(await region.getOrCreate(key, () => "new"), "new", "getOrCreate after invalidate");
  expectSame(await region.get(key), "new", "get of what was created after invalidate");
}
