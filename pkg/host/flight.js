import { isFailure } from "../backends/backend.js";

/** What the host keeps of a flight: the machine decides about it by number. */
export class Flight {
  /** What its read found; see `CacheRegion.find`. */
  found;
  /** What was found when it was read again under a lock. */
  again;
  hasValue = false;
  /** What its creator gave, as a record, and as the backend is given it. */
  value;
  record;
  stored;
  /** Whether it is to be stored, in the numbers in which the machine is answered. */
  verdict;
  error;
  mutex;
  lock;
  /** Settles when its lock is given back. */
  released;
  timer;
  stalePromise;

  constructor(slot, key, call) {
    this.slot = slot;
    this.key = key;
    this.call = call;
  }

  /** What was handed over, or read again under a lock, is what it has found. */
  adopt() {
    if (isFailure(this.again)) this.error = this.again.error;
    else this.found = this.again;
  }

  /** The stale value, for everyone who is content with it. */
  get stale() {
    return (this.stalePromise ??= Promise.resolve(this.found.payload));
  }
}
