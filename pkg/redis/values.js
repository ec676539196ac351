/** Node's, which the clients take and give. */
export const Buffer = /** @type {any} */ (globalThis).Buffer;

/** The clients take bytes as Buffers only. */
export const asBuffer = (value) => (typeof value === "string" ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength));

/** Milliseconds that Redis counts: beyond ten years a record has no expiration. */
const LONGEST = 10 * 365.25 * 86_400_000;
export const ends = (milliseconds) => milliseconds <= LONGEST;
