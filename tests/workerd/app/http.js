// A Worker whose responses are cached, in memory or in KV. What its requests share is plain data: each of them looks by itself.
import { CloudflareKVBackend, createRegion, MemoryBackend } from "dogpile";
import { cached } from "dogpile/http";

const counts = {};
const opened = new Set();
let kv;

const region = createRegion({ backend: new MemoryBackend(), expirationTime: 60, staleWhileRevalidate: true });
const inMemory = cached(region, handle);

async function handle(request, env, ctx) {
  const { pathname, searchParams } = new URL(request.url);
  counts[pathname] = (counts[pathname] ?? 0) + 1;
  while (searchParams.has("waits") && !opened.has(pathname)) await scheduler.wait(10);
  if (request.headers.get("Upgrade") === "websocket") return upgraded();
  if (pathname.startsWith("/origin/")) return fetch(env.ORIGIN + pathname, { redirect: "manual" });
  const user = request.headers.get("X-User");
  const headers = user === null ? {} : { "Set-Cookie": `user=${user}` };
  return Response.json({ pathname, user, hasContext: typeof ctx.waitUntil === "function", country: request.cf?.country }, { headers });
}

function upgraded() {
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.send("hello");
  return new Response(null, { status: 101, webSocket: client });
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/counts") return Response.json(counts);
    if (pathname === "/open") return Response.json([...opened.add(searchParams.get("path"))]);
    kv ??= cached(createRegion({ backend: new CloudflareKVBackend(env.KV), expirationTime: 60 }), handle);
    return pathname.startsWith("/kv/") ? kv(request, env, ctx) : inMemory(request, env, ctx);
  },
};
