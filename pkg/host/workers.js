// On Workers promises and timers belong to the request that made them. Nobody is woken by another's request: each looks for himself.
import { Deferred } from "../promises.js";
import { Host } from "./host.js";
import { NEWS_BEAT, NEWS_LOOK } from "./numbers.js";

const PERIOD = 250; // milliseconds

/** The sign of life of one call, and of what it writes. */
class Request {
  /** Settled by its own request alone, when something has changed for those who follow it. */
  changed = new Deferred();
  /** Whom it follows already. */
  followed = new Set();
  aborts = [];
  #timer;

  start(beat) {
    this.#timer ??= setInterval(beat, PERIOD);
  }

  wake() {
    const { changed } = this;
    this.changed = new Deferred();
    changed.resolve();
  }

  stop() {
    clearInterval(this.#timer);
    this.changed.resolve();
  }
}

export class WorkersHost extends Host {
  begin(slot, serial, creator, call) {
    call.life = new Request();
    super.begin(slot, serial, creator, call);
  }

  /** A `set` or `delete` is seen alive as a call is. */
  beginWriter(slot, serial, write) {
    const resume = (news) => write.core.resume(this, news, slot, serial, NaN, 0);
    this.calls[slot] = { life: new Request(), request: undefined, resume, fail() {}, letGo() {} };
    this.#beat(this.calls[slot]);
  }

  keepAlive(call) {
    if (call.request !== undefined) super.keepAlive(call); // a write is awaited by its own caller
    this.#beat(call);
  }

  #beat(call) {
    call.life.start(() => {
      for (const abort of call.life.aborts.splice(0)) abort();
      call.resume(NEWS_BEAT);
    });
  }

  watch(call, owner) {
    const followed = owner?.life?.changed;
    this.#beat(call);
    if (followed === undefined || call.life.followed.has(followed)) return;
    call.life.followed.add(followed);
    const look = () => {
      call.life.followed.delete(followed);
      call.resume(NEWS_LOOK);
    };
    followed.promise.then(look, () => {}); // a rejection is a death: the beats see it
  }

  changed(call) {
    call.life.wake();
  }

  end(call) {
    call.life.stop();
    super.end(call);
  }

  /** Only the creator's own request may touch its signal. */
  abort(batch, reason) {
    batch.call.life.aborts.push(() => batch.abort(reason));
  }
}
