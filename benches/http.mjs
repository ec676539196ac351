// A warm hit of `dogpile/http` beside what it consists of, in microseconds: the best of many short rounds, since other programs run too.
// node benches/http.mjs
import { createRegion, MemoryBackend } from "dogpile";
import { cached } from "dogpile/http";

const ROUNDS = 200;
const CALLS = 200;

const body = JSON.stringify({ list: Array.from({ length: 50 }, (_, index) => index) });
const region = createRegion({ backend: new MemoryBackend(), expirationTime: "1h" });
const url = "https://site.example/list?page=1";
const fetch = cached(region, () => new Response(body, { headers: { "Content-Type": "application/json", "Cache-Control": "max-age=60" } }));
const request = new Request(url);
const known = new Request(url, { headers: { "If-None-Match": (await fetch(request)).headers.get("ETag") } });
const headers = [...(await fetch(request)).headers];
const creator = () => undefined;

const what = {
  "a hit": () => fetch(request),
  "a hit that is answered with 304": () => fetch(known),
  "a hit for a new Request": () => fetch(new Request(url)),
  "new Request": () => new Request(url),
  "new Response with the same body and headers": () => new Response(body, { headers }),
  "new Response without a body": () => new Response(null, { headers }),
  getOrCreateEntry: () => region.getOrCreateEntry(url, creator),
  "getOrCreateEntry with a signal": () => region.getOrCreateEntry(url, creator, { signal: request.signal }),
};

for (const [name, call] of Object.entries(what)) console.log(`${(await best(call)).toFixed(2).padStart(7)}  ${name}`);

async function best(call) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let times = 0; times < CALLS; times++) await call();
    least = Math.min(least, (performance.now() - start) / CALLS);
  }
  return least * 1000;
}
