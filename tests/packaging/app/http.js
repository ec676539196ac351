// A server of the runtime's own with cached responses, and what its clients get.
import { createRegion, MemoryBackend } from "dogpile";
import { cached } from "dogpile/http";

const counts = {};
const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256);

async function handle(request) {
  const { pathname } = new URL(request.url);
  counts[pathname] = (counts[pathname] ?? 0) + 1;
  await new Promise((resolve) => setTimeout(resolve, 200));
  if (pathname === "/bytes") return new Response(bytes);
  if (pathname === "/cookie")
    return Response.json({ user: request.headers.get("X-User") }, { headers: { "Set-Cookie": `user=${request.headers.get("X-User")}` } });
  return Response.json({ pathname }, { headers: { "Cache-Control": "max-age=60" } });
}

const fetching = cached(createRegion({ backend: new MemoryBackend() }), handle);
const { url, stop } = await serve((request) => fetching(request));
const ask = (path, init) => fetch(url + path, init);
const status = ({ headers }) => headers.get("Cache-Status");

const together = await Promise.all(Array.from({ length: 20 }, () => ask("/page")));
const bodies = await Promise.all(together.map((response) => response.text()));
const hit = await ask("/page");
await hit.text();
const known = await ask("/page", { headers: { "If-None-Match": hit.headers.get("ETag") } });
const head = await ask("/page", { method: "HEAD" });
const users = await Promise.all(["ada", "grace"].map((user) => ask("/cookie", { headers: { "X-User": user } })));
await (await ask("/bytes")).arrayBuffer();
const binary = new Uint8Array(await (await ask("/bytes")).arrayBuffer());

console.log(
  JSON.stringify({
    runtime: globalThis.navigator?.userAgent ?? `Node.js/${process.versions.node}`,
    bodies: [...new Set(bodies)],
    stored: together.filter((response) => status(response) === "dogpile; fwd=miss; stored").length,
    collapsed: together.filter((response) => status(response) === "dogpile; fwd=miss; collapsed").length,
    hit: [hit.headers.get("Content-Type"), hit.headers.get("Age"), status(hit).replace(/\d+$/, "N")],
    known: [known.status, known.headers.get("Content-Type"), await known.text()],
    head: [head.status, head.headers.get("ETag") === hit.headers.get("ETag"), await head.text()],
    users: await Promise.all(users.map(async (response) => [(await response.json()).user, response.headers.get("Set-Cookie"), status(response)])),
    binary: binary.length === bytes.length && binary.every((byte, index) => byte === bytes[index]),
    counts,
  }),
);
await stop();

async function serve(fetch) {
  if (globalThis.Deno) {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, fetch);
    return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
  }
  if (globalThis.Bun) {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
    return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
  }
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => respond(fetch, request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

async function respond(fetch, { method, url, headers }, response) {
  const { status, headers: answered, body } = await fetch(new Request(`http://${headers.host}${url}`, { method, headers }));
  response.writeHead(status, Object.fromEntries(answered));
  for await (const chunk of body ?? []) response.write(chunk);
  response.end();
}
