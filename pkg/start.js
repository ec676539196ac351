import { makeError } from "./errors.js";
import { decode } from "./text.js";

/** Functions that reject all running calls after a trap. */
const listeners = [];

/** Whether the module has trapped. */
export let isPoisoned = false;

export const onPoisoned = (listener) => listeners.push(listener);

/** Compiles a module from its text, for platforms that cannot import it. */
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

/** Instantiates a compiled module with `glue`, the functions that wasm-bindgen generated for it. */
export function start(module, glue) {
  const imports = Object.fromEntries(WebAssembly.Module.imports(module).map(({ module: name }) => [name, glue]));
  /** @type {any} What src/js exports. */
  const exports = new WebAssembly.Instance(module, imports).exports;
  glue.setWasm(guardAll(exports, glue));
  exports.start?.();
}

/** After a trap the module's memory is inconsistent: all later calls fail. */
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
  // Exports with only numbers, as on the warm path, cannot trap and are not guarded.
  return withFunctions(exports, (call, name) => (name.startsWith("m") ? guard(call, poison) : call));
}

const withFunctions = (exports, change) =>
  Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === "function" ? change(value, name) : value]));

/**
 * Exports have at most twelve parameters; wasm ignores surplus arguments.
 *
 * The assignment keeps V8 from inlining the call, since it cannot tell which function is called. Node 20's V8 ends the process when user code, called by
 * an inlined export, makes it give up the code that has called the export.
 */
function guard(call, poison) {
  let current = call;
  return (a, b, c, d, e, f, g, h, i, j, k, l) => {
    try {
      return current(a, b, c, d, e, f, g, h, i, j, k, l);
    } catch (error) {
      current = call;
      throw poison(error);
    }
  };
}
