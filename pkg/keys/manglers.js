import { refused, requireFunction, requireKey } from "../errors.js";
import { sha1 } from "../wasm/dogpile.js";

/** By code units, because a lone surrogate would not survive the way as text. */
export function sha1MangleKey(key) {
  requireKey(key);
  return sha1(Uint16Array.from({ length: key.length }, (_, index) => key.charCodeAt(index)));
}

export function lengthConditionalMangler(length, mangler) {
  if (typeof length !== "number" || Number.isNaN(length)) throw refused("length", "a number of code points", length);
  requireFunction(mangler, "mangler");
  return (key) => {
    requireKey(key);
    return [...key].length >= length ? mangler(key) : key;
  };
}
