// Cached responses over real connections: the runtimes' own servers, Hono, h3, and HTTP/2.
import { createServer, connect } from "node:http2";
import { once } from "node:events";
import { createRegion, MemoryBackend } from "dogpile";
import { cached, cacheMiddleware } from "dogpile/http";
import { H3, serve } from "h3";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { inBun, inDeno, inNode20, inNode24 } from "./hosts.js";
import { installPackage } from "./installed.js";

const closing = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe("a server of the runtime's own", () => {
  let app;
  beforeAll(async () => {
    app = await installPackage();
  });
  afterAll(() => app?.remove());

  test.each([
    ["Node 20", /^Node\.js\/20/, inNode20],
    ["Node 24", /^Node\.js\/24/, inNode24],
    ["Deno", /^Deno\//, inDeno],
    ["Bun", /^Bun\//, inBun],
  ])("in %s", async (_name, runtime, run) => {
    expect(await run(app, "http.js", "--allow-net=127.0.0.1")).toEqual({
      runtime: expect.stringMatching(runtime),
      bodies: ['{"pathname":"/page"}'],
      stored: 1,
      collapsed: 19,
      hit: [expect.stringMatching(/^application\/json/), "0", "dogpile; hit; ttl=N"],
      known: [304, null, ""],
      head: [200, true, ""],
      users: [
        ["ada", "user=ada", "dogpile; fwd=miss"],
        ["grace", "user=grace", "dogpile; fwd=miss"],
      ],
      binary: true,
      counts: { "/page": 1, "/cookie": 2, "/bytes": 1 },
    });
  });
});

const newRegion = (options) => createRegion({ backend: new MemoryBackend(), expirationTime: 60, ...options });

async function listening(fetch) {
  const server = serve({ fetch }, { port: 0, hostname: "127.0.0.1", silent: true });
  await server.ready();
  closing.push(() => server.close(true));
  return (path, init) => globalThis.fetch(new URL(path, server.url), init);
}

const frameworks = {
  "Hono, an app that is cached": (handle) => {
    const app = new Hono().get("/*", ({ req }) => handle(req.raw));
    return cached(newRegion(), app.fetch);
  },
  "Hono, with the middleware": (handle) => new Hono().use(cacheMiddleware(newRegion())).get("/*", ({ req }) => handle(req.raw)).fetch,
  "h3, an app that is cached": (handle) => {
    const app = new H3().get("/**", (event) => handle(event.req));
    return cached(newRegion(), app.fetch);
  },
  "h3, a route": (handle) => {
    const fetch = cached(newRegion(), handle);
    return new H3().get("/**", (event) => fetch(event.req)).fetch;
  },
};

test.each(Object.entries(frameworks))("%s", async (_name, make) => {
  let calls = 0;
  const ask = await listening(
    make(async (request) => {
      calls += 1;
      const user = request.headers.get("x-user");
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (user !== null) return Response.json({ user }, { headers: { "Set-Cookie": `user=${user}` } });
      return Response.json({ path: new URL(request.url).pathname, condition: request.headers.get("if-none-match") });
    }),
  );
  const responses = await Promise.all(Array.from({ length: 20 }, () => ask("/a", { headers: { "If-None-Match": '"other"' } })));
  for (const response of responses) expect(await response.json()).toEqual({ path: "/a", condition: null });
  expect(calls).toBe(1);
  const hit = await ask("/a");
  expect([hit.headers.get("Age"), hit.headers.get("Content-Type")]).toEqual([expect.stringMatching(/^\d$/), "application/json"]);
  expect(hit.headers.get("Cache-Status")).toMatch(/^dogpile; hit; ttl=\d+$/);
  const known = await ask("/a", { headers: { "If-None-Match": hit.headers.get("ETag") } });
  expect([known.status, known.headers.get("Content-Type"), known.headers.get("Content-Length")]).toEqual([304, null, null]);
  const head = await ask("/a", { method: "HEAD" });
  expect([head.status, head.headers.get("ETag")]).toEqual([200, hit.headers.get("ETag")]);
  expect(calls).toBe(1);

  const users = ["ada", "grace", "linus"];
  const cookies = await Promise.all(users.map((user) => ask("/b", { headers: { "X-User": user } })));
  expect(cookies.map(({ headers }) => headers.get("Set-Cookie"))).toEqual(users.map((user) => `user=${user}`));
  expect(await Promise.all(cookies.map(async (response) => (await response.json()).user))).toEqual(users);
  const stranger = await ask("/b");
  expect([stranger.headers.get("Set-Cookie"), await stranger.json()]).toEqual([null, { path: "/b", condition: null }]);
});

test("a client that leaves takes nobody else's response with it", async () => {
  let calls = 0;
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const fetch = cached(newRegion(), async (request) => {
    calls += 1;
    await finished;
    return new Response(String(request.signal.aborted));
  });
  let arrived = 0;
  const ask = await listening((request) => {
    arrived += 1;
    return fetch(request);
  });
  const controller = new AbortController();
  const leader = ask("/", { signal: controller.signal });
  await expect.poll(() => arrived).toBe(1);
  const waiter = ask("/");
  await expect.poll(() => arrived).toBe(2);
  controller.abort();
  await expect(leader).rejects.toThrow();
  finish();
  expect(await (await waiter).text()).toBe("false");
  expect(calls).toBe(1);
});

test("304 over HTTP/2 has no body and no header of one", async () => {
  const fetch = cached(newRegion(), () => Response.json({ a: 1 }, { headers: { "Content-Length": "7", "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" } }));
  const server = createServer().on("stream", async (stream, headers) => {
    const sent = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
    const response = await fetch(new Request(`http://site.example${headers[":path"]}`, { method: headers[":method"], headers: sent }));
    stream.respond({ ":status": response.status, ...Object.fromEntries(response.headers) });
    for await (const chunk of response.body ?? []) stream.write(chunk);
    stream.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = connect(`http://127.0.0.1:${server.address().port}`);
  closing.push(
    () => client.close(),
    () => server.close(),
  );

  const first = await request(client, {});
  expect(first).toMatchObject({ body: '{"a":1}', headers: { ":status": 200, "content-length": "7", "cache-status": "dogpile; fwd=miss; stored" } });
  const { body, headers } = await request(client, { "if-none-match": `W/${first.headers.etag}` });
  expect(body).toBe("");
  const { date, ...others } = Object.fromEntries(Object.entries(headers));
  expect(date).toBeDefined(); // the server's own
  expect(others).toEqual({ ":status": 304, age: "0", etag: first.headers.etag, "cache-status": expect.stringMatching(/^dogpile; hit/) });
  const head = await request(client, { ":method": "HEAD" });
  expect([head.body, head.headers["content-length"]]).toEqual(["", "7"]);
});

async function request(client, headers) {
  const stream = client.request({ ":path": "/", ...headers });
  const [answered] = await once(stream, "response");
  let body = "";
  for await (const chunk of stream.setEncoding("utf8")) body += chunk;
  return { headers: answered, body };
}
