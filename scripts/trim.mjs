// Takes out of the wasm what words the messages of Rust's panics: text that nobody can read there.
// A panic traps with or without words.
// The standard library does the same only on nightly Rust (-Cpanic=immediate-abort).
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

const WORDING = [
  /\bcore(\[\w+\])?::(fmt|panicking|unicode)\b/,
  /\bfmt::(Debug|Display|Write|LowerHex|UpperHex)\b/,
  /\b(flt2dec|escape_debug|slice_error_fail|slice_index_fail|count_chars|do_count_chars)/,
  /\b(panic_handler|panic_with_hook|PanicPayload|rust_begin_unwind|rust_panic)\b/,
];

/** Needs the names of the functions, so it comes before they are stripped. */
export function trim(file) {
  const module = binaryen.readBinary(readFileSync(file));
  let trimmed = 0;
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(reference);
    if (imported || !WORDING.some((pattern) => pattern.test(name))) continue;
    binaryen.Function(reference).body = module.unreachable();
    trimmed += 1;
  }
  writeFileSync(file, module.emitBinary());
  if (trimmed === 0) throw new Error(`nothing to trim in ${file}: are its functions named?`);
}
