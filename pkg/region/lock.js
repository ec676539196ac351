import { pending, Signal, within } from "../promises.js";
import { makeError } from "../errors.js";

const HELD = "held";
export const BUSY = "busy";
/** There is no lock to be had: its leader goes on without. */
const NONE = "none";

/** The backend's mutex in the hands of one flight. It is waited for no longer than `patience`; what it fails to do is reported and gone on without. */
export class Lock {
  #region;
  #setup;
  #mutex;
  #patience;
  #giveUp = new AbortController();
  #isHeld = false;
  #isOver = false;
  #over = new Signal();
  /** Settles when a release that was sent has been answered. */
  released;

  constructor(region, setup, key, patience) {
    this.#region = region;
    this.#setup = setup;
    this.#mutex = region.mutexOf(setup, key);
    this.#patience = patience;
  }

  get exists() {
    return this.#mutex !== undefined;
  }

  /** Settles when it is released, or need not be. */
  get over() {
    return this.#over.promise;
  }

  /** HELD, BUSY, or NONE. */
  async acquire(wait) {
    if (this.#isOver) return NONE;
    const asking = this.#ask(wait);
    asking.then((granted) => granted && this.#granted(), () => {});
    const late = () => makeError("TIMEOUT", "The lock has not answered within lockTimeout.");
    try {
      const granted = await within(Promise.race([asking, this.over]), this.#patience, late);
      if (granted) return HELD;
      return wait || this.#isOver ? NONE : BUSY;
    } catch (error) {
      this.#giveUp.abort();
      if (!this.#isOver) this.#region.backendFailed(error, "lock");
      return NONE;
    }
  }

  /** What the last holder left; `undefined` where there is nothing. */
  async handover() {
    if (!this.#isHeld || typeof this.#mutex.handover !== "function") return undefined;
    return (await this.#region.askMutex(this.#setup, () => this.#mutex.handover())) ?? undefined;
  }

  /** Gives it up, held or not. `stored`: what was written under it. */
  release(stored) {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isHeld) this.#release(stored);
    else this.#giveUp.abort();
    this.#over.settle();
  }

  async #ask(wait) {
    const answer = this.#mutex.acquire(wait, { signal: this.#giveUp.signal });
    return Boolean(await (pending(answer) ?? answer));
  }

  /** What comes when nobody waits for it any more goes back at once. */
  #granted() {
    if (this.#isOver || this.#giveUp.signal.aborted) this.#release();
    else this.#isHeld = true;
  }

  #release(stored) {
    const release = () => (stored === undefined ? this.#mutex.release() : this.#mutex.release(stored));
    this.released = this.#region.askMutex(this.#setup, release);
  }
}
