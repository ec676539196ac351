// Workers refuse to compile bytes; they import compiled modules.
import { initSync } from "./wasm/dogpile.js";
import module from "./wasm/dogpile.wasm";

initSync({ module });

export * from "./dogpile.js";
