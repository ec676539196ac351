// The example Worker in Rust, as its own command has built it: requests that wait for each other, and requests that die.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CloudflareKVBackend, createRegion } from "dogpile";
import { exampleWorker } from "../../scripts/examples.mjs";
import { Client } from "./clients.js";
import { startRuntime } from "./runtime.js";

const COMPLAINTS = /different request|code had hung|never generate a response|Cannot perform I\/O|panicked|unreachable/;

/** What it says when a request that has waited is gone: nobody is left there. */
const HARMLESS = /creating request has already been completed or canceled/;

let runtime, url;
const logs = [];
beforeAll(async () => {
  const folder = await exampleWorker();
  const module = async (path) => ({ path, contents: await readFile(join(folder, path)) });
  const modules = [await module("index.js"), await module("index_bg.wasm")];
  runtime = startRuntime([{ modules, env: { PAGES: { type: "kv", id: "pages" } }, listens: true }], (message) => logs.push(message));
  await runtime.ready;
  url = await runtime.unsafeGetDirectURL("worker");
}, 600_000);
afterAll(() => runtime?.dispose());

const client = (path) => new Client(new URL(path, url));
const answered = (page) => ({ status: 200, body: `the page ${page}` });
const asked = async (page) => Number((await client(`/origin/${page}`).answer).body);
const untilAsked = (page, times) => vi.waitFor(async () => expect(await asked(page)).toBeGreaterThanOrEqual(times), { timeout: 15_000, interval: 20 });

test("twenty requests at once ask the origin once, and so do those that come later", async () => {
  const clients = Array.from({ length: 20 }, () => client("/page/once"));
  for (const { answer } of clients) expect(await answer).toEqual(answered("once"));
  expect(await client("/page/once").answer).toEqual(answered("once"));
  expect(await asked("once")).toBe(1);
});

test("a request that creates and whose client is gone is replaced", async () => {
  const leader = client("/page/gone?milliseconds=5000");
  await untilAsked("gone", 1);
  const clients = Array.from({ length: 20 }, () => client("/page/gone?milliseconds=200"));
  await new Promise((resolve) => setTimeout(resolve, 200)); // they wait
  leader.reset();
  for (const { answer } of clients) expect(await answer).toEqual(answered("gone"));
  expect(await asked("gone")).toBe(2);
});

test("a request whose handler fails is replaced", async () => {
  const leader = client("/page/failed?milliseconds=5000&fails");
  await untilAsked("failed", 1);
  const clients = Array.from({ length: 20 }, () => client("/page/failed?milliseconds=200"));
  expect((await leader.answer).status).toBe(500);
  for (const { answer } of clients) expect(await answer).toEqual(answered("failed"));
  expect(await asked("failed")).toBe(2);
});

test("of three hundred requests every third is reset: each of the others is answered", async () => {
  const clients = [];
  for (let number = 0; number < 300; number += 1) {
    const page = `page${number % 12}`;
    clients.push([page, client(`/page/${page}?milliseconds=${50 + (number % 7) * 40}`)]);
    if (number % 10 < 3) setTimeout(() => clients[number][1].reset(), 10 + (number % 13) * 15);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const answers = await Promise.all(clients.map(async ([page, { answer }]) => ({ page, ...(await answer) })));
  const others = answers.filter(({ status }) => status !== "reset");
  expect(others.length).toBeGreaterThan(150);
  for (const { page, ...answer } of others) expect(answer).toEqual(answered(page));
});

test("Rust and JavaScript share the records of one KV namespace", async () => {
  const backend = new CloudflareKVBackend(await runtime.getKVNamespace("PAGES"));
  const region = createRegion({ backend, expirationTime: "1m" });
  expect(await client("/page/shared").answer).toEqual(answered("shared"));
  expect(await region.get("shared")).toBe("the page shared");
  await region.set("of-JavaScript", "written by JavaScript");
  expect(await client("/page/of-JavaScript").answer).toEqual({ status: 200, body: "written by JavaScript" });
});

test("workerd had nothing to complain of", () => {
  expect(logs.filter((message) => COMPLAINTS.test(message) && !HARMLESS.test(message))).toEqual([]);
});
