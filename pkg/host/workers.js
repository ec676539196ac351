// On Workers promises and timers belong to the request that created them. No request is resumed by another one: each polls with its own timer.
import { Deferred } from "../promises.js";
import { Host } from "./host.js";
import { NEWS_BEAT, NEWS_LOOK } from "./numbers.js";

const PERIOD = 250; // milliseconds

/** The heartbeat of one call and its writes. */
class Request {
  /** Settled only by its own request, when something has changed for its followers. */
  changed = new Deferred();
  /** The calls that it already follows. */
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

  /** A `set` or `delete` has a heartbeat like a call. */
  beginWriter(slot, serial, write) {
    const resume = (news) => write.core.resume(this, news, slot, serial, NaN, 0);
    this.calls[slot] = { life: new Request(), request: undefined, resume, fail() {}, letGo() {} };
    this.#beat(this.calls[slot]);
  }

  keepAlive(call) {
    if (call.request !== undefined) super.keepAlive(call); // a write is awaited by its caller
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
    followed.promise.then(look, () => {}); // a rejection means that the request died: the heartbeat detects it
  }

  changed(call) {
    call.life.wake();
  }

  end(call) {
    call.life.stop();
    super.end(call);
  }

  /** Only the creator's own request may use its signal. */
  abort(batch, reason) {
    batch.call.life.aborts.push(() => batch.abort(reason));
  }
}
