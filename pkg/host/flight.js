import { isFailure } from "../backends/backend.js";

/** The host's part of a flight. The machine knows it by a number. */
export class Flight {
  /** The result of its read; see `CacheRegion.find`. */
  found = undefined;
  /** The result of the second read, under a lock. */
  again = undefined;
  hasValue = false;
  /** The created value as a record, and as stored in the backend. */
  value = undefined;
  record = undefined;
  stored = undefined;
  /** Whether to store it, as a number of the machine. */
  verdict = undefined;
  error = undefined;
  mutex = undefined;
  lock = undefined;
  /** Settles when its lock is released. */
  released = undefined;
  timer = undefined;
  stalePromise = undefined;

  constructor(slot, key, call) {
    this.slot = slot;
    this.key = key;
    this.call = call;
  }

  /** Uses the record that was handed over or read under a lock as the result of its read. */
  adopt() {
    if (isFailure(this.again)) this.error = this.again.error;
    else this.found = this.again;
  }

  /** The promise of the stale value, shared by all callers that get it. */
  get stale() {
    return (this.stalePromise ??= Promise.resolve(this.found.payload));
  }
}
