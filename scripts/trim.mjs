// Takes out of the wasm what nobody can ever read or call there.
// The standard library does a part of it only on nightly Rust (-Cpanic=immediate-abort).
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

/** What words the messages of panics: one traps with or without words. Rust's names, mangled. */
const WORDING = [
  /4core9panicking/,
  /rust_begin_unwind/,
  /5alloc.*(handle_alloc_error|alloc_error_hook|capacity_overflow|handle_error)/,
  /12wasm_bindgen.*throw_str/,
];

/** Comes before wasm-bindgen, which binds no more than what is still called. */
export function trimPanics(file) {
  binaryen.setDebugInfo(true); // or the names, by which it goes, would be lost on the way out
  const module = binaryen.readBinary(readFileSync(file));
  let trimmed = 0;
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(reference);
    if (imported || !WORDING.some((pattern) => pattern.test(name))) continue;
    binaryen.Function(reference).body = module.unreachable();
    trimmed += 1;
  }
  if (trimmed === 0) throw new Error(`nothing to trim in ${file}: are its functions named?`);
  return module.emitBinary();
}

/** What wasm-bindgen exports for APIs that hold JavaScript values: ours pass numbers, and its start would fill a table with them. */
export function trimExports(file) {
  const module = binaryen.readBinary(readFileSync(file));
  for (const name of ["__abort_handler", "__instance_terminated", "__wbindgen_externrefs", "__wbindgen_start"]) module.removeExport(name);
  return module.emitBinary();
}
