import { CloudflareKVBackend, createRegion, DogpileLock } from "dogpile";
import { load } from "./pages.js"; // a query, an origin

export { DogpileLock }; // a Durable Object: one load over all isolates

let region;

export default {
  async fetch(request, env) {
    const backend = () => new CloudflareKVBackend(env.CACHE, { prefix: "pages", lock: env.DOGPILE });
    region ??= createRegion({ backend: backend(), expirationTime: "1m" });
    const { pathname } = new URL(request.url);
    return Response.json(await region.getOrCreate(pathname, () => load(pathname)));
  },
};
