import { refused } from "../errors.js";
import { hasMethod, isObject, own } from "../members.js";
import { pending } from "../promises.js";

/** The form of the messages: those of another are not understood. */
const FORM = 1;

/** What is told over a bus, as JSON: an object, with its form and its sender. Others may use the bus, too. */
export class Messages {
  #bus;
  #end;
  #sender;
  #failed;

  /**
   * `hear` gets each message of others that is understood; `restored` is called when messages arrive that did not before, `lost` when they do not any
   * more, `failed` with the error of a message that could not be sent.
   */
  constructor(bus, { hear, restored, lost = () => {}, failed = (_error) => {} }) {
    if (!hasMethod(bus, "publish") || !hasMethod(bus, "subscribe")) throw refused("bus", "an object with publish and subscribe", bus);
    this.#bus = bus;
    this.#failed = failed;
    this.#end = endSubscription(bus.subscribe({ message: (text) => this.#hear(text, hear), up: restored, down: lost }));
  }

  /** At most once and at best: whether it arrives is not known. */
  publish(content) {
    // Not at first: outside of a request Workers have no random numbers.
    this.#sender ??= Math.random().toString(36).slice(2);
    try {
      pending(this.#bus.publish(JSON.stringify({ d: FORM, from: this.#sender, ...content })))?.catch(this.#failed);
    } catch (error) {
      this.#failed(error); // to others it is as if it had been lost on its way
    }
  }

  close() {
    this.#end();
  }

  #hear(text, hear) {
    const message = parsed(text);
    if (!isObject(message) || own(message, "d") !== FORM) return;
    const sender = own(message, "from");
    if (typeof sender === "string" && sender !== this.#sender) hear(message);
  }
}

/** A function that ends a subscription once, by what `subscribe` has returned: a function, or a promise of one. Errors go to `failed`. */
export function endSubscription(end, failed = (_error) => {}) {
  const promise = pending(end);
  promise?.catch(failed);
  const call = (each) => pending(typeof each === "function" ? each() : undefined)?.catch(failed);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    try {
      if (promise === undefined) call(end);
      else promise.then(call).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
