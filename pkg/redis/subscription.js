import { recognize } from "./clients.js";

/** One connection that is subscribed to one channel, whenever it is there. */
export class Subscription {
  #connection;
  #client;
  #listening;
  #options;
  #events;
  #isOver = false;

  /** `isOwn`: to be connected and ended here. `isFinal`: whether it does not come back by itself after this event. */
  constructor(connection, channel, options) {
    this.#connection = connection;
    this.#client = recognize(connection, "subscriber");
    this.#options = options;
    const lose = (event) => () => this.#lose(event);
    // Without a listener of "error" a lost connection ends the Node process.
    this.#events = { error: () => {}, ready: () => this.#start(), close: lose("close"), end: lose("end"), reconnecting: lose("reconnecting") };
    for (const [name, listener] of Object.entries(this.#events)) connection.on(name, listener);
    this.#listening = this.#client.listen?.(channel, (text) => this.#isOver || options.message(text));
  }

  async begin() {
    if (this.#client.isReady?.()) this.#start();
    if (this.#options.isOwn) await this.#client.connect?.();
  }

  async end() {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      if (this.#options.isOwn) return await this.#client.end?.(); // its listener of "error" stays
      for (const [name, listener] of Object.entries(this.#events)) this.#connection.off(name, listener);
      const ended = this.#listening?.end();
      if (this.#client.isReady?.()) await ended;
      else ended?.catch(() => {});
    } catch {} // it was not connected
  }

  /** Both clients subscribe again by themselves; asked once more they tell when the server has answered. */
  async #start() {
    try {
      await this.#listening?.start();
      if (!this.#isOver && this.#client.isReady?.()) this.#options.up();
    } catch (error) {
      if (!this.#isOver && this.#client.isReady?.()) this.#options.lost(error);
    }
  }

  #lose(event) {
    if (this.#isOver) return;
    this.#options.down();
    if (this.#options.isOwn && this.#options.isFinal(event)) this.#options.lost();
  }
}
