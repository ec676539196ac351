import { refused, makeError } from "./errors.js";
import { linesOf } from "./line.js";
import { within } from "./promises.js";

/** One configuration of a region: everything that changes together when its backend is replaced. Never changed itself. */
export class Setup {
  #mangler;

  constructor(backend, { keyMangler, lockTimeout, throws }) {
    this.backend = backend;
    this.lockTimeout = lockTimeout;
    this.throws = throws;
    /** Whether callers wait for one another: pointless over a backend that keeps nothing. */
    this.coalesces = backend.coalesce !== false;
    this.lines = linesOf(backend);
    this.#mangler = keyMangler === false ? undefined : (keyMangler ?? recommended(backend));
  }

  get keepsKeys() {
    return this.#mangler === undefined;
  }

  /** The key as the backend knows it. */
  mangle(key) {
    if (this.#mangler === undefined) return key;
    const mangled = this.#mangler(key);
    if (typeof mangled !== "string") throw refused("what keyMangler returns", "a string", mangled);
    return mangled;
  }

  /** What a promise of the backend's comes to, unless that takes longer than `lockTimeout`. */
  answered(promise) {
    return within(promise, this.lockTimeout, () => makeError("TIMEOUT", "The backend has not answered within lockTimeout."));
  }
}

function recommended({ keyMangler }) {
  if (keyMangler === undefined || keyMangler === null) return undefined;
  if (typeof keyMangler !== "function") throw refused("the backend's keyMangler", "a function", keyMangler);
  return keyMangler;
}
