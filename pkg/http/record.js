import { base64, bytesOf, decoded, encoded } from "./body.js";
import { ageOf } from "./directives.js";
import { isStorable, namesIn } from "./storability.js";

/** RFC 9110, 7.6.1, and RFC 9111, 3.1: they belong to a connection. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
/** Each response has its own. */
const OF_ONE_RESPONSE = ["age", "cache-status", "date"];

/** `{ record }` of a response that may be stored, else `{ response }`, which is to be passed on. */
export async function recordOf(response, settings) {
  if (!isStorable(response, settings) || Number(response.headers.get("content-length")) > settings.maxBytes) return { response };
  const { bytes, response: larger } = await bytesOf(response, settings.maxBytes);
  if (bytes === undefined) return { response: larger };
  if (isIncomplete(response.headers, bytes)) return { response: new Response(bytes, response) };
  const { status } = response;
  const headers = await headersOf(response, bytes, settings.vary);
  const age = ageOf(response.headers);
  return { record: { status, headers, ...encoded(bytes, response.headers.get("content-type")), ...(age > 0 && { age }) } };
}

/** Where the runtime has decoded the body, its Content-Length is that of the encoded one. */
function isIncomplete(headers, bytes) {
  return headers.has("content-length") && !headers.has("content-encoding") && Number(headers.get("content-length")) !== bytes.length;
}

async function headersOf({ status, headers }, bytes, vary) {
  const left = new Headers(headers);
  const dropped = [...HOP_BY_HOP, ...OF_ONE_RESPONSE, ...namesIn(headers.get("connection"))];
  if (headers.has("content-encoding")) dropped.push("content-length");
  for (const name of dropped) left.delete(name);
  setVary(left, vary);
  if (isSuccess(status) && !left.has("etag")) await setETag(left, bytes);
  return [...left];
}

export function setVary(headers, vary) {
  const names = namesIn(headers.get("vary"));
  if (vary.some((name) => !names.includes(name)) && !names.includes("*")) headers.set("vary", [...new Set([...names, ...vary])].join(", "));
}

async function setETag(headers, bytes) {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) return; // a page without TLS
  const hash = base64(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  // Two encodings of one body differ, although some runtimes show both decoded.
  headers.set("etag", `"${[hash, ...namesIn(headers.get("content-encoding"))].join("-")}"`);
}

/** Whether a condition of the request counts. */
export const isSuccess = (status) => status === 200 || status === 203;

/** Whether a payload is one of ours: the store may be shared. */
export function isRecord(payload) {
  const { status, headers, body, b64 } = payload ?? {};
  return Number.isInteger(status) && Array.isArray(headers) && typeof (b64 ?? body) === "string";
}

/** A header of a record. */
export const headerOf = ({ headers }, name) => headers.find(([other]) => other === name)?.[1] ?? null;

export function responseOf(record, added, withBody) {
  return new Response(withBody ? decoded(record) : null, { status: record.status, headers: [...record.headers, ...added] });
}
