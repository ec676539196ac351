import { requireThat } from "./settings.js";
import { forbidsStore } from "./storability.js";

/** Requests with one of these are the handler's alone: for one user, for a part, for a state that only the handler knows, or not HTTP. */
const BYPASSING = ["authorization", "range", "if-match", "if-unmodified-since", "upgrade"];

/** The key of a request; `undefined` if it bypasses the cache. */
export function keyOf({ key, vary }, request) {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (BYPASSING.some((name) => headers.has(name)) || forbidsStore(headers.get("cache-control"))) return undefined;
  const name = key === undefined ? request.url.split("#", 1)[0] : key(request);
  if (name === undefined) return undefined;
  requireThat(typeof name === "string", "the result of key", "a string, or undefined", name);
  // A header that is absent is another one than an empty one.
  return vary.reduce((text, header) => `${text}\n${headers.has(header) ? `:${headers.get(header)}` : ""}`, name);
}

/**
 * The request as the handler gets it for everybody: it does not end with its caller, and asks for the whole response, since a 304 of the
 * handler's own would leave nothing to store.
 */
export function detached(request) {
  const headers = new Headers(request.headers);
  headers.delete("if-none-match");
  headers.delete("if-modified-since");
  const init = { headers, signal: null };
  try {
    const copy = new request.constructor(request, init); // in Next a NextRequest
    if (copy.url === request.url) return copy;
  } catch {} // a server's own class, which takes something else
  return new Request(request.url, init);
}
