// Without wasm and errors of our own, so that every entry of the package may import it.

/** A spread would be one argument for each byte, and a stack has no room for a megabyte of them. */
export function concat(head, body) {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
