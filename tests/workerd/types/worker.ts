// A Worker as its author writes it, with the platform's own types.
import { CloudflareKVBackend, createRegion, DogpileLock, type Region } from "dogpile";

export { DogpileLock };

interface Env {
  CACHE: KVNamespace;
  DOGPILE: DurableObjectNamespace;
}

let region: Region<string> | undefined;

export default {
  async fetch(request, env): Promise<Response> {
    region ??= createRegion<string>({ backend: new CloudflareKVBackend(env.CACHE, { lock: env.DOGPILE }), expirationTime: "1m" });
    return new Response(await region.getOrCreate(request.url, () => "created"));
  },
} satisfies ExportedHandler<Env>;

declare const env: Env;
createRegion({ backend: "dogpile.cache.cloudflare_kv", arguments: { namespace: env.CACHE } });
// @ts-expect-error a Durable Object namespace is no KV namespace
new CloudflareKVBackend(env.DOGPILE);
// @ts-expect-error a KV namespace is no lock
new CloudflareKVBackend(env.CACHE, { lock: env.CACHE });
