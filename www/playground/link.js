// Code in an address: after the "#", so that it is sent to no server; deflated, then as base64 for addresses.
const PREFIX = "code=";
const FORMAT = "deflate-raw";

export async function hashOf(code) {
  const bytes = await through(new CompressionStream(FORMAT), code).then((response) => response.arrayBuffer());
  const text = btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
  return `#${PREFIX}${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** `undefined` where the hash holds no code; rejects where it is damaged. */
export async function codeIn(hash) {
  if (!hash.startsWith(`#${PREFIX}`)) return undefined;
  const text = hash
    .slice(PREFIX.length + 1)
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return through(new DecompressionStream(FORMAT), bytes).then((response) => response.text());
}

async function through(stream, content) {
  return new Response(new Response(content).body.pipeThrough(stream));
}
