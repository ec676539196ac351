/** Binds a compiled module to the functions that wasm-bindgen made for it, its `glue`. */
export function start(module, glue) {
  const imports = Object.fromEntries(WebAssembly.Module.imports(module).map(({ module: name }) => [name, glue]));
  const { exports } = new WebAssembly.Instance(module, imports);
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
}
