// Takes out of the wasm, and of the JavaScript that wasm-bindgen made for it, what nobody can ever read or call there. wasm-opt cannot
// know it: see docs/adr/0006-trimming.md.
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
  /\b(expect_failed|unwrap_failed|panic_already\w*|throw_str|throw_null)\b/,
  /\b(handle_alloc_error|capacity_overflow|handle_error|default_alloc_error_hook)\b/,
];

/** wasm-bindgen's own complaints. Their texts are dropped, for what decodes them is larger than they are; what is left counts as a trap. */
const THROW = /throw new Error\(getStringFromWasm0\(arg0, arg1\)\)/;
const DECODING = /function getStringFromWasm0[^]*?\n}\n|let cachedUint8ArrayMemory0[^]*?\n}\n|let cachedTextDecoder[^]*?\nfunction decodeText[^]*?\n}\n/g;
/** The methods of the exported class: pkg/start.js tells them by their first character, since only they may trap. */
const METHODS = "region_";
/** What wasm-bindgen calls the start function, and by what pkg/start.js calls it. */
const START = ["__wbindgen_start", "start"];

/** Needs the names of the functions, so it comes before they are stripped. */
export function trim(wasm, glue) {
  const module = binaryen.readBinary(readFileSync(wasm));
  const script = readFileSync(glue, "utf8").replace(THROW, "throw new WebAssembly.RuntimeError()").replace(DECODING, "");
  trimPanics(module);
  module.runPasses(["dae-optimizing", "vacuum", "remove-unused-module-elements"]);
  const exports = trimExports(module, script);
  const imports = shortImports(script);
  writeFileSync(wasm, withShortImports(module, imports));
  const renamed = script.replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${exports.get(name)}`);
  const short = renamed.replace(/export function (__wb\w+)/g, (all, name) => (imports.has(name) ? `export function ${imports.get(name)}` : all));
  writeFileSync(
    glue,
    short.replace(/\b__(?:wbg_|wbindgen_)?(\w+)/g, (_, name) => camelCase(name)),
  );
}

/** Many applications have their minifier give other names to members that begin with an underscore: none of ours does. */
const camelCase = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** What the wasm imports from the script gets a short name, too. */
function shortImports(script) {
  const names = Array.from(script.matchAll(/export function (__wb\w+)/g), ([, name]) => name).filter((name) => name !== "__wbg_set_wasm");
  return new Map(names.map((name, index) => [name, `i${index}`]));
}

/** Only the text form lets an import be renamed. */
function withShortImports(module, names) {
  const text = withoutTexts(module).replace(/\(import "[^"]*" "(\w+)"/g, (all, name) => (names.has(name) ? `(import "i" "${names.get(name)}"` : all));
  const renamed = binaryen.parseText(text);
  renamed.setFeatures(module.getFeatures());
  return renamed.emitBinary();
}

/** A line of the text form that places data, with what it places. */
const DATA = /^ \(data \$\S+ \(i32\.const (\d+)\) "((?:[^"\\]|\\.)*)"\)\n/gm;
/** Names of source files, messages, and the places in source files that a panic points to: nothing else in Rust's data looks so. */
const WORDS = /^[\x20-\x7e\n]{6,}\0*$/;

/** The linker places every constant by itself. What words a panic goes, if nothing points there any more. */
function withoutTexts(module) {
  const text = module.emitText();
  const all = Array.from(text.matchAll(DATA), ([, address, content]) => ({ address: Number(address), bytes: bytesOf(content) }));
  const numbers = Array.from(text.replace(DATA, "").matchAll(/\bi32\.const (\d{7})\b|\boffset=(\d{7})\b/g), ([, constant, offset]) =>
    Number(constant ?? offset),
  );
  const words = all.filter(({ bytes }) => WORDS.test(bytes.toString("latin1")));
  const isIn = (number, { address, bytes }) => number >= address && number < address + bytes.length;
  const isPlace = ({ bytes }) => bytes.length === 16 && words.some((word) => isIn(bytes.readUInt32LE(0), word));
  const isUnread = (it) => (words.includes(it) || isPlace(it)) && !numbers.some((number) => isIn(number, it));
  const unread = new Set(all.filter(isUnread).map(({ address }) => address));
  return text.replace(DATA, (line, address) => (unread.has(Number(address)) ? "" : line));
}

function bytesOf(content) {
  const escapes = { n: "\n", r: "\r", t: "\t" };
  return Buffer.from(
    content.replace(/\\([0-9a-f]{2}|.)/g, (_, code) => (code.length === 2 ? String.fromCharCode(parseInt(code, 16)) : (escapes[code] ?? code))),
    "latin1",
  );
}

function trimPanics(module) {
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(reference);
    if (!imported && WORDING.some((pattern) => pattern.test(name))) binaryen.Function(reference).body = module.unreachable();
  }
}

/** What the script asks for gets a short name: no minifier may change what stands in both. */
function trimExports(module, script) {
  const used = new Set(Array.from(script.matchAll(/\bwasm\.(\w+)/g), ([, name]) => name));
  const names = new Map([START]);
  const all = Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)));
  for (const { name, value, kind } of all) {
    module.removeExport(name);
    if (!used.has(name) && name !== START[0]) continue;
    const isFunction = kind === binaryen.ExternalFunction;
    if (!names.has(name)) names.set(name, `${name.startsWith(METHODS) ? "m" : isFunction ? "f" : "t"}${names.size}`);
    if (isFunction) module.addFunctionExport(value, names.get(name));
    else module.addTableExport(value, names.get(name));
  }
  return names;
}
