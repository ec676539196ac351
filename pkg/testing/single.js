import { expectMiss, expectSame, fail, sleep } from "./expectations.js";

const PAYLOADS = [
  "text",
  "",
  0,
  -1.5,
  Number.MAX_SAFE_INTEGER,
  true,
  false,
  null,
  [],
  [1, [null, { a: "b" }]],
  {},
  { "": 1, nested: { list: [1, 2, 3] }, "a key": null },
  "ä, €, 日本, 😀, \"quoted\", 'quoted', \\, |, %, <&>, {}, two\nlines",
  "long ".repeat(10_000),
];

/** An object that is used as a table has members of these names already. */
const MEMBERS = ["constructor", "toString", "__proto__", "hasOwnProperty"];

/** Told apart only by a store that compares keys as they are. */
const LIKE_ONE_ANOTHER = [
  "a",
  "A",
  " a",
  "a ",
  "a b",
  "a:b",
  "a/b",
  "a|b",
  "a%20b",
  "a*",
  "a.b",
  "ä",
  "a\u0308",
  "😀",
  "😁",
  "1",
  "01",
  "1.0",
  `${"a".repeat(200)}b`,
  `${"a".repeat(200)}c`,
];

/** No value may go in that time that was to be kept for a minute: a hint of 60 taken for milliseconds ends sooner. */
const MOMENT = 150;

export const singleCases = [
  { name: "has get, set and delete", check: hasMethods },
  { name: "get: a key that was never set is a miss", check: missing },
  { name: "get: a record comes back as it was set", check: roundTrip },
  { name: "set: replaces the record that was there", check: replaces },
  { name: "delete: the record is gone, other keys keep theirs", check: deletes },
  { name: "delete: a key that was never set is no error", check: deletesNothing },
  { name: "keys: names of an object's own members are keys like others", check: members },
  { name: "keys: those that are alike have a record each", check: tellsApart },
  { name: "set: hint.expirationTime is in seconds", check: hints },
  { name: "set: many at once all take effect", check: concurrent },
  { name: "clear, where there is one: nothing is left", check: clears },
  { name: "entries, where there are: every key with its record", check: lists },
];

function hasMethods(subject) {
  const lacking = ["get", "set", "delete"].filter((method) => !subject.has(method));
  if (lacking.length > 0) fail(`the backend has no ${lacking.join(" and no ")}`, "methods of these names");
}

async function missing(subject) {
  expectMiss(await subject.backend.get(subject.key("never set")), "get of a key that was never set");
}

async function roundTrip(subject) {
  for (const [index, payload] of PAYLOADS.entries()) {
    const key = subject.key(`payload ${index}`);
    await subject.set(key, payload);
    expectSame(await subject.get(key), subject.record(payload), "get after set");
  }
}

async function replaces(subject) {
  const key = subject.key("k");
  await subject.set(key, { old: "value" });
  await subject.set(key, ["new"]);
  expectSame(await subject.get(key), subject.record(["new"]), "get after a second set");
}

async function deletes(subject) {
  const [key, other] = [subject.key("k"), subject.key("other")];
  await subject.set(key, "value");
  await subject.set(other, "other value");
  await subject.backend.delete(key);
  expectMiss(await subject.backend.get(key), "get after delete");
  expectSame(await subject.get(other), subject.record("other value"), "get of another key after delete");
}

async function deletesNothing(subject) {
  await subject.backend.delete(subject.key("never set"));
}

async function members(subject) {
  for (const key of MEMBERS.map((name) => subject.mangled(name))) {
    expectMiss(await subject.backend.get(key), `get of the key "${key}", which was never set,`);
    await subject.set(key, "value");
    expectSame(await subject.get(key), subject.record("value"), `get after set of the key "${key}"`);
    await subject.backend.delete(key);
  }
}

async function tellsApart(subject) {
  const keys = LIKE_ONE_ANOTHER.map((name) => subject.key(name));
  for (const [index, key] of keys.entries()) await subject.set(key, index);
  for (const [index, key] of keys.entries()) {
    expectSame(await subject.get(key), subject.record(index), `get of ${JSON.stringify(LIKE_ONE_ANOTHER[index])} among keys that are alike`);
  }
}

async function hints(subject) {
  const times = [60, 90.5, undefined];
  const keys = times.map((time) => subject.key(`${time}`));
  for (const [index, time] of times.entries()) await subject.set(keys[index], index, time === undefined ? undefined : { expirationTime: time });
  await sleep(MOMENT);
  for (const [index, time] of times.entries()) {
    const hint = time === undefined ? "no hint" : `{ expirationTime: ${time} }, in seconds,`;
    expectSame(await subject.get(keys[index]), subject.record(index), `get ${MOMENT} ms after set with ${hint}`);
  }
}

async function concurrent(subject) {
  const keys = Array.from({ length: 50 }, (_, index) => subject.key(`${index}`));
  await Promise.all(keys.map((key, index) => subject.set(key, index)));
  const found = await Promise.all(keys.map((key) => subject.get(key)));
  for (const [index, record] of found.entries()) expectSame(record, subject.record(index), `get after ${keys.length} calls of set at once`);
}

async function clears(subject) {
  if (!subject.has("clear")) return;
  const keys = [subject.key("a"), subject.key("b")];
  for (const key of keys) await subject.set(key, "value");
  await subject.backend.clear();
  for (const key of keys) expectMiss(await subject.backend.get(key), "get after clear");
}

async function lists(subject) {
  if (!subject.has("entries")) return;
  const keys = [subject.key("a"), subject.key("b")];
  for (const key of keys) await subject.set(key, key);
  const found = new Map();
  for await (const [key, stored] of subject.backend.entries()) found.set(key, stored);
  for (const key of keys) expectSame(subject.read(found.get(key)), subject.record(key), `entries, for the key ${key},`);
}
