/** One key of a call, on its way to an entry. */
export class Quest {
  /** `{ record, state }`: what this call gets for the key. */
  entry;
  /** A read that was fenced off is made again once. */
  hasReadAgain = false;
  isCounted = false;
  /** On Workers: whether what it gave up had died with its request. Such a takeover is not a last chance. */
  hasSeenDeath = false;
  #boarded;
  /** What its last read found. */
  found;
  /** `{ error }`: what a runner threw to whom it served. */
  failure;
  /** `{ flight, leads }`: the creation that this call waits for. */
  waitsFor;
  isAnnounced = false;
  /** The flight that this call gave up, and has not followed by another yet. */
  deposed;
  /** Flights given up after this call had waited for them: their values are still good for it. */
  waitedFor = [];

  constructor(key, mangled) {
    this.key = key;
    this.mangled = mangled;
  }

  serveFresh(region, record) {
    region.countHit(this.key);
    this.#serve(record, "fresh");
  }

  serveStale(region, record) {
    region.stats.staleHits += 1;
    region.reporter.tell("onStale", this.key);
    this.#serve(record, "stale");
  }

  #serve(record, state) {
    this.entry = { record, state };
    this.letGo();
  }

  /** Waits for a flight's read from now on. */
  board(flight) {
    this.#boarded = flight;
    flight.join();
  }

  /** Has decided what to make of what was read. */
  disembark() {
    this.#boarded?.leave();
    this.#boarded = undefined;
  }

  /** Waits for a creation from now on. */
  await(flight, leads) {
    this.follow(flight);
    this.waitsFor = { flight, leads };
    flight.join();
  }

  /** The flights that it may still get its value from. */
  get awaited() {
    return [this.#boarded, this.waitsFor?.flight, ...this.waitedFor].filter((flight) => flight !== undefined);
  }

  /** What may be served when there is no time to wait, or the creator fails. */
  get fallback() {
    return this.waitsFor?.flight.found ?? this.found;
  }

  /** Whoever waits for the flight that this call gave up now waits for this one. */
  follow(flight) {
    if (this.deposed !== undefined) flight.bequeathTo(this.deposed);
    this.deposed = undefined;
  }

  /** Whoever waits for the flight that this call gave up begins again: no other came of it. */
  letGo() {
    this.deposed?.end({});
    this.deposed = undefined;
  }

  /** Neither served, nor waiting for a creation. */
  get isOpen() {
    return this.entry === undefined && this.waitsFor === undefined;
  }

  get outcome() {
    return this.waitsFor.flight.outcome ?? this.waitedFor.map(({ outcome }) => outcome).find((outcome) => outcome?.record !== undefined);
  }

  /** What was given up may have come to nothing that counts here: then there is nothing more to wait for from it. */
  get change() {
    const open = this.waitedFor.filter(({ outcome }) => outcome === undefined);
    if (open.length === 0) return this.waitsFor.flight.change;
    return Promise.race([this.waitsFor.flight, ...open].map(({ change }) => change));
  }
}
