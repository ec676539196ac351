// An edge route: it answers with an origin's JSON, which it asks for once a minute, however many requests come in however many places.
import { backgroundRunner, CloudflareKVBackend, createRegion, DogpileLock } from "dogpile";

export { DogpileLock }; // wrangler.toml binds it

let region;

/** Made at first use: outside of a request Workers have no timers, no random numbers and no KV. */
function regionOf(env) {
  region ??= createRegion({
    backend: new CloudflareKVBackend(env.CACHE, { prefix: "json", lock: env.DOGPILE }),
    expirationTime: "1m",
    asyncCreationRunner: backgroundRunner, // what is stale is answered at once, and renewed after the response
  });
  return region;
}

export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    const path = pathname + search;
    try {
      const { payload, age, state } = await regionOf(env).getOrCreateEntry(path, ({ signal }) => load(env.ORIGIN + path, signal));
      return Response.json(payload, { headers: { Age: String(Math.floor(age)), "X-Cache": state } });
    } catch (error) {
      return Response.json({ error: error.message }, { status: 502 });
    }
  },
};

async function load(url, signal) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The origin answered ${response.status}.`);
  return response.json();
}
