// Takes out of the wasm, and of the JavaScript that binds it, what nobody can ever read or call there.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

/** What words the messages of panics, by its mangled names. A panic traps with or without words. (Rust leaves them out itself only on nightly: -Cpanic=immediate-abort.) */
const WORDING = [
  /4core9panicking/,
  /rust_begin_unwind/,
  /5alloc.*(handle_alloc_error|alloc_error_hook|capacity_overflow|handle_error)/,
  /12wasm_bindgen.*throw_str/,
];

/** What wasm-bindgen would say of an object that was freed, or is in use. */
const MESSAGES = /attempted to take ownership of Rust value while it was borrowed|null pointer passed to rust|recursive use of an object detected which would lead to unsafe aliasing in rust/g;

/** What wasm-bindgen exports for APIs that pass JavaScript values; ours pass numbers. Its start would fill a table with such values. */
const UNUSED = ["__abort_handler", "__instance_terminated", "__wbindgen_externrefs", "__wbindgen_start"];

/** Comes before wasm-bindgen, which binds only what is still called. */
export function trimPanics(from, to) {
  binaryen.setDebugInfo(true); // or the names, which it goes by, would be lost on the way out
  const module = binaryen.readBinary(readFileSync(from));
  const wording = functionsOf(module).filter(({ name, imported }) => !imported && WORDING.some((pattern) => pattern.test(name)));
  if (wording.length === 0) throw new Error(`nothing to trim in ${from}: are its functions named?`);
  for (const { reference } of wording) binaryen.Function(reference).body = module.unreachable();
  const bytes = Buffer.from(module.emitBinary()).toString("latin1");
  writeFileSync(to, bytes.replace(MESSAGES, (text) => "\0".repeat(text.length)), "latin1");
}

function functionsOf(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, index) => {
    const reference = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(reference);
    return { reference, name, imported };
  });
}

/** Comes after wasm-bindgen. What is left of its exports gets short names: they stand in both files, where no minifier changes them. */
export function trimExports(wasm, glue) {
  const module = binaryen.readBinary(readFileSync(wasm));
  const names = new Map();
  for (const { name, value, kind } of exportsOf(module)) {
    if (UNUSED.includes(name)) module.removeExport(name);
    if (UNUSED.includes(name) || kind !== binaryen.ExternalFunction) continue;
    names.set(name, `_${names.size.toString(36)}`);
    module.removeExport(name);
    module.addFunctionExport(value, names.get(name));
  }
  writeFileSync(wasm, module.emitBinary());
  writeFileSync(glue, readFileSync(glue, "utf8").replace(/\bwasm\.(\w+)/g, (whole, name) => (names.has(name) ? `wasm.${names.get(name)}` : whole)));
}

function exportsOf(module) {
  return Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)));
}
