import { describeError } from "../errors.js";
import { pending } from "../promises.js";
import { hasMethod } from "../members.js";

/** Why a value is or is not returned, by the numbers of src/js. */
export const REASONS = ["fresh", "stale", "absent", "version", "invalidated", "unreadable"];

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
    if (observer) this.add(observer);
  }

  /** Returns what ends it; an observer that was added twice is told once more then. */
  add(observer) {
    const own = { observer };
    this.#observers = this.#observers.concat(own);
    return () => {
      this.#observers = this.#observers.filter((each) => each !== own);
    };
  }

  get isObserved() {
    return this.#observers.length > 0;
  }

  /** Whether the observer has no method for calls. */
  get isSilent() {
    return !OF_CALLS.some((event) => this.hears(event));
  }

  /** Whether an observer has a method for this event. */
  hears(event) {
    return this.#observers.some((own) => listens(own, event));
  }

  /** An event of keys; an observer may keep or change the array. */
  tellKeys(event, keys) {
    if (keys.length > 0) this.tell(event, [...new Set(keys)]);
  }

  /** Calls a creator inside of what observers put around it, which gives what counts. */
  around(keys, create) {
    const wrap = (inner, own) => (listens(own, "aroundCreate") ? () => own.observer.aroundCreate(inner, [...keys], ...this.#names) : inner);
    this.tellKeys("onCreateStart", keys);
    return this.#observers.reduceRight(wrap, () => {
      const answer = create();
      return pending(answer) ?? answer; // a thenable may run its query at each `then`
    })();
  }

  tell(event, ...details) {
    for (const own of this.#observers) {
      if (!this.#observers.includes(own) || !listens(own, event)) continue;
      try {
        ignore(own.observer[event](...details, ...this.#names));
      } catch {
        // An observer watches; it does not take part.
      }
    }
  }

  error(error, where) {
    if (this.hears("onError")) return this.tell("onError", error, where);
    if (this.#warned.has(where)) return;
    this.#warned.add(where);
    try {
      globalThis.console?.warn(`dogpile: the first "${where}" error of a region without observer.onError: ${describeError(error)}`);
    } catch {
      // In test environments the console may throw.
    }
  }
}

function listens({ observer }, event) {
  try {
    return hasMethod(observer, event);
  } catch {
    return false;
  }
}

function ignore(answer) {
  if (typeof answer?.then === "function") answer.then(undefined, () => {});
}
