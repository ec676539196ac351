const TEXT = /^(text\/|application\/(json|xml|javascript)\b|[^;]*\+(json|xml)\b)/i;
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-8\b)/i;
/** So many arguments a function takes everywhere. */
const PORTION = 8192;

/** `{ bytes }`, or `{ response }` with the whole body, unread, if there are more than `most`. */
export async function bytesOf(response, most) {
  const chunks = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader.read()) {
    if (!ArrayBuffer.isView(part.value)) throw new TypeError("A response's body must be a stream of bytes");
    chunks.push(part.value);
    size += part.value.byteLength;
    if (size > most) return { response: new Response(streamOf(chunks, reader), response) };
  }
  return { bytes: joined(chunks, size) };
}

/** The chunks, and then what the reader still has. */
function streamOf(chunks, reader) {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = chunks.length > 0 ? { done: false, value: chunks.shift() } : await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function joined(chunks, size) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(size);
  chunks.reduce((offset, chunk) => {
    bytes.set(chunk, offset);
    return offset + chunk.byteLength;
  }, 0);
  return bytes;
}

/** The body as every serializer keeps it: as text where it is text, else in base64. */
export function encoded(bytes, contentType) {
  const isText = TEXT.test(contentType) && !OTHER_CHARSET.test(contentType);
  try {
    // With the byte order mark, which belongs to the body.
    if (isText) return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {} // not UTF-8
  return bytes.length === 0 ? { body: "" } : { b64: base64(bytes) };
}

export function base64(bytes) {
  let binary = "";
  for (let start = 0; start < bytes.length; start += PORTION) binary += String.fromCharCode(...bytes.subarray(start, start + PORTION));
  return btoa(binary);
}

/** What `new Response` takes. An empty text would be given a Content-Type. */
export function decoded({ body, b64 }) {
  if (b64 === undefined) return body || null;
  const binary = atob(b64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
