import { isFailure } from "../backends/backend.js";
import { NO_TAGS } from "../records/record.js";

/** The host's part of a flight. The machine knows it by a number. */
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
  /** The tags that those who wait for it, and its creator, have named. */
  tags = NO_TAGS;
  /** When its creator was called, by the region's clock; NaN if nothing needs that. */
  born = NaN;

  constructor(slot, key, call) {
    this.slot = slot;
    this.key = key;
    this.call = call;
  }

  addTags(tags) {
    if (tags.length > 0) this.tags = [...new Set([...this.tags, ...tags])];
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
