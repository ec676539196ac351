import { hearersOf, MemoryBackend, recordsOf, views } from "../memory.js";
import { NO_RECORD } from "../../records/record.js";

/** Whether a copy of that time is still used; to the millisecond, since seconds are rounded. `clock` in milliseconds; NaN: not read. */
export function isWithin(nt, clock, nearFor) {
  const age = (clock === clock ? clock : Date.now()) - nt * 1000; // a division here would slow a warm hit by a twentieth
  return age > -1 && age < nearFor * 1000 + 1;
}

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
  #near;
  #counts;

  constructor(backend, memory, records, parts) {
    this.memory = memory;
    this.#backend = backend;
    this.#get = backend.get;
    this.#records = records;
    this.#parts = parts;
    this.#near = parts.near;
    this.#counts = parts.stats.near;
  }

  /** Who hears which keys the near tier removes. */
  get hearers() {
    return hearersOf(this.memory);
  }

  /** A record without more than others have is no near copy. */
  find(key) {
    const found = this.#records.find(key);
    return found === undefined || found.extra === undefined ? NO_RECORD : found;
  }

  /** Whether the near tier alone answers with it. `clock` in milliseconds; NaN: not read. */
  serves(key, { extra: { nt } }, clock) {
    const parts = this.#parts;
    if (!isWithin(nt, clock, parts.nearFor) && !parts.debts.has(key) && !parts.far.isPaused) return false;
    return this.#near.isCurrent(nt) && this.#backend.get === this.#get;
  }

  takes(key, found, clock) {
    if (!this.serves(key, found, clock)) return false;
    this.#counts.hits += 1;
    return true;
  }

  /** So many reads were answered with it. */
  answered(count) {
    this.#counts.hits += count;
  }
}
