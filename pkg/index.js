import { start } from "./start.js";
import { decode } from "./text.js";
import { text } from "./wasm/dogpile-bytes.js";

start(new WebAssembly.Module(decode(text)));

export * from "./dogpile.js";
