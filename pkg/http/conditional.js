import { headerOf, isSuccess } from "./record.js";

const TAG = /(?:W\/)?"([^"]*)"/g;
/** RFC 9110, 15.4.5. Others would describe the body that is not there. */
const KEPT = ["cache-control", "content-location", "etag", "expires", "vary"];

/** Whether the client has what the record holds: If-None-Match, compared weakly. */
export function isKnown(record, request) {
  const known = request.headers.get("if-none-match");
  if (known === null || !isSuccess(record.status)) return false;
  if (known.trim() === "*") return true;
  const opaque = opaqueOf(headerOf(record, "etag"));
  return opaque !== undefined && [...known.matchAll(TAG)].some(([, other]) => other === opaque);
}

const opaqueOf = (etag) => [...(etag ?? "").matchAll(TAG)][0]?.[1];

export function notModified({ headers }, added) {
  return new Response(null, { status: 304, headers: [...headers.filter(([name]) => KEPT.includes(name)), ...added] });
}
