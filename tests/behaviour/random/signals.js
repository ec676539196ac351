/** The signal of one call, which counts who listens. */
export class CountedSignal {
  #controller = new AbortController();
  listeners = 0;

  constructor() {
    const { signal } = this.#controller;
    const { addEventListener, removeEventListener } = AbortSignal.prototype;
    const heard = new Set();
    signal.addEventListener = (type, listener, options) => {
      heard.add(listener);
      this.listeners = heard.size;
      addEventListener.call(signal, type, listener, options);
    };
    signal.removeEventListener = (type, listener, options) => {
      heard.delete(listener);
      this.listeners = heard.size;
      removeEventListener.call(signal, type, listener, options);
    };
    this.signal = signal;
  }

  abort(reason) {
    this.#controller.abort(reason);
  }
}

/** What `waitUntil` was given, as long as it is pending. */
export class Kept {
  pending = 0;
  failures = [];
  waitUntil = (promise) => {
    this.pending += 1;
    promise.then(
      () => (this.pending -= 1),
      (error) => this.failures.push(error),
    );
  };
}
