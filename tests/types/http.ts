import { createRegion, MemoryBackend } from "dogpile";
import { cached, cacheMiddleware, type HttpCacheOptions } from "dogpile/http";
import { check, type Same } from "./same.js";

const region = createRegion<string>({ backend: new MemoryBackend() });

const plain = cached(region, (request) => new Response(request.url));
check<Same<typeof plain, (request: Request) => Promise<Response>>>();
const worker = cached(region, async (_request, env: { KV: string }, _ctx: { waitUntil(promise: Promise<unknown>): void }) => new Response(env.KV));
check<Same<Parameters<typeof worker>, [request: Request, env: { KV: string }, _ctx: { waitUntil(promise: Promise<unknown>): void }]>>();
check<Same<ReturnType<typeof worker>, Promise<Response>>>();

const options: HttpCacheOptions = {
  key: ({ url }) => (url === "" ? undefined : url),
  vary: ["accept-language"] as const,
  tags: (request) => [request.url],
  expirationTime: "1m",
  staleIfError: { hours: 1 },
  maxBytes: 1024,
};
cached(region, plain, options);
cached(region, plain, { key: undefined, vary: undefined, tags: undefined, expirationTime: null, staleIfError: undefined, maxBytes: undefined });
const middleware = cacheMiddleware(region, options);
check<Same<ReturnType<typeof middleware>, Promise<Response | undefined>>>();
cacheMiddleware(region);
check<Same<typeof region.hasTags, boolean>>();

// @ts-expect-error no Response
cached(region, () => "text");
// @ts-expect-error no region
cached(new MemoryBackend(), plain);
// @ts-expect-error no handler
cached(region);
// @ts-expect-error an unknown option
cached(region, plain, { ttl: 5 });
// @ts-expect-error a promise for a key
cached(region, plain, { key: async () => "k" });
// @ts-expect-error a text for a list
cacheMiddleware(region, { vary: "accept" });
// @ts-expect-error readonly
region.hasTags = true;
