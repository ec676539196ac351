import { decode } from "./text.js";
import { text } from "./wasm/bytes.js";
import { initSync } from "./wasm/dogpile.js";

initSync({ module: decode(text) });

export * from "./dogpile.js";
