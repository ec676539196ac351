import { describe, expect, test, vi } from "vitest";
import { DogpileLock } from "dogpile";
import { checkAfterEach } from "../helpers.js";

checkAfterEach();

const url = "https://dogpile.lock/";
const post = (body) => new Request(url, { method: "POST", body });
const json = (given) => post(JSON.stringify(given));

const noToken = "token must be a string of 1 to 100 characters";

describe("a malformed request is answered with status 400 and a reason", () => {
  const acquire = (more) => json({ operation: "acquire", token: "t", ...more });
  const release = (more) => json({ operation: "release", token: "t", ...more });
  test.each([
    ["GET", () => new Request(url), "no JSON object"],
    ["HEAD", () => new Request(url, { method: "HEAD" }), "no JSON object"],
    ["DELETE", () => new Request(url, { method: "DELETE" }), "no JSON object"],
    ["no body", () => new Request(url, { method: "POST" }), "no JSON object"],
    ["no JSON", () => post("{operation"), "no JSON object"],
    ["bytes", () => post(new Uint8Array([0xff, 0, 0x7b])), "no JSON object"],
    ["null", () => json(null), "no JSON object"],
    ["a string", () => json("acquire"), "no JSON object"],
    ["a number", () => json(1), "no JSON object"],
    ["an array", () => json(["acquire"]), "no operation undefined"],
    ["no operation", () => json({ token: "t" }), "no operation undefined"],
    ["an unknown operation", () => json({ operation: "steal" }), 'no operation "steal"'],
    ["an inherited operation", () => json({ operation: "toString" }), 'no operation "toString"'],
    ["__proto__", () => json({ operation: "__proto__" }), 'no operation "__proto__"'],
    ["an operation in an array", () => json({ operation: ["acquire"], token: "t" }), "no operation an array"],
    ["an operation without an own string", () => json({ operation: { toString: 1, valueOf: 1 } }), "no operation a plain object"],
    ...["acquire", "renew", "release"].flatMap((operation) =>
      [undefined, null, 1, "", "x".repeat(101), ["t"], {}].map((token) => [
        `${operation}, token: ${JSON.stringify(token)}`,
        () => json({ operation, token }),
        noToken,
      ]),
    ),
    ...[null, 0, 1, "true", {}].map((wait) => [`wait: ${JSON.stringify(wait)}`, () => acquire({ wait }), "wait must be a boolean"]),
    ...[null, -1, 20_001, "1", [], true].map((round) => [
      `round: ${JSON.stringify(round)}`,
      () => acquire({ round }),
      "round must be a number of milliseconds from 0 to 20000",
    ]),
    [
      "round: 1e999",
      () => post('{"operation": "acquire", "token": "t", "wait": true, "round": 1e999}'),
      "round must be a number of milliseconds from 0 to 20000",
    ],
    ...[1, true, {}, [], "x".repeat(2 ** 20 + 1)].map((stored) => [
      `stored: ${JSON.stringify(stored).slice(0, 10)}`,
      () => release({ stored, keep: 1 }),
      "stored must be null, or a string of at most 1048576 characters",
    ]),
    ...[undefined, null, -1, 86_401, "60", {}].map((keep) => [
      `keep: ${JSON.stringify(keep)}`,
      () => release({ stored: "text", keep }),
      "keep must be a number of seconds from 0 to 86400",
    ]),
    ["what supersedes without an end", () => json({ operation: "supersede", stored: "text" }), "keep must be a number of seconds from 0 to 86400"],
  ])("%s", async (_what, request, reason) => {
    const lock = new DogpileLock();
    const response = await lock.fetch(request());
    expect([response.status, await response.text()]).toEqual([400, reason]);
    expect(await (await lock.fetch(json({ operation: "locked" }))).json()).toEqual({ locked: false, waiting: 0 });
  });
});

test.each([
  ["the longest token", { operation: "acquire", token: "x".repeat(100) }, { granted: true }],
  ["the longest round", { operation: "acquire", token: "t", wait: true, round: 20_000 }, { granted: true }],
  ["the most that is stored, for as long as can be", { operation: "supersede", stored: "x".repeat(2 ** 20), keep: 86_400 }, {}],
  ["nothing that is handed over", { operation: "release", token: "t", stored: null }, {}],
  ["a member that it does not know", { operation: "locked", more: [1] }, { locked: false, waiting: 0 }],
])("%s is well-formed", async (_what, given, expected) => {
  const response = await new DogpileLock().fetch(json(given));
  expect([response.status, await response.json()]).toEqual([200, expected]);
});

test("what somebody has put on every object is said by nobody", async () => {
  const lock = new DogpileLock();
  const polluted = { operation: "acquire", token: "everybody", wait: true, round: 5, stored: "text", keep: 60, answer: () => {}, until: 0, isSuperseded: true };
  const ask = async (given) => {
    const response = await lock.fetch(json(given));
    return [response.status, await response.text()];
  };
  Object.assign(Object.prototype, polluted);
  const answers = [];
  try {
    for (const given of [
      {},
      { operation: "acquire" },
      { operation: "acquire", token: "a" },
      { operation: "acquire", token: "b" },
      { operation: "release", token: "a" },
      { operation: "acquire", token: "b" },
    ]) {
      answers.push(await ask(given));
    }
  } finally {
    for (const name of Object.keys(polluted)) delete Object.prototype[name];
  }
  expect(answers).toEqual([
    [400, "no operation undefined"],
    [400, noToken],
    [200, '{"granted":true}'],
    [200, '{"granted":false}'],
    [200, "{}"],
    [200, '{"granted":true}'],
  ]);
});

test("ten thousand may wait; who comes then is refused, and a place that is free again is had again", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const lock = new DogpileLock();
  const ask = async (given) => (await lock.fetch({ json: async () => given })).json();
  const acquire = (token) => ask({ operation: "acquire", token, wait: true, round: 20_000 });
  await acquire("holder");
  const waiting = Array.from({ length: 10_000 }, (_, index) => acquire(`${index}`));
  expect(await ask({ operation: "locked" })).toEqual({ locked: true, waiting: 10_000 });
  expect(await acquire("too many")).toEqual({ granted: false });
  const again = acquire("9999");
  expect(await waiting[9999]).toEqual({ granted: false, again: true });
  await ask({ operation: "release", token: "5" });
  const last = acquire("last");
  expect(await ask({ operation: "locked" })).toEqual({ locked: true, waiting: 10_000 });
  await vi.advanceTimersByTimeAsync(30_000);
  await Promise.all([...waiting, again, last]);
  expect(vi.getTimerCount()).toBe(0);
});
