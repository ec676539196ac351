import { vi } from "vitest";
import { MemoryBackend, TieredBackend } from "dogpile";
import { SlowMultiBackend } from "../helpers.js";

export const record = (payload, metadata) => ({ payload, metadata: { ct: 1_700_000_000, v: 2, ...metadata } });

/** Two tiers over a far one whose operations are listed in `far.sent`. Errors that callers are spared are in `told`. */
export function tiers(options, far = new SlowMultiBackend(), near = new MemoryBackend()) {
  const told = [];
  const onError = (error, where) => told.push([where, error]);
  return { told, far, near, tier: new TieredBackend(near, far, { onError, ...options }) };
}

/** The time of Date and of performance, which stands still until it is moved. */
export function stillClock() {
  const times = { date: Date.now(), performance: performance.now() };
  vi.spyOn(Date, "now").mockImplementation(() => times.date);
  vi.spyOn(performance, "now").mockImplementation(() => times.performance);
  return {
    get seconds() {
      return times.date / 1000;
    },
    pass(seconds) {
      times.date += seconds * 1000;
      times.performance += seconds * 1000;
    },
    /** The time of day is set; no time passes. */
    set(seconds) {
      times.date += seconds * 1000;
    },
  };
}

/** Buses that are connected: each but the sender's gets a message, at once. */
export class Hub {
  buses = [];

  bus({ isUp = true } = {}) {
    const bus = {
      sent: [],
      listeners: new Set(),
      publish: (text) => {
        bus.sent.push(JSON.parse(text));
        for (const other of this.buses) if (other !== bus) other.tell("message", text);
      },
      subscribe: (listener) => {
        bus.listeners.add(listener);
        if (isUp) listener.up();
        return () => bus.listeners.delete(listener);
      },
      tell: (event, text) => bus.listeners.forEach((listener) => listener[event](text)),
    };
    this.buses.push(bus);
    return bus;
  }
}

/** Every operation fails while `isAway`, or never ends while `isHung`. */
export class UnsureBackend extends SlowMultiBackend {
  isAway = false;
  isHung = false;

  clear() {
    return this.run("clear", "", () => this.store.clear());
  }

  *entries() {
    yield* this.store;
  }

  run(operation, keys, act) {
    const done = super.run(operation, keys, () => (this.isAway || this.isHung ? undefined : act()));
    if (this.isHung) return new Promise(() => {});
    return this.isAway ? done.then(() => Promise.reject(new Error(`${operation} failed`))) : done;
  }
}
