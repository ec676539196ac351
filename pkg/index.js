import { decode } from "./text.js";
import { text } from "./wasm/dogpile-bytes.js";
import { __wbg_set_wasm } from "./wasm/dogpile.js";

__wbg_set_wasm(new WebAssembly.Instance(new WebAssembly.Module(decode(text))).exports);

export * from "./dogpile.js";
