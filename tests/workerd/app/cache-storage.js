// The Worker of cache-storage.test.js.
import { CacheStorageBackend, createRegion } from "dogpile";
import { backendSuite } from "dogpile/testing";

const origin = "https://worker.example";
const kept = new CacheStorageBackend({ cacheName: "kept", origin });

const paths = { suite, named, probes, kept: askKept, keys, clear, set, get };

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      return Response.json(await paths[pathname.slice(1)](searchParams, env));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};

function suite() {
  return failures(() => new CacheStorageBackend({ cache: caches.default, origin }));
}

function named() {
  return failures(() => new CacheStorageBackend({ cacheName: "named", origin }));
}

/** `clear` is not tested: here it rejects. */
async function failures(makeBackend) {
  const failed = [];
  let count = 0;
  for (const { name, run } of backendSuite(makeBackend)) {
    if (name.startsWith("clear")) continue;
    count += 1;
    await run().catch((error) => failed.push(`${name}: ${error.message}`));
  }
  return { count, failed };
}

/** What the platform does with what this backend never writes. */
async function probes() {
  const { default: cache } = caches;
  const outcome = async (name, response) => {
    const url = `${origin}/probe?${name}`;
    const error = await cache.put(url, response).then(
      () => "stored?",
      () => "throws",
    );
    return [name, error, (await cache.match(url)) !== undefined];
  };
  const good = { "cache-control": "public, max-age=60" };
  const probe = (name, status, headers) => outcome(name, new Response("text", { status, headers }));
  return [
    await probe("good", 200, good),
    await probe("partial", 206, good),
    await probe("vary", 200, { ...good, vary: "*" }),
    await probe("cookie", 200, { ...good, "set-cookie": "a=b" }),
    await probe("zero", 200, { "cache-control": "public, max-age=0" }),
    await probe("none", 200, {}),
  ];
}

/** In requests of their own: the cache that the first one opened serves the next. */
async function askKept() {
  let creations = 0;
  const region = createRegion({ backend: kept, backendErrors: "throw" });
  return [await region.getOrCreate("k", () => `creation ${++creations}`), creations];
}

async function keys() {
  const all = ["", "..", "a#b", "a?b", "x".repeat(100_000), "\ud800", "\udfff"];
  const region = createRegion({ backend: new CacheStorageBackend({ cache: caches.default, origin }), backendErrors: "throw" });
  for (const [index, key] of all.entries()) await region.set(key, index);
  return Promise.all(all.map((key) => region.get(key)));
}

async function clear() {
  const codeOf = (backend) =>
    backend.clear().then(
      () => "cleared",
      ({ code, message }) => [code, message],
    );
  return [await codeOf(new CacheStorageBackend({ cache: caches.default })), await codeOf(new CacheStorageBackend())];
}

async function set(query) {
  await new CacheStorageBackend({ cache: caches.default, origin }).set("big", "x".repeat(Number(query.get("size"))));
}

async function get() {
  return (await new CacheStorageBackend({ cache: caches.default, origin }).get("big"))?.length ?? null;
}
