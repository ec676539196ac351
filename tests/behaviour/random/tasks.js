const { setImmediate } = globalThis;
const channel = setImmediate === undefined ? new MessageChannel() : undefined;

/** Lets the host run what it has to run between tasks, without a timer. */
export function task() {
  return new Promise((resolve) => {
    if (channel === undefined) return setImmediate(resolve);
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(undefined);
  });
}

/** The rejections that the host finds unhandled from now on. */
export class UnhandledRejections {
  #reasons = [];
  #note = (event) => this.#reasons.push(event?.reason ?? event);

  constructor() {
    globalThis.process?.on?.("unhandledRejection", this.#note);
    globalThis.addEventListener?.("unhandledrejection", this.#note);
  }

  seen() {
    return this.#reasons.map((reason) => ({ promise: "no rejection goes unhandled", details: String(reason) }));
  }

  stop() {
    globalThis.process?.off?.("unhandledRejection", this.#note);
    globalThis.removeEventListener?.("unhandledrejection", this.#note);
  }
}
