import { decode } from "../text.js";
import { text } from "../wasm/sha1-bytes.js";
import { __wbg_set_wasm, endHash, hashPoint, hashWord } from "../wasm/sha1.js";

let module;
let isReady = false;

/** Called by the entry for workerd, where bytes cannot be compiled. */
export function useModule(compiled) {
  module = compiled;
}

/** 40 hexadecimal digits. Compiled when it is first asked for: a module of its own, because most users never do. */
export function sha1(key) {
  if (!isReady) __wbg_set_wasm(new WebAssembly.Instance(module ?? new WebAssembly.Module(decode(text))).exports);
  isReady = true;
  for (const character of key) hashPoint(character.codePointAt(0)); // a lone surrogate has one, too
  endHash();
  return [0, 1, 2, 3, 4].map((index) => hashWord(index).toString(16).padStart(8, "0")).join("");
}
