import { describeError } from "../errors.js";
import { hasMethod, member } from "../members.js";

/** What a call may have to tell although it creates nothing. */
const OF_CALLS = ["onHit", "onStale", "onMiss", "onWait"];

/**
 * Tells an observer; what it throws or rejects with stays here. Without one, the first error of each kind goes to the console, as a text: the
 * console would show what an error has in it.
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

  /** Whether nobody asks to be told of each call. */
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
      // An observer watches; it does not take part.
    }
  }

  error(error, where) {
    if (this.#listensToErrors()) return this.tell("onError", error, where);
    if (this.#warned.has(where)) return;
    this.#warned.add(where);
    try {
      globalThis.console?.warn(`dogpile: the first "${where}" error of a region without observer.onError: ${describeError(error)}`);
    } catch {
      // Test environments let the console throw.
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
