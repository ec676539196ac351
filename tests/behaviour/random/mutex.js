/** One holder's view of a key's lock, which reaches as far as the store does. It grants in turn, and hands over what the last holder left. */
export class RandomMutex {
  #world;
  #lock;
  #key;
  #isKnown = false;

  constructor(world, store, key) {
    this.#world = world;
    this.#key = key;
    if (!store.locks.has(key)) store.locks.set(key, { holder: undefined, queue: [], left: undefined, asked: 0 });
    this.#lock = store.locks.get(key);
  }

  async acquire(wait = true, { signal } = {}) {
    this.#lock.asked += 1;
    const heeded = this.#world.plan.chance(0.3) ? undefined : signal;
    const granted = await this.#operation(wait ? "lock" : "try to lock", () => this.#enter(wait, heeded));
    this.#isKnown = granted;
    return granted;
  }

  /** Whether whoever holds it knows, and has not let it go. */
  get isKept() {
    return this.#isKnown;
  }

  /** Takes effect even when its answer is a failure: what nobody releases would stay locked. */
  async release(stored) {
    this.#isKnown = false;
    const act = () => this.#leave(stored);
    return this.#operation("unlock", act, { fails: 0 });
  }

  async locked() {
    return this.#lock.holder !== undefined;
  }

  async handover() {
    return this.#operation("what was left at the lock of", () => (this.#lock.holder === this ? this.#lock.left : undefined));
  }

  /** What a holder from before leaves counts for nothing any more. */
  async supersede(stored) {
    this.#lock.left = stored;
    if (this.#lock.holder !== undefined) this.#lock.holder.isSuperseded = true;
    return this.#operation("supersede", () => {}, { fails: 0, hangs: 0 });
  }

  #operation(what, act, fate = {}) {
    const healthy = this.#world.locks === "healthy" ? { fails: 0, hangs: 0 } : {};
    return this.#world.operation(`${what} ${this.#key}`, act, { ...healthy, ...fate });
  }

  #enter(wait, signal) {
    if (signal?.aborted) throw signal.reason;
    if (this.#lock.holder === undefined) return this.#take();
    return wait && this.#queue(signal);
  }

  #take() {
    this.#lock.holder = this;
    this.isSuperseded = false;
    return true;
  }

  #queue(signal) {
    return new Promise((resolve, reject) => {
      const { queue } = this.#lock;
      const grant = () => resolve(this.#take());
      queue.push(grant);
      signal?.addEventListener("abort", () => {
        if (queue.includes(grant)) queue.splice(queue.indexOf(grant), 1);
        reject(signal.reason);
      });
    });
  }

  #leave(stored) {
    if (this.#lock.holder !== this) return;
    if (!this.isSuperseded) this.#lock.left = stored;
    this.#lock.holder = undefined;
    this.#lock.queue.shift()?.();
  }
}
