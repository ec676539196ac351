import { compile, start } from "../start.js";
import { text } from "../wasm/sha1-bytes.js";
import * as glue from "../wasm/sha1.js";

let module;
let isReady = false;

/** Called by the entry for workerd, where bytes cannot be compiled. */
export function useModule(compiled) {
  module = compiled;
}

/** 40 hexadecimal digits. A separate module, compiled at first use, because most users do not need it. */
export function sha1(key) {
  if (!isReady) start(module ?? compile(text), glue);
  isReady = true;
  for (const character of key) glue.hashPoint(character.codePointAt(0)); // a lone surrogate has one, too
  glue.endHash();
  return [0, 1, 2, 3, 4].map((index) => glue.hashWord(index).toString(16).padStart(8, "0")).join("");
}
