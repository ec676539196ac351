// Many requests whose clients leave at random moments.
import { afterEach, beforeAll, expect, test } from "vitest";
import { bundleApp, Runtime } from "./stage.js";

const [REQUESTS, KEYS, AT_ONCE, GONE] = [1_000, 50, 40, 0.3];
const keys = Array.from({ length: KEYS }, (_, index) => `k${index}`);

let modules;
let runtime;
beforeAll(async () => {
  modules = await bundleApp();
});
afterEach(() => runtime?.dispose());

test.each([
  ["in one isolate", { isolates: 1 }, { backend: "memory" }],
  [
    "in one isolate, where a promise resumes in whatever request settles it",
    { isolates: 1, compatibilityFlags: ["no_handle_cross_request_promise_resolution"] },
    { backend: "memory" },
  ],
  ["in two isolates with a lock", { isolates: 2 }, { backend: "locked" }],
])("a thousand requests, a third of them left alone: %s", async (_where, options, query) => {
  runtime = await new Runtime(modules, options).ready();
  const stage = runtime.stage({ ...query, creator: "origin", expires: 0.5 });
  const answers = await sendAll(stage, options.isolates);
  expect(answers.filter(({ status }) => status === "hung")).toEqual([]);
  const survived = answers.filter(({ isGone }) => !isGone);
  expect(survived.length).toBeGreaterThan(REQUESTS / 2);
  for (const { key, status, body } of survived)
    expect({ key, status, body }).toEqual({ key, status: 200, body: { value: `of ${key}`, state: expect.any(String), own: true } });
  for (let isolate = 0; isolate < options.isolates; isolate += 1) await stage.expectNothingLeft(keys, isolate);
});

/** A few requests at once, until all are answered or their clients are gone. */
async function sendAll(stage, isolates) {
  const answers = [];
  let sent = 0;
  const work = async () => {
    while (sent < REQUESTS) {
      const number = sent++;
      answers.push(await send(stage, keys[Math.floor(Math.random() * KEYS)], number % isolates));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function send(stage, key, isolate) {
  const client = stage.client("call", { key, waitUntil: Math.random() < 0.5 }, isolate);
  const isGone = Math.random() < GONE;
  const timer = isGone && setTimeout(() => client.reset(), 60 * Math.random());
  const { status, body } = await client.answer;
  clearTimeout(timer);
  return { key, isGone, status, body };
}
