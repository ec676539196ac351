import { Flight } from "./flight.js";
import { onWorkers } from "./pulse.js";

const MANY = 100;

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
    if (onWorkers() && this.#current.size > MANY) this.#sweep();
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
    if (flight !== undefined) this.fenceOff(flight);
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
    this.fenceOff(flight);
    flight.end({ error, isCreators: true });
  }

  /** Gives up on a flight that nobody waits for any more. */
  abort(flight) {
    this.fenceOff(flight);
    flight.silence();
  }

  /** One who waited has gone. The last one to go ends what was meant for them all. */
  leave(flight, reason) {
    flight.leave();
    for (let awaited = flight; awaited !== undefined; awaited = awaited.successor) this.#abandon(awaited, reason);
  }

  #abandon(flight, reason) {
    if (!flight.isAbandoned) return;
    if (flight.creation === undefined) this.abort(flight);
    else flight.creation.abandon(reason);
  }

  /** Ends a flight and takes it from the map. */
  end(flight, outcome) {
    this.#events += 1;
    this.remove(flight);
    if (this.#kept.get(flight.key) === flight) this.#kept.delete(flight.key);
    if (!(flight.isDeposed && "error" in outcome)) flight.end(outcome, true);
  }

  /** Requests that died without anyone waiting leave their flights behind. */
  #sweep() {
    for (const flight of [...this.#current.values(), ...this.#kept.values()]) {
      if (!flight.pulse?.isLongSilent) continue;
      this.#kept.delete(flight.key);
      this.depose(flight);
    }
  }

  #fenceWhere(wanted) {
    this.#events += 1;
    for (const flight of [...this.#current.values()]) if (wanted(flight)) this.fenceOff(flight);
  }

  /** Nobody joins it any more, and what it creates is not stored. */
  fenceOff(flight) {
    flight.fence();
    this.remove(flight);
    if (flight.isHandedOver) this.#kept.set(flight.key, flight);
  }
}
