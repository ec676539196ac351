import { start } from "./start.js";
import { decode } from "./text.js";
import * as glue from "./wasm/dogpile.js";
import { text } from "./wasm/dogpile-bytes.js";

start(new WebAssembly.Module(decode(text)), glue);

export * from "./dogpile.js";
