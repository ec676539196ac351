import { vi } from "vitest";
import { turns } from "../helpers.js";

/** Faked time. As in every host, all that can run has run before a timer rings. */
export class Timers {
  #turns;
  #due = new Set();

  /** `turns`: so many let everything run that can. Made when the clock is faked already. */
  constructor(turns) {
    this.#turns = turns;
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (callback, milliseconds) => {
      this.#due.add(Date.now() + Math.trunc(milliseconds));
      return setTimeout(callback, milliseconds);
    };
  }

  async advance(milliseconds) {
    const end = Date.now() + milliseconds;
    do {
      await turns(this.#turns);
      const now = Date.now();
      const next = [...this.#due].filter((due) => due > now && due < end);
      vi.advanceTimersByTime(Math.min(end, ...next) - now);
    } while (Date.now() < end);
  }
}
