import { MemoryBackend, recordsOf, views } from "../memory.js";
import { NO_RECORD } from "../../records/record.js";

/** Lets a region's warm path look into a near MemoryBackend. What it may not use goes the full way. */
export function offerView(backend, near, parts) {
  if (Object.getPrototypeOf(near) !== MemoryBackend.prototype) return;
  const records = recordsOf(near);
  if (records !== undefined) views.set(backend, new View(backend, near, records, parts));
}

class View {
  /** The near tier. */
  memory;
  #backend;
  #get;
  #records;
  #parts;

  constructor(backend, memory, records, parts) {
    this.memory = memory;
    this.#backend = backend;
    this.#get = backend.get;
    this.#records = records;
    this.#parts = parts;
  }

  /** A record without more than others have is no near copy. */
  find(key) {
    const found = this.#records.find(key);
    return found === undefined || found.extra === undefined ? NO_RECORD : found;
  }

  /** Whether the near tier alone answers with it. `clock` in milliseconds; NaN: not read. */
  serves(key, { extra: { nt } }, clock) {
    const { near, debts, far, isRecent } = this.#parts;
    if (!near.isCurrent(nt) || !near.isSettled(key) || this.#backend.get !== this.#get) return false;
    return isRecent(nt, clock) || debts.has(key) || far.isPaused;
  }

  /** So many reads were answered with it. */
  answered(count) {
    this.#parts.stats.near.hits += count;
  }
}
