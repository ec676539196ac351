import { decode } from "../text.js";
import { text } from "../wasm/sha1-bytes.js";
import { __wbg_set_wasm, sha1 as digits } from "../wasm/sha1.js";

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
  return String.fromCharCode(...digits(codeUnits(key)));
}

/** How a text reaches the core: lone surrogates would not survive the way as UTF-8. */
const codeUnits = (text) => Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
