import { FRESH, STALE } from "./cache-region.js";
import { Creation } from "./creation.js";
import { makeError } from "../errors.js";
import { BUSY, Lock } from "./lock.js";
import { atMost } from "../promises.js";
import { readAfterWrites } from "./reading.js";
import { handOver } from "./runner.js";

/** Has the values created that a call is the first to need: at once, or under the backend's locks. */
export class Lead {
  #region;
  #setup;
  #request;
  #patience;
  #begunAt;

  constructor(region, setup, request) {
    this.#region = region;
    this.#setup = setup;
    this.#request = request;
    this.#patience = request.lockTimeout ?? setup.lockTimeout;
    this.#begunAt = request.forceRefresh ? region.stamp() : -Infinity;
  }

  /** `{ quest, flight }` for each key. */
  begin(led) {
    const locked = led.filter(({ flight }) => this.#lock(flight));
    this.#start(led.filter((one) => !locked.includes(one)));
    if (locked.length > 0) this.#request.work.push({ finished: this.#underLocks(locked) });
  }

  /** What is not going to be stored needs no lock. */
  #lock(flight) {
    if (flight.isFenced || typeof this.#setup.backend.getMutex !== "function") return false;
    const lock = new Lock(this.#region, this.#setup, flight.key, this.#patience);
    if (lock.exists) flight.lock = lock;
    return lock.exists;
  }

  /**
   * Tries all locks at once; what was won is created, stored and released before anything is waited for. For the rest it waits for one, holding
   * nothing, and tries all the others when it has that. A single missing value has nothing to try first.
   */
  async #underLocks(led) {
    let rest = led;
    let awaited = this.#request.multi || led[0].quest.isStale ? undefined : led[0];
    try {
      while (rest.length > 0) {
        const { won, busy } = await this.#acquire(rest, awaited);
        await this.#createWon(won);
        for (const one of busy) if (one.quest.isStale) this.#serveStale(one);
        rest = busy.filter(({ flight }) => !this.#isLost(flight));
        awaited = rest[0];
      }
    } catch (error) {
      for (const { flight } of led) this.#region.flights.end(flight, { error });
    }
  }

  async #acquire(led, awaited) {
    await awaited?.flight.lock.acquire(true);
    const isBusy = await Promise.all(led.map(async (one) => one !== awaited && (await one.flight.lock.acquire(false)) === BUSY));
    return { busy: led.filter((_, index) => isBusy[index]), won: led.filter((_, index) => !isBusy[index]) };
  }

  /** Looks again, since somebody else may have created meanwhile, and creates what is still needed; done when all of it is released. */
  async #createWon(won) {
    const found = await this.#findAgain(won);
    const led = won.filter((one, index) => !this.#isLost(one.flight) && this.#isNeeded(one, found[index]));
    this.#start(led);
    // A creator that hangs keeps its locks, but nobody who waits for another key.
    await atMost(Promise.all(won.map(({ flight }) => flight.lock.over)), this.#patience);
    await Promise.all(won.map(({ flight }) => flight.lock.released));
  }

  /** What the last holder of each lock left, or else what the backend holds now. */
  async #findAgain(won) {
    const left = await Promise.all(won.map(({ flight }) => flight.lock.handover()));
    const unknown = won.filter((_, index) => left[index] === undefined).map(({ flight }) => flight.key);
    const read = unknown.length === 0 ? [] : await readAfterWrites(this.#setup, unknown, this.#request.multi);
    const outcomes = read.values();
    return left.map((value) => this.#region.find(this.#setup, value === undefined ? outcomes.next().value : { value }, this.#setup.throws));
  }

  /** Only another record than the first read found can make a creation needless; for `forceRefresh` one that was created since. */
  #isNeeded({ quest, flight }, found) {
    if ("error" in found) return this.#end(flight, found);
    if (found.record === undefined || isSame(found, flight.found)) return true;
    flight.found = found;
    const worth = this.#region.worth(found, this.#request.expiration, this.#region.now());
    quest.isStale = worth === STALE && !this.#request.forceRefresh;
    const isOld = found.ct < this.#begunAt;
    return worth !== FRESH || isOld || this.#end(flight, { found });
  }

  #end(flight, outcome) {
    this.#region.flights.end(flight, outcome);
    return false;
  }

  /** Whether a flight was fenced off before its creator was called: whoever waits begins again. */
  #isLost(flight) {
    if (flight.isFenced) this.#end(flight, {});
    return flight.outcome !== undefined;
  }

  /** Somebody else creates: the caller who would have led is served what is stale, and whoever needs more begins again. */
  #serveStale({ quest, flight }) {
    quest.serveStale(this.#region, flight.found.record);
    this.#end(flight, {});
  }

  #start(led) {
    const { asyncCreationRunner } = this.#region;
    const isRun = ({ quest }) => quest.isStale && asyncCreationRunner !== undefined && !this.#request.multi;
    for (const one of led.filter(isRun)) this.#run(one);
    const created = led.filter((one) => !isRun(one));
    if (created.length > 0) this.#create(created);
    for (const { flight } of led) if (flight.isLastChance) watch(this.#region, flight, this.#patience);
  }

  /** Has the region's runner create; the caller who would have led is served the stale value, or gets what the runner throws. */
  #run({ quest, flight }) {
    flight.beginCreating();
    try {
      handOver(this.#region, this.#setup, { key: quest.key, flight }, this.#request);
      quest.serveStale(this.#region, flight.found.record);
    } catch (error) {
      quest.failure = { error };
    }
    flight.rouse();
  }

  #create(led) {
    for (const { flight } of led) flight.beginCreating();
    const creation = new Creation(this.#region, this.#setup, this.#request, led.map(({ quest, flight }) => ({ key: quest.key, flight })));
    this.#request.work.push(creation);
    creation.start();
  }
}

const isSame = (one, other) => ["ct", "v", "et"].every((name) => Object.is(one[name], other[name]));

/** Sees to it that those who wait look again in time. A flight born of a takeover ends then, for all of them. */
export function watch(region, flight, patience) {
  flight.watch(patience, () => {
    if (!flight.isLastChance) return;
    region.flights.giveUp(flight, makeError("TIMEOUT", "Two creations in a row have not ended within lockTimeout."));
  });
}
