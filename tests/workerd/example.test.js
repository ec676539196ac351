// The Worker that the package brings along to be copied, with the bindings that its wrangler.toml names.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "../packaging/installed.js";
import { Client } from "./clients.js";
import { bundleWorker, startRuntime } from "./runtime.js";

const isolates = ["one", "two"];

const origin = { asked: [], status: 200, delay: 50 };
let server;
let runtime;
let urls;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    origin.asked.push(request.url);
    await new Promise((resolve) => setTimeout(resolve, origin.delay));
    response.writeHead(origin.status, { "Content-Type": "application/json" }).end(JSON.stringify({ path: request.url }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  runtime = startRuntime(await workers(`http://127.0.0.1:${server.address().port}`));
  await runtime.ready;
  urls = await Promise.all(isolates.map((name) => runtime.unsafeGetDirectURL(name)));
});
afterAll(async () => {
  await runtime?.dispose();
  server?.close();
});

/** Two isolates of the Worker: KV and the class of locks are the first one's. */
async function workers(ORIGIN) {
  const { config, modules } = await copied();
  const classes = config.migrations.flatMap((migration) => migration.new_sqlite_classes);
  const env = Object.fromEntries([
    ...Object.entries({ ...config.vars, ORIGIN }).map(([name, value]) => [name, { type: "json", value }]),
    ...config.kv_namespaces.map(({ binding, id }) => [binding, { type: "kv", id }]),
    ...config.durable_objects.bindings.map(({ name, class_name }) => [name, { type: "durable-object", worker: isolates[0], exportName: class_name }]),
  ]);
  return isolates.map((name, index) => ({
    name,
    modules,
    env,
    compatibilityDate: config.compatibility_date,
    objects: index === 0 ? classes : [],
    listens: true,
  }));
}

/** As it lies in the installed package. */
async function copied() {
  const app = await installPackage();
  try {
    const folder = join(app.folder, "node_modules/dogpile/examples/worker");
    const config = parse(await readFile(join(folder, "wrangler.toml"), "utf8"));
    return { config, modules: await bundleWorker(folder, config.main) };
  } finally {
    await app.remove();
  }
}

const ask = (path, isolate = 0) => new Client(new URL(path, urls[isolate]));
const answers = (clients) => Promise.all(clients.map(({ answer }) => answer));
const times = (path) => origin.asked.filter((asked) => asked === path).length;

test("a hundred requests in two isolates ask the origin once", async () => {
  const path = "/users?page=1";
  const clients = Array.from({ length: 100 }, (_, index) => ask(path, index % 2));
  for (const { status, body } of await answers(clients)) expect([status, body]).toEqual([200, { path }]);
  expect(times(path)).toBe(1);
  const response = await fetch(new URL(path, urls[1]));
  expect([response.headers.get("X-Cache"), response.headers.get("Age")]).toEqual(["fresh", expect.stringMatching(/^\d+$/)]);
  expect(await response.json()).toEqual({ path });
});

test("what the origin refuses is told to everyone who waits, and asked for again", async () => {
  origin.status = 503;
  const clients = Array.from({ length: 10 }, () => ask("/down"));
  for (const { status, body } of await answers(clients)) expect([status, body]).toEqual([502, { error: "The origin answered 503." }]);
  origin.status = 200;
  expect(await ask("/down").answer).toEqual({ status: 200, body: { path: "/down" } });
});

test("clients that leave take nobody else's answer with them", async () => {
  origin.delay = 500;
  const path = "/slow";
  const leader = ask(path);
  await expect.poll(() => times(path), { timeout: 10_000 }).toBe(1);
  const waiters = Array.from({ length: 12 }, (_, index) => ask(path, index % 2));
  leader.reset();
  for (const { status, body } of await answers(waiters)) expect([status, body]).toEqual([200, { path }]);
  expect(times(path)).toBeLessThanOrEqual(2);
  origin.delay = 50;
});
