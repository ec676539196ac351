import { NEWS_ABORTED } from "./numbers.js";

/** The calls that wait for each signal. A host has one listener per signal, because Node warns of more than ten. */
class Aborts {
  #calls = new Set();
  #signal;
  #listener = () => {
    for (const call of this.#calls) call.resume(NEWS_ABORTED);
  };

  constructor(signal) {
    this.#signal = signal;
  }

  add(call) {
    if (this.#calls.size === 0) this.#signal.addEventListener("abort", this.#listener);
    this.#calls.add(call);
  }

  remove(call) {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#signal.removeEventListener("abort", this.#listener);
  }
}

/** Listens to a call's signal until `ignore` is called. */
export function awaitAbort(call) {
  const { signal } = call.request;
  const { aborts } = call.host;
  if (!aborts.has(signal)) aborts.set(signal, new Aborts(signal));
  aborts.get(signal).add(call);
}

export function ignoreAbort(call) {
  call.host.aborts.get(call.request.signal).remove(call);
}
