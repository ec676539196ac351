import { base64, bytesOf, encoded } from "./body.js";
import { ageOf, namesIn } from "./directives.js";
import { isStorable } from "./storability.js";

/** RFC 9110, 7.6.1, and RFC 9111, 3.1: what belongs to a connection, and what each response has for itself. */
const DROPPED = /^(age|cache-status|connection|date|keep-alive|proxy-(auth.*|connection)|te|trailer|transfer-encoding|upgrade)$/;

/** `{ record }` of a response that may be stored, else `{ response }`, which is to be passed on. */
export async function recordOf(response, settings) {
  if (!isStorable(response, settings)) return { response };
  const read = await bytesOf(response, settings.maxBytes);
  if (read.response !== undefined) return read;
  const { bytes } = read;
  const { status, headers } = response;
  // Where the runtime has decoded the body, Content-Length is that of the encoded one.
  const isDecoded = headers.has("content-encoding");
  const length = headers.get("content-length");
  if (length !== null && !isDecoded && Number(length) !== bytes.length) return { response: new Response(bytes, response) };
  const dropped = [...namesIn(headers.get("connection")), isDecoded && "content-length"];
  const kept = new Headers([...headers].filter(([name]) => !DROPPED.test(name) && !dropped.includes(name)));
  addVary(kept, settings.vary);
  if (isSuccess(status) && !kept.has("etag")) await addETag(kept, bytes);
  const age = ageOf(headers);
  return { record: { status, headers: [...kept], ...encoded(bytes, headers.get("content-type")), ...(age > 0 && { age }) } };
}

export function addVary(headers, vary) {
  const names = namesIn(headers.get("vary"));
  const all = [...new Set([...names, ...vary])];
  if (all.length > names.length && !names.includes("*")) headers.set("vary", all.join(", "));
}

async function addETag(headers, bytes) {
  const hash = await globalThis.crypto?.subtle?.digest("SHA-256", bytes); // not in a page without TLS
  // Two encodings of one body differ, although some runtimes show both decoded.
  if (hash) headers.set("etag", `"${base64(new Uint8Array(hash))}${headers.get("content-encoding") ?? ""}"`);
}

/** Whether a condition of the request counts. */
export const isSuccess = (status) => status === 200 || status === 203;

/** Whether a payload is one of ours: the store may be shared. */
export const isRecord = (payload) => Number.isInteger(payload?.status) && Array.isArray(payload.headers) && typeof (payload.b64 ?? payload.body) === "string";

/** A header of a record. */
export const headerOf = ({ headers }, wanted) => headers.find(([name]) => name === wanted)?.[1];
