import { describeError } from "../errors.js";
import { hasMethod, member } from "../members.js";

/** The events of calls that do not load. */
const OF_CALLS = ["onHit", "onStale", "onMiss", "onWait"];

/**
 * Calls an observer and ignores its errors. Without one, the first error of each kind goes to the console, as text: the
 * console would show the content of an error object.
 */
export class Reporter {
  #observers = [];
  #names = [];
  #warned = new Set();

  /** `name`: the region's, which every event ends with. */
  constructor(observer, name) {
    if (name !== undefined && name !== null) this.#names = [name];
    if (observer !== undefined && observer !== null) this.add(observer);
  }

  /** Returns what ends it; an observer that was added twice is told once more then. */
  add(observer) {
    const own = { observer };
    this.#observers = [...this.#observers, own];
    return () => {
      this.#observers = this.#observers.filter((each) => each !== own);
    };
  }

  get isObserved() {
    return this.#observers.length > 0;
  }

  /** Whether the observer has no method for calls. */
  get isSilent() {
    try {
      return this.#observers.every(({ observer }) => OF_CALLS.every((event) => member(observer, event) === undefined));
    } catch {
      return false;
    }
  }

  tell(event, ...details) {
    for (const own of this.#observers) {
      const { observer } = own;
      try {
        if (this.#observers.includes(own) && hasMethod(observer, event)) ignore(observer[event](...details, ...this.#names));
      } catch {
        // An observer watches; it does not take part.
      }
    }
  }

  error(error, where) {
    if (this.#observers.some(listensToErrors)) return this.tell("onError", error, where);
    if (this.#warned.has(where)) return;
    this.#warned.add(where);
    try {
      globalThis.console?.warn(`dogpile: the first "${where}" error of a region without observer.onError: ${describeError(error)}`);
    } catch {
      // In test environments the console may throw.
    }
  }
}

function listensToErrors({ observer }) {
  try {
    return hasMethod(observer, "onError");
  } catch {
    return false;
  }
}

function ignore(answer) {
  if (typeof answer?.then === "function") answer.then(undefined, () => {});
}
