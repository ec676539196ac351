import { base64 } from "./wasm/bytes.js";
import { initSync } from "./wasm/dogpile.js";

initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) });

export * from "./dogpile.js";
