import { monotonic, Signal, startTimer } from "../promises.js";
import {
  beginFlight,
  deposeFlight,
  enterPhase,
  fenceFlight,
  isCreation,
  isDeposed,
  isFenced,
  isLastChance,
  mayBeTakenOver,
  nextMove,
  phaseOf,
} from "../wasm/dogpile.js";

export const READING = 0;
export const LANDED = 1;
const CREATING = 2;
const STORING = 3;
const OVER = 4;

/** One key's read, creation and write in this realm. What may happen to it is the core's to say; here are its promises, its timer, its data. */
export class Flight {
  #state;
  #wake = new Signal();
  #landing = new Signal();
  #timer;
  #ringsAt = Infinity;
  #begun = Infinity;
  #heirs = [];
  /** What its read found; see `CacheRegion.find`. */
  found;
  /** What it came to: `{ record }`, `{ error }`, or `{}` for "begin again". */
  outcome;
  /** How much had happened when its read landed. */
  landedAt = 0;
  /** Whether a runner has it, which keeps the key until it releases. */
  isHandedOver = false;
  /** Whether its creator is in its synchronous part. */
  isInCreator = false;

  constructor(key, lastChance, solitary) {
    this.key = key;
    this.solitary = solitary;
    this.#state = beginFlight(lastChance);
  }

  get phase() {
    return phaseOf(this.#state);
  }

  get isFenced() {
    return isFenced(this.#state);
  }

  get isDeposed() {
    return isDeposed(this.#state);
  }

  get isLastChance() {
    return isLastChance(this.#state);
  }

  get isCreation() {
    return isCreation(this.#state);
  }

  /** Settles when its read has landed. */
  get landing() {
    return this.#landing.promise;
  }

  /** Settles when something has changed: look again. */
  get change() {
    return this.#wake.promise;
  }

  nextMove(worth, forceRefresh, hasReadAgain, patience) {
    return nextMove(this.#state, worth, forceRefresh, hasReadAgain, this.isLate(patience));
  }

  isOverdue(patience) {
    return this.isLate(patience) && mayBeTakenOver(this.#state);
  }

  fence() {
    this.#state = fenceFlight(this.#state);
  }

  /** Nobody takes over a second time: no time limit runs any more. */
  depose() {
    this.#state = deposeFlight(this.#state);
    this.#silence();
  }

  land(found) {
    this.found = found;
    this.#state = enterPhase(this.#state, LANDED);
    this.#landing.settle();
  }

  beginCreating() {
    this.#state = enterPhase(this.#state, CREATING);
    this.#begun = monotonic();
  }

  /** No time limit runs any more: what is left is the write, which has its own. */
  creatorSettled() {
    this.#state = enterPhase(this.#state, STORING);
    this.#silence();
  }

  /** Whoever waits for `heir` gets what this flight comes to. */
  bequeathTo(heir) {
    if (this.outcome === undefined) this.#heirs.push(heir);
    else heir.end(this.outcome);
  }

  /** Ends it for everyone who waits, unless it has ended. */
  end(outcome) {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#state = enterPhase(this.#state, OVER);
    this.#silence();
    this.#wake.settle();
    for (const heir of this.#heirs) heir.end(outcome);
    this.#heirs = [];
  }

  /** Wakes everyone who waits when the creator has had so many seconds. One timer serves all: it is set to the earliest. */
  watch(patience, onRing) {
    const ringsAt = this.#begun + patience * 1000;
    if (this.phase !== CREATING || this.isDeposed || ringsAt >= this.#ringsAt || ringsAt === Infinity) return;
    clearTimeout(this.#timer);
    this.#ringsAt = ringsAt;
    this.#timer = startTimer(() => this.#ring(onRing), Math.max(ringsAt - monotonic(), 0));
  }

  #ring(onRing) {
    const rung = this.#wake;
    this.#ringsAt = Infinity;
    this.#wake = new Signal();
    onRing(this);
    rung.settle();
  }

  #silence() {
    clearTimeout(this.#timer);
    this.#ringsAt = Infinity;
  }

  isLate(patience) {
    return monotonic() >= this.#begun + patience * 1000;
  }
}

/** The flights of one region that can be joined: at most one a key. */
export class Flights {
  #current = new Map();
  /** What was fenced off while a runner had it, until that releases: whatever is stale meanwhile is served, not handed over a second time. */
  #kept = new Map();
  /** Counts what fences and what ends, so that a flight that left the map can tell whether it missed anything. */
  #events = 0;

  current(key) {
    return this.#current.get(key);
  }

  /** Whether a runner still has the key, though its flight was fenced off. */
  isKept(key, patience) {
    const kept = this.#kept.get(key);
    if (kept === undefined || (kept.isCreation && !kept.isLate(patience))) return kept !== undefined;
    this.#kept.delete(key);
    return false;
  }

  /** A new flight, which everyone who comes for its key joins from now on, unless it is solitary. */
  begin(key, lastChance, solitary) {
    const flight = new Flight(key, lastChance, solitary);
    if (!solitary) this.#current.set(key, flight);
    return flight;
  }

  land(flight, found) {
    flight.landedAt = this.#events;
    flight.land(found);
  }

  /** Lets a flight be led that may have left the map since its read landed; `false` if it was overtaken meanwhile. */
  claim(flight) {
    const current = this.#current.get(flight.key);
    if (current === flight || flight.solitary) return true;
    if (current !== undefined || flight.isFenced || flight.landedAt !== this.#events) return false;
    this.#current.set(flight.key, flight);
    return true;
  }

  /** Nobody joins this flight any more. */
  remove(flight) {
    if (this.#current.get(flight.key) === flight) this.#current.delete(flight.key);
  }

  /** `set` and `delete` fence off the flight of their key, whatever it is doing. */
  fence(key) {
    this.#events += 1;
    const flight = this.#current.get(key);
    if (flight !== undefined) this.#fenceOff(flight);
  }

  /** An invalidation fences off creations; a record that is still being read is judged when it arrives. */
  fenceCreations() {
    this.#fenceWhere((flight) => flight.isCreation);
  }

  /** A new backend fences off everything. */
  fenceAll() {
    this.#fenceWhere(() => true);
  }

  /** Gives up on a flight's creator: its value still goes to those who waited for it, its rejection counts for nothing. */
  depose(flight) {
    flight.depose();
    this.remove(flight);
  }

  /** Ends a flight that nobody is to take over, though its creator has not settled. */
  giveUp(flight, error) {
    this.#fenceOff(flight);
    flight.end({ error });
  }

  /** Ends a flight and takes it from the map. */
  end(flight, outcome) {
    this.#events += 1;
    this.remove(flight);
    if (this.#kept.get(flight.key) === flight) this.#kept.delete(flight.key);
    if (!(flight.isDeposed && "error" in outcome)) flight.end(outcome);
  }

  #fenceWhere(wanted) {
    this.#events += 1;
    for (const flight of [...this.#current.values()]) if (wanted(flight)) this.#fenceOff(flight);
  }

  #fenceOff(flight) {
    flight.fence();
    this.remove(flight);
    if (flight.isHandedOver) this.#kept.set(flight.key, flight);
  }
}
