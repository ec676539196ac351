import { describeError } from "../errors.js";
import { hasMethod, member } from "../members.js";

/** The events of calls that do not load. */
const OF_CALLS = ["onHit", "onStale", "onMiss", "onWait"];

/**
 * Calls an observer and ignores its errors. Without one, the first error of each kind goes to the console, as text: the
 * console would show the content of an error object.
 */
export class Reporter {
  #observer;
  #warned = new Set();

  constructor(observer) {
    this.#observer = observer ?? undefined;
  }

  get isObserved() {
    return this.#observer !== undefined;
  }

  /** Whether the observer has no method for calls. */
  get isSilent() {
    try {
      return this.#observer === undefined || OF_CALLS.every((event) => member(this.#observer, event) === undefined);
    } catch {
      return false;
    }
  }

  tell(event, ...details) {
    if (this.#observer === undefined) return;
    try {
      if (hasMethod(this.#observer, event)) ignore(this.#observer[event](...details));
    } catch {
      // Errors of an observer have no effect.
    }
  }

  error(error, where) {
    if (this.#listensToErrors()) return this.tell("onError", error, where);
    if (this.#warned.has(where)) return;
    this.#warned.add(where);
    try {
      globalThis.console?.warn(`dogpile: the first "${where}" error of a region without observer.onError: ${describeError(error)}`);
    } catch {
      // In test environments the console may throw.
    }
  }

  #listensToErrors() {
    try {
      return hasMethod(this.#observer, "onError");
    } catch {
      return false;
    }
  }
}

function ignore(answer) {
  if (typeof answer?.then === "function") answer.then(undefined, () => {});
}
