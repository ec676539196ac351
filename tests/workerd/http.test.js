// Cached responses on Workers, where no request may touch what belongs to another one.
import { once } from "node:events";
import { createServer } from "node:http";
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "../packaging/installed.js";
import { Client } from "./clients.js";
import { bundleWorker, startRuntime } from "./runtime.js";

const program = fileURLToPath(new URL("app", import.meta.url));
const text = "text of the origin ".repeat(100);
const logs = [];
let origin;
let runtime;
let url;

beforeAll(async () => {
  origin = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/plain", "Content-Encoding": "gzip", "Cache-Control": "max-age=60" }).end(gzipSync(text));
  });
  await once(origin.listen(0, "127.0.0.1"), "listening");
  const env = { KV: { type: "kv", id: "kv" }, ORIGIN: { type: "json", value: `http://127.0.0.1:${origin.address().port}` } };
  const worker = { name: "one", modules: await bundled(), env, listens: true };
  runtime = startRuntime([worker], ({ message }) => logs.push(message));
  await runtime.ready;
  url = await runtime.unsafeGetDirectURL("one");
});
afterAll(async () => {
  await runtime?.dispose();
  origin?.close();
});

async function bundled() {
  const app = await installPackage();
  try {
    await cp(program, app.folder, { recursive: true });
    return await bundleWorker(app.folder, "http.js");
  } finally {
    await app.remove();
  }
}

const ask = (path, init) => fetch(new URL(path, url), init);
const status = ({ headers }) => headers.get("Cache-Status");
const countOf = async (path) => (await (await ask("/counts")).json())[path] ?? 0;
const open = async (path) => (await ask(`/open?path=${path}`)).text();
const body = (pathname, user = null) => ({ pathname, user, hasContext: true });

test.each(["/memory/a", "/kv/a"])("%s: twenty requests, one call of the handler", async (path) => {
  const answers = Array.from({ length: 20 }, () => ask(`${path}?waits`));
  await expect.poll(() => countOf(path)).toBe(1);
  await open(path);
  const responses = await Promise.all(answers);
  for (const response of responses) expect(await response.json()).toMatchObject(body(path));
  expect(responses.filter((response) => status(response) === "dogpile; fwd=miss; stored")).toHaveLength(1);
  expect(await countOf(path)).toBe(1);
  const hit = await ask(`${path}?waits`);
  expect([status(hit), hit.headers.get("Age")]).toEqual([expect.stringMatching(/^dogpile; hit; ttl=\d+$/), expect.stringMatching(/^\d+$/)]);
  expect(await hit.json()).toMatchObject(body(path));
  const known = await ask(`${path}?waits`, { headers: { "If-None-Match": hit.headers.get("ETag") } });
  expect([known.status, known.headers.get("Content-Type"), await known.text()]).toEqual([304, null, ""]);
  const head = await ask(`${path}?waits`, { method: "HEAD" });
  expect([head.status, head.headers.get("ETag"), await head.text()]).toEqual([200, hit.headers.get("ETag"), ""]);
});

test("requests that wait for a response with a cookie call the handler themselves, and get their own", async () => {
  const path = "/memory/users";
  const users = ["ada", "grace", "linus"];
  const answers = users.map((user) => ask(`${path}?waits`, { headers: { "X-User": user } }));
  await expect.poll(() => countOf(path)).toBe(1);
  await open(path);
  const responses = await Promise.all(answers);
  expect(responses.map(({ headers }) => headers.get("Set-Cookie"))).toEqual(users.map((user) => `user=${user}`));
  for (const [index, response] of responses.entries()) expect(await response.json()).toMatchObject(body(path, users[index]));
  expect(await countOf(path)).toBe(3);
  const stranger = await ask(`${path}?waits`);
  expect([stranger.headers.get("Set-Cookie"), (await stranger.json()).user]).toEqual([null, null]);
});

test("a response of the origin's that was compressed comes back whole", async () => {
  for (const handling of [/stored$/, /hit/]) {
    const response = await ask("/origin/a");
    expect(status(response)).toMatch(handling);
    expect(await response.text()).toBe(text);
  }
  expect(await countOf("/origin/a")).toBe(1);
});

test("a client that leaves takes nobody else's response with it", async () => {
  const path = "/memory/left";
  const leader = new Client(new URL(`${path}?waits`, url));
  await expect.poll(() => countOf(path)).toBe(1);
  const waiters = Array.from({ length: 5 }, () => new Client(new URL(`${path}?waits`, url)));
  leader.reset();
  await open(path);
  for (const { answer } of waiters) expect(await answer).toMatchObject({ status: 200, body: body(path) });
});

test("a WebSocket is the handler's", async () => {
  const response = await runtime.dispatchFetch("http://worker.example/memory/socket", { headers: { Upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const { webSocket } = response;
  webSocket.accept();
  const [{ data }] = await once(webSocket, "message");
  expect(data).toBe("hello");
  webSocket.close();
});

test("workerd had nothing to complain of", () => {
  expect(logs.filter((message) => /different request|code had hung|never generate a response|Cannot perform I\/O/.test(message))).toEqual([]);
});
