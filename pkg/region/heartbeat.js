const PERIOD = 250; // milliseconds
/** So many periods without a beat are a death. */
const SILENCE = 3;
/** For those who come late and do not wait: long enough for a busy isolate to let the timers run. */
const LONG_SILENCE = 2000;

/** A request's sign of life, while it works for others. */
export class Pulse {
  beat = 0;
  /** Flights whose leader this request is: what others decide about them is carried out here, since only here their I/O can be touched. */
  flights = new Set();
  #at;
  #timer;

  start() {
    this.#at ??= Date.now();
    this.#timer ??= setInterval(() => this.#strike(), PERIOD);
  }

  stop() {
    clearInterval(this.#timer);
  }

  get isLongSilent() {
    return Date.now() - this.#at > LONG_SILENCE;
  }

  #strike() {
    this.beat += 1;
    this.#at = Date.now();
    for (const flight of this.flights) flight.obey();
  }
}

/** A wait for another's work, with a look at its pulse once a period. */
export class Vigil {
  #pulse;
  #beat;
  #silence = 0;

  /** Waits for a change, but no longer than a period: a promise whose request has died may reject, or never settle. */
  async wait(change, pulse) {
    let timer;
    const period = new Promise((resolve) => {
      timer = setTimeout(() => resolve(true), PERIOD);
    });
    const isOver = await Promise.race([change, period]).catch(() => period);
    clearTimeout(timer);
    if (isOver === true) this.#look(pulse);
  }

  /** Whether this very pulse has stopped: whoever else saw that may have taken over, and that one lives. */
  hasSeenDie(pulse) {
    return pulse === this.#pulse && this.#silence >= SILENCE;
  }

  #look(pulse) {
    this.#silence = pulse === this.#pulse && pulse?.beat === this.#beat ? this.#silence + 1 : 0;
    this.#pulse = pulse;
    this.#beat = pulse?.beat;
  }
}
