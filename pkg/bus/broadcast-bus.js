import { describeError, refused } from "../errors.js";
import { hasMethod } from "../members.js";

const disposeSymbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");

export class BroadcastBus {
  #channel;
  #listeners = new Set();

  constructor(name) {
    if (typeof name !== "string") throw refused("name", "a string", name);
    if (typeof BroadcastChannel !== "function") return; // as on Workers: there is nobody else
    this.#channel = new BroadcastChannel(name);
    if (hasMethod(this.#channel, "unref")) this.#channel.unref();
    this.#channel.onmessage = ({ data }) => {
      if (typeof data === "string") this.#tell("message", data);
    };
    if (hasMethod(globalThis, "addEventListener")) addEventListener("pageshow", this.#onPageShow);
  }

  publish(message) {
    if (typeof message !== "string") throw refused("message", "a string", message);
    this.#channel?.postMessage(message);
  }

  subscribe(listener) {
    const own = { listener }; // one listener may subscribe twice
    this.#listeners.add(own);
    if (this.#channel !== undefined) call(listener, "up");
    return () => {
      this.#listeners.delete(own);
    };
  }

  close() {
    if (hasMethod(globalThis, "removeEventListener")) removeEventListener("pageshow", this.#onPageShow);
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
    if (channel !== undefined) this.#tell("down");
    this.#listeners.clear();
  }

  [disposeSymbol]() {
    this.close();
  }

  #tell(event, ...details) {
    for (const { listener } of [...this.#listeners]) call(listener, event, ...details);
  }

  /** A page that comes back from the back/forward cache has missed what was said meanwhile. */
  #onPageShow = ({ persisted }) => {
    if (!persisted) return;
    this.#tell("down");
    this.#tell("up");
  };
}

/** What one listener throws does not keep a message from the others. */
function call(listener, event, ...details) {
  try {
    listener[event](...details);
  } catch (error) {
    globalThis.console?.warn(`dogpile: a listener of a BroadcastBus has failed: ${describeError(error)}`);
  }
}
