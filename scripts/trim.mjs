// Takes out of the wasm, and of the JavaScript that wasm-bindgen made for it, what nobody can ever read or call there.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

/**
 * What words the messages of Rust's panics: a panic traps with or without words.
 * The standard library leaves them out only on nightly Rust (-Cpanic=immediate-abort).
 */
const WORDING = [
  /\bcore(\[\w+\])?::(fmt|panicking|unicode)\b/,
  /\bfmt::(Debug|Display|Write|LowerHex|UpperHex)\b/,
  /\b(flt2dec|escape_debug|slice_error_fail|slice_index_fail|count_chars|do_count_chars)/,
  /\b(panic_handler|panic_with_hook|PanicPayload|rust_begin_unwind|rust_panic)\b/,
  /\b(handle_alloc_error|capacity_overflow|handle_error|default_alloc_error_hook)\b/,
];

/** A table of JavaScript values; ours pass numbers only. */
const TABLE = /export function __wbindgen_init_externref_table\(\) {.*?\n}\n/s;

/** Needs the names of the functions, so it comes before they are stripped. */
export function trim(wasm, glue) {
  const module = binaryen.readBinary(readFileSync(wasm));
  const script = readFileSync(glue, "utf8").replace(TABLE, "");
  trimPanics(module);
  const names = trimExports(module, script);
  writeFileSync(wasm, module.emitBinary());
  writeFileSync(glue, script.replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${names.get(name)}`));
}

function trimPanics(module) {
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(reference);
    if (!imported && WORDING.some((pattern) => pattern.test(name))) binaryen.Function(reference).body = module.unreachable();
  }
}

/** What is called from the script gets a short name: no minifier may change what stands in both. */
function trimExports(module, script) {
  const used = new Set(Array.from(script.matchAll(/\bwasm\.(\w+)/g), ([, name]) => name));
  const names = new Map([["memory", "memory"]]);
  const all = Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)));
  for (const { name, value } of all) {
    if (name === "memory" && used.has(name)) continue;
    module.removeExport(name);
    if (!used.has(name)) continue;
    names.set(name, `_${names.size.toString(36)}`);
    module.addFunctionExport(value, names.get(name));
  }
  return names;
}
