// To be replaced at the merge by: import { sha1MangleKey } from "../keys/manglers.js";

/** 40 hexadecimal digits of the SHA-1 of the key's UTF-8; a lone surrogate counts as its three WTF-8 bytes. */
export function sha1MangleKey(key) {
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const blocks = padded(wtf8(key));
  for (let at = 0; at < blocks.byteLength; at += 64) mix(state, blocks, at);
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function wtf8(key) {
  return Uint8Array.from(Array.from(key).flatMap((character) => {
    const code = character.codePointAt(0);
    if (code < 0x80) return [code];
    const last = 0x80 | (code & 63);
    if (code < 0x800) return [0xc0 | (code >> 6), last];
    const middle = 0x80 | ((code >> 6) & 63);
    if (code < 0x10000) return [0xe0 | (code >> 12), middle, last];
    return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), middle, last];
  }));
}

function padded(bytes) {
  const blocks = new DataView(new ArrayBuffer(Math.ceil((bytes.length + 9) / 64) * 64));
  new Uint8Array(blocks.buffer).set(bytes);
  blocks.setUint8(bytes.length, 0x80);
  blocks.setBigUint64(blocks.byteLength - 8, BigInt(bytes.length) * 8n);
  return blocks;
}

const ROUNDS = [
  [0x5a827999, (b, c, d) => (b & c) | (~b & d)],
  [0x6ed9eba1, (b, c, d) => b ^ c ^ d],
  [0x8f1bbcdc, (b, c, d) => (b & c) | (b & d) | (c & d)],
  [0xca62c1d6, (b, c, d) => b ^ c ^ d],
];
const rotated = (word, by) => (word << by) | (word >>> (32 - by));

function mix(state, blocks, at) {
  const words = Array.from({ length: 16 }, (_, index) => blocks.getInt32(at + index * 4));
  let [a, b, c, d, e] = state;
  for (let step = 0; step < 80; step += 1) {
    if (step >= 16) words[step] = rotated(words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16], 1);
    const [constant, choose] = ROUNDS[Math.floor(step / 20)];
    [a, b, c, d, e] = [(rotated(a, 5) + choose(b, c, d) + e + constant + words[step]) | 0, a, rotated(b, 30), c, d];
  }
  [a, b, c, d, e].forEach((word, index) => {
    state[index] = (state[index] + word) | 0;
  });
}
