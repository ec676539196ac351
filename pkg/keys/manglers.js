import { codeUnits } from "../duration.js";
import { refused, requireFunction, requireKey } from "../errors.js";
import { sha1 } from "../wasm/dogpile.js";

export function sha1MangleKey(key) {
  requireKey(key);
  return String.fromCharCode(...sha1(codeUnits(key)));
}

export function lengthConditionalMangler(length, mangler) {
  if (typeof length !== "number" || Number.isNaN(length)) throw refused("length", "a number of code points", length);
  requireFunction(mangler, "mangler");
  return (key) => {
    requireKey(key);
    return [...key].length >= length ? mangler(key) : key;
  };
}
