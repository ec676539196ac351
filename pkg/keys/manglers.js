import { refused, requireFunction, requireKey } from "../errors.js";
import { sha1 } from "./sha1.js";

export function sha1MangleKey(key) {
  requireKey(key);
  return sha1(key);
}

export function lengthConditionalMangler(length, mangler) {
  if (typeof length !== "number" || Number.isNaN(length)) throw refused("length", "a number of code points", length);
  requireFunction(mangler, "mangler");
  return (key) => {
    requireKey(key);
    return [...key].length >= length ? mangler(key) : key;
  };
}
