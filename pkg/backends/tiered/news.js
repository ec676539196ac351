import { Messages } from "../../bus/messages.js";
import { own } from "../../members.js";

const LONGEST = 500;
/** Seconds for which a near copy is used by default; longer where a bus tells what was written elsewhere. */
const NEAR_FOR = 10;
const NEAR_FOR_WITH_BUS = 300;

/** Tells other near tiers over the bus what was written, and hears from them. */
export class News {
  #parts;
  #messages;
  #listeners = new Set();
  /** What is told at the end of this turn. */
  #keys = new Set();
  #isCleared = false;
  #isWaiting = false;
  #isUp = false;
  /** NaN: not given. */
  #nearFor;

  constructor(parts, nearFor) {
    this.#parts = parts;
    this.#nearFor = nearFor;
    this.#turn(false);
  }

  /** Once everything else is there: the bus may be up at once. */
  listen(bus) {
    const { stats, reports } = this.#parts;
    this.#messages = new Messages(bus, {
      hear: (message) => this.#hear(message),
      restored: () => this.#restored(),
      lost: () => {
        if (this.#isUp) stats.bus.downs += 1;
        this.#turn(false);
      },
      failed: (error) => {
        stats.bus.errors += 1;
        reports.tell(error, "bus");
      },
    });
  }

  /** Keys of one turn share a message. */
  publish(keys) {
    if (this.#messages === undefined) return;
    for (const key of keys) this.#keys.add(key);
    this.#sendSoon();
  }

  publishClear() {
    if (this.#messages === undefined) return;
    this.#isCleared = true;
    this.#sendSoon();
  }

  subscribe(listener) {
    const own = { listener }; // one listener may subscribe twice
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Somebody else has written these keys, or nobody knows which. */
  changed(keys) {
    const { near, fences } = this.#parts;
    if (keys === undefined) {
      near.clear();
      fences.changeAll();
    } else {
      near.delete(keys);
      for (const key of keys) fences.change(key);
    }
    for (const { listener } of [...this.#listeners]) this.#call(listener, keys);
  }

  close() {
    this.#messages?.close();
    this.#messages = undefined;
    this.#turn(false);
  }

  #sendSoon() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    Promise.resolve().then(() => this.#send());
  }

  #send() {
    const [keys, isCleared] = [[...this.#keys], this.#isCleared];
    this.#keys.clear();
    this.#isCleared = this.#isWaiting = false;
    if (isCleared) this.#tell({ clear: true });
    for (let from = 0; from < keys.length; from += LONGEST) this.#tell({ keys: keys.slice(from, from + LONGEST) });
  }

  #tell(content) {
    if (this.#messages === undefined) return;
    this.#parts.stats.bus.sent += 1;
    this.#messages.publish(content);
  }

  #hear(message) {
    const keys = own(message, "keys");
    const isClear = own(message, "clear") === true;
    if (!isClear && !Array.isArray(keys)) return;
    this.#parts.stats.bus.received += 1;
    this.changed(isClear ? undefined : keys.filter((key) => typeof key === "string").slice(0, LONGEST));
  }

  /** Messages were missed. */
  #restored() {
    this.#turn(true);
    this.changed(undefined);
  }

  #turn(isUp) {
    this.#isUp = isUp;
    const usual = isUp ? NEAR_FOR_WITH_BUS : NEAR_FOR;
    this.#parts.nearFor = this.#nearFor === this.#nearFor ? this.#nearFor : usual;
  }

  #call(listener, keys) {
    try {
      listener(keys === undefined ? undefined : [...keys]);
    } catch (error) {
      this.#parts.reports.tell(error, "bus");
    }
  }
}
