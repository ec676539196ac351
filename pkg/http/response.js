import { decoded } from "./body.js";
import { headerOf, isSuccess } from "./record.js";

const TAG = /"([^"]*)"/g;
/** RFC 9110, 15.4.5: others would describe the body that is not there. */
const OF_304 = /^(cache-control|content-location|etag|expires|vary)$/;

/** The headers of records that lie in memory. */
const known = new WeakMap();

/** The response of an entry. `wasStale`: that of which it takes the place. */
export function responseOf(entry, state, request, wasStale) {
  const { payload, age } = entry;
  const added = [["cache-status", `dogpile; ${handling(entry, state, wasStale)}`]];
  // An Age says that the response is not first-hand.
  if (state !== "created" || payload.age) added.push(["age", `${Math.floor(age + (payload.age ?? 0))}`]);
  if (isKnown(payload, request)) return new Response(null, { status: 304, headers: [...payload.headers.filter(([name]) => OF_304.test(name)), ...added] });
  const response = new Response(request.method === "HEAD" ? null : decoded(payload), { status: payload.status, headers: headersOf(payload) });
  for (const [name, value] of added) response.headers.set(name, value);
  return response;
}

/** To copy them from a Headers takes half the time. */
function headersOf(record) {
  let headers = known.get(record);
  if (headers === undefined) known.set(record, (headers = new Headers(record.headers)));
  return headers;
}

/** Whether the client has what the record holds: If-None-Match, compared weakly. */
function isKnown(record, request) {
  const tags = request.headers.get("if-none-match");
  if (tags === null || !isSuccess(record.status)) return false;
  const [etag] = opaqueIn(headerOf(record, "etag"));
  return tags.trim() === "*" || (etag !== undefined && opaqueIn(tags).includes(etag));
}

const opaqueIn = (text) => [...(text ?? "").matchAll(TAG)].map(([, opaque]) => opaque);

/** RFC 9211. */
function handling({ cachedTime, age, expiresAt }, state, wasStale) {
  if (state === "created") return `${missed(wasStale)}; stored`;
  if (state === "coalesced") return "fwd=miss; collapsed";
  const left = Math.floor(expiresAt - cachedTime - age);
  // A stale one has a negative number, also after an invalidation.
  const ttl = state === "stale" ? Math.min(left, -1) : left;
  return ttl < Infinity ? `hit; ttl=${ttl}` : "hit";
}

export const missed = (wasStale) => (wasStale ? "fwd=stale" : "fwd=miss");

/** The handler's response, with one member more in its Cache-Status. One that no constructor makes is left as it is: a WebSocket, an error. */
export function passedOn(response, handled) {
  if (response.status < 200) return response;
  const passed = new Response(response.body, response);
  passed.headers.append("cache-status", `dogpile; ${handled}`);
  return passed;
}
