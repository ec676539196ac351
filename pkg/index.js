import { compile, start } from "./start.js";
import * as glue from "./wasm/dogpile.js";
import { text } from "./wasm/dogpile-bytes.js";

start(compile(text), glue);

export * from "./dogpile.js";
