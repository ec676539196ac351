import * as glue from "./wasm/dogpile.js";

/** Binds the compiled module to the functions that wasm-bindgen made for it. */
export function start(module) {
  const imports = Object.fromEntries(WebAssembly.Module.imports(module).map(({ module: name }) => [name, glue]));
  const { exports } = new WebAssembly.Instance(module, imports);
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
}
