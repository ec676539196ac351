import { makeError } from "./errors.js";
import { decode } from "./text.js";

/** What rejects what it has under way, when the module can decide nothing any more. */
const listeners = [];

/** Whether the module has trapped. */
export let isPoisoned = false;

export const onPoisoned = (listener) => listeners.push(listener);

/** A module from its text, where a platform has no other way to get it. */
export function compile(text) {
  if (typeof WebAssembly === "undefined") throw unsupported("is missing, as in lockdown modes of browsers and with --jitless");
  try {
    return new WebAssembly.Module(decode(text));
  } catch (cause) {
    if (!(cause instanceof WebAssembly.CompileError)) throw cause;
    throw unsupported("may not be compiled: the Content-Security-Policy must allow 'wasm-unsafe-eval'", { cause });
  }
}

const unsupported = (why, options) => makeError("UNSUPPORTED", `dogpile needs WebAssembly, which ${why}.`, options);

/** Binds a compiled module to the functions that wasm-bindgen made for it, its `glue`. */
export function start(module, glue) {
  const imports = Object.fromEntries(WebAssembly.Module.imports(module).map(({ module: name }) => [name, glue]));
  /** @type {any} What src/js exports. */
  const exports = new WebAssembly.Instance(module, imports).exports;
  glue.setWasm(guardAll(exports, glue));
  exports.start?.();
}

/** A trap leaves the module's memory as it is, half changed: from then on every call says so. */
function guardAll(exports, glue) {
  const poison = (error) => {
    if (!(error instanceof WebAssembly.RuntimeError)) return error;
    const cause = { cause: error };
    const refuse = () => {
      throw makeError("POISONED", "The WebAssembly module of dogpile has trapped: load it again.", cause);
    };
    if (!isPoisoned) {
      isPoisoned = true;
      glue.setWasm(withFunctions(exports, () => refuse));
      for (const listener of listeners) listener(refuse);
    }
    return makeError("POISONED", "The WebAssembly module of dogpile has trapped. This is a bug; please report it.", cause);
  };
  // What takes and gives numbers alone, as the warm path asks it, cannot trap: it is called as it is.
  return withFunctions(exports, (call, name) => (name.startsWith("m") ? guard(call, poison) : call));
}

const withFunctions = (exports, change) =>
  Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === "function" ? change(value, name) : value]));

/** No export has more than twelve parameters; wasm takes no notice of those that it does not have. */
const guard = (call, poison) => (a, b, c, d, e, f, g, h, i, j, k, l) => {
  try {
    return call(a, b, c, d, e, f, g, h, i, j, k, l);
  } catch (error) {
    throw poison(error);
  }
};
