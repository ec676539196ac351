import { brief } from "../describe.js";
import { startTimer } from "../promises.js";
import { readOptions, refused, requireText } from "./checks.js";
import { recognize } from "./clients.js";
import { Subscription } from "./subscription.js";

const asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
const PAUSE = 1000; // milliseconds until a connection is tried again

export class RedisBus {
  #client;
  #channel;
  /** The user's own. */
  #subscriber;
  #listeners = new Set();
  /** @type {Subscription | undefined} */
  #subscription;
  #isUp = false;
  #isOpen = false;
  #isClosed = false;
  #hasWarned = false;

  constructor(client, channel, options) {
    this.#client = withConnection(client, "client");
    this.#channel = requireText(channel, "channel");
    const { subscriber } = readOptions(options, ["subscriber"]);
    if (subscriber === undefined) return;
    if (withConnection(subscriber, "subscriber").isCluster) throw refused("subscriber", "a client of one server", subscriber);
    this.#subscriber = subscriber;
  }

  async publish(message) {
    requireText(message, "message");
    if (!this.#isClosed) await this.#client.publish(this.#channel, message);
  }

  subscribe(listener) {
    const own = { listener }; // one listener may subscribe twice
    if (!this.#isClosed) this.#listeners.add(own);
    if (this.#isUp) this.#call(listener, "up");
    if (!this.#isOpen) this.#open();
    return () => {
      this.#listeners.delete(own);
    };
  }

  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#down();
    this.#listeners.clear();
    await this.#subscription?.end();
  }

  [asyncDispose]() {
    return this.close();
  }

  async #open() {
    if (this.#isClosed) return;
    this.#isOpen = true;
    let subscription;
    try {
      const connection = this.#subscriber ?? (await this.#client.subscriber?.());
      subscription = new Subscription(connection, this.#channel, {
        isOwn: this.#subscriber === undefined,
        isFinal: (event) => event === "end" || this.#client.isCluster,
        message: (text) => this.#tell("message", text),
        up: () => this.#up(),
        down: () => this.#down(),
        lost: (error) => this.#lost(subscription, error),
      });
      this.#subscription = subscription;
      if (this.#isClosed) await subscription.end();
      else await subscription.begin();
    } catch (error) {
      this.#lost(subscription, error);
    }
  }

  /** A connection that does not come back by itself: another one, of a cluster perhaps to another server. */
  async #lost(subscription, error) {
    if (this.#subscription !== subscription || this.#isClosed) return;
    this.#subscription = undefined;
    this.#down();
    if (error !== undefined && !this.#hasWarned) {
      this.#hasWarned = true;
      globalThis.console?.warn(`dogpile: a RedisBus cannot subscribe: ${brief(String(error?.message), 200)}`);
    }
    startTimer(() => this.#open(), PAUSE);
    await subscription?.end();
  }

  #up() {
    if (this.#isUp || this.#isClosed) return;
    this.#isUp = true;
    this.#tell("up");
  }

  #down() {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#tell("down");
  }

  #tell(event, ...details) {
    for (const { listener } of [...this.#listeners]) this.#call(listener, event, ...details);
  }

  /** What one listener throws does not keep a message from the others. */
  #call(listener, event, ...details) {
    try {
      listener[event](...details);
    } catch (error) {
      globalThis.console?.warn(`dogpile: a listener of a RedisBus has failed: ${brief(String(error?.message), 200)}`);
    }
  }
}

function withConnection(client, what) {
  const known = recognize(client, what);
  if (known.listen === undefined) throw refused(what, "a client with a connection, of node-redis or ioredis", client);
  return known;
}
