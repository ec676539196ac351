// A handler behind `cached`, and those who ask it.
import { cached } from "dogpile/http";
import { counted, makeRegion, virtualClock } from "../helpers.js";

export const ORIGIN = "http://site.example";

/** Some hosts show no script the cookies of a response; there nothing can be stored that has one. */
export const showsCookies = new Response(null, { headers: { "Set-Cookie": "a=1" } }).headers.has("Set-Cookie");

export const text = (body, headers, status = 200) => new Response(body, { status, headers: { "Content-Type": "text/plain", ...headers } });

export const page = (headers, status) => text("a page", headers, status);

/** `handler` is as `cached` takes it; `ask(path, init)` resolves with the response. */
export function site(handler, options, { keys = ["/"], ...regionOptions } = {}) {
  const clock = virtualClock();
  const region = makeRegion(
    { clock, expirationTime: 60, ...regionOptions },
    keys.map((key) => ORIGIN + key),
  );
  const counting = counted(handler);
  const fetch = cached(region, counting, options);
  return { region, clock, handler: counting, ask: (path = "/", init) => fetch(new Request(ORIGIN + path, init)) };
}

export const statusOf = (response) => response.headers.get("Cache-Status");

/** The bodies of responses, which are read. */
export const textsOf = async (responses) => Promise.all((await Promise.all(responses)).map((response) => response.text()));
