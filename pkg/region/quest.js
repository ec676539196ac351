/** One key of a call, on its way to an entry. */
export class Quest {
  /** `{ record, state }`: what this call gets for the key. */
  entry;
  /** A read that was fenced off is made again once. */
  hasReadAgain = false;
  isCounted = false;
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

  get change() {
    if (this.waitedFor.length === 0) return this.waitsFor.flight.change;
    return Promise.race([this.waitsFor.flight, ...this.waitedFor].map(({ change }) => change));
  }
}
