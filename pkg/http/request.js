import { directivesOf } from "./directives.js";
import { refused } from "./settings.js";

/** Requests with one of these are the handler's alone: for one user, for a part, for a state that only the handler knows, or not HTTP. */
const BYPASSING = ["authorization", "range", "if-match", "if-unmodified-since", "upgrade"];
/** Answered from the record. A handler that answered 304 itself would leave nothing to store. */
const CONDITIONAL = ["if-none-match", "if-modified-since"];

/** The key of a request; `undefined` if it bypasses the cache. */
export function keyOf({ key, vary }, request) {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (BYPASSING.some((name) => headers.has(name)) || directivesOf(headers.get("cache-control")).has("no-store")) return undefined;
  const name = key === undefined ? request.url.split("#", 1)[0] : key(request);
  if (name === undefined) return undefined;
  if (typeof name !== "string") throw refused("the result of key", "a string, or undefined", name);
  return vary.reduce((text, header) => `${text}\n${partOf(headers.get(header))}`, name);
}

/** A header that is absent is another one than an empty one. */
const partOf = (value) => (value === null ? "" : `:${value}`);

/** The request as the handler gets it for everybody: it does not end with its caller, and asks for the whole response. */
export function detached(request) {
  const headers = new Headers(request.headers);
  for (const name of CONDITIONAL) headers.delete(name);
  const init = { headers, signal: null };
  try {
    const copy = new request.constructor(request, init); // in Next a NextRequest
    if (copy.url === request.url) return copy;
  } catch {} // a server's own class, which takes something else
  return new Request(request.url, init);
}
