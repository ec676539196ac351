import { monotonic, Signal, startTimer } from "../promises.js";
import { onWorkers } from "./pulse.js";
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
const LOCKING = 2;
const CREATING = 3;
const STORING = 4;
const OVER = 5;

/** The core's `nextMove`. */
export const SERVE_FRESH = 0;
export const SERVE_STALE = 1;
export const LEAD = 2;
export const WAIT = 3;
export const TAKE_OVER = 4;
export const READ_AGAIN = 5;

/** One key's read, creation and write in this realm. What may happen to it is the core's to say; here are its promises, its timer, its data. */
export class Flight {
  #state;
  #wake = new Signal();
  /** On Workers it is made by the request that will settle it; elsewhere when somebody waits for it, which hardly anybody does in memory. */
  #landing = onWorkers() ? new Signal() : undefined;
  #timer;
  #ringsAt = Infinity;
  #begun = Infinity;
  #heirs = [];
  #waiting = 0;
  /** What its read found; see `CacheRegion.find`. */
  found;
  /** What it came to: `{ record }`, `{ found }` by somebody else, `{ error }`, or `{}` for "begin again". */
  outcome;
  /** How much had happened when its read landed. */
  landedAt = 0;
  /** Whether a runner has it, which keeps the key until it releases. */
  isHandedOver = false;
  /** Whether its creator is in its synchronous part. */
  isInCreator = false;
  /** Where the backend has locks: its own. */
  lock;
  /** What was written, for whoever has the lock next. */
  stored;
  /** The flight that it was given up for. */
  successor;
  /** The creation that it is part of. */
  creation;
  /** On Workers: the sign of life of the request that it depends on. */
  pulse;
  /** When its creator was called, for a strategy that hears of others' invalidations. */
  startedAt;

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

  /** Whether everyone who waited for its read or its creator has gone. */
  get isAbandoned() {
    return !this.#isAwaited && !this.hasSettled && this.phase !== LANDED;
  }

  /** Whether anyone waits for it, or for one that was given up for it. */
  get #isAwaited() {
    return this.#waiting > 0 || this.#heirs.some((heir) => heir.#isAwaited);
  }

  get hasSettled() {
    return this.phase >= STORING;
  }

  /** Settles when its read has landed. */
  get landing() {
    return (this.#landing ??= new Signal()).promise;
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

  /** One more waits for its read, or for what it comes to. Only a signal makes it leave: whoever has gone for another reason wants it to go on. */
  join() {
    this.#waiting += 1;
  }

  leave() {
    this.#waiting -= 1;
  }

  fence() {
    this.#state = fenceFlight(this.#state);
    if (!onWorkers()) this.obey();
  }

  /** What follows from what others have decided about it, and only its leader may do. */
  obey() {
    if (this.isFenced) this.lock?.release();
    this.creation?.obey();
  }

  /** Nobody takes over a second time: no time limit runs any more. */
  depose() {
    this.#state = deposeFlight(this.#state);
    this.fence();
    this.silence();
  }

  land(found) {
    this.found = found;
    this.#state = enterPhase(this.#state, LANDED);
    this.#landing?.settle();
  }

  /** From now on others wait: first for the backend's lock, where there is one, then for the creator. */
  beginLeading(pulse) {
    this.#state = enterPhase(this.#state, LOCKING);
    if (!onWorkers()) return;
    this.#wake = new Signal(); // of the request that will settle it
    this.pulse = pulse;
    pulse.flights.add(this);
  }

  /** The time limit begins to run. */
  beginCreating() {
    this.#state = enterPhase(this.#state, CREATING);
    this.#begun = monotonic();
    if (this.lock !== undefined) this.rouse();
  }

  /** No time limit runs any more: what is left is the write, which has its own. */
  creatorSettled() {
    this.#state = enterPhase(this.#state, STORING);
    this.silence();
  }

  /** Where whoever waits for it has to look: what it was given up for. */
  get latest() {
    return this.successor?.latest ?? this;
  }

  /** Whoever waits for `heir` gets what this flight comes to. */
  bequeathTo(heir) {
    if (this.outcome !== undefined) return heir.end(this.outcome);
    this.#heirs.push(heir);
    heir.successor = this;
    if (!onWorkers()) heir.rouse();
  }

  /** Ends it for everyone who waits, unless it has ended. On Workers a promise is left alone by all but its own request: others look by themselves. */
  end(outcome, isOwn = !onWorkers()) {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#state = enterPhase(this.#state, OVER);
    if (isOwn) this.lock?.release(this.stored);
    if (isOwn) this.#wake.settle();
    this.silence();
    for (const heir of this.#heirs) heir.end(outcome);
    this.#heirs = [];
  }

  /** Wakes everyone who waits when the creator has had so many seconds. One timer serves all: it is set to the earliest. */
  watch(patience, onRing) {
    if (onWorkers()) return this.#lookAtTheTime(patience, onRing);
    const ringsAt = this.#begun + patience * 1000;
    if (this.phase !== CREATING || this.isDeposed || ringsAt >= this.#ringsAt || ringsAt === Infinity) return;
    clearTimeout(this.#timer);
    this.#ringsAt = ringsAt;
    this.#timer = startTimer(() => this.#ring(onRing), Math.max(ringsAt - monotonic(), 0));
  }

  /** Where a timer would ring in another's request, everyone looks for himself. */
  #lookAtTheTime(patience, onRing) {
    if (this.phase === CREATING && !this.isDeposed && this.isLate(patience)) onRing(this);
  }

  #ring(onRing) {
    this.#ringsAt = Infinity;
    this.rouse();
    onRing(this);
  }

  /** Lets everyone who waits look again. */
  rouse() {
    const roused = this.#wake;
    if (this.outcome === undefined) this.#wake = new Signal();
    roused.settle();
    if (!onWorkers()) for (const heir of this.#heirs) heir.rouse();
  }

  silence() {
    clearTimeout(this.#timer);
    this.#ringsAt = Infinity;
  }

  isLate(patience) {
    return monotonic() >= this.#begun + patience * 1000;
  }
}
