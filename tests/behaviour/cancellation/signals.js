/** An abort signal of another realm's: recognized by its shape alone. It knows its listeners. */
export function foreignSignal() {
  const listeners = new Map();
  const call = (listener, event) => (typeof listener === "function" ? listener.call(signal, event) : listener.handleEvent(event));
  const signal = {
    aborted: false,
    reason: undefined,
    addEventListener(type, listener, options) {
      if (type === "abort") listeners.set(listener, options);
    },
    removeEventListener(type, listener) {
      if (type === "abort") listeners.delete(listener);
    },
    throwIfAborted() {
      if (signal.aborted) throw signal.reason;
    },
  };
  const abort = (reason) => {
    Object.assign(signal, { aborted: true, reason });
    for (const [listener, options] of [...listeners]) {
      if (options?.once) listeners.delete(listener);
      call(listener, { type: "abort", target: signal });
    }
  };
  return { signal, abort, listeners };
}
