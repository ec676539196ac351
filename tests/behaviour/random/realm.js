import * as dogpile from "dogpile";
import { RandomBackend } from "./backend.js";
import { RandomStrategy } from "./strategy.js";
import { LOCK_TIMEOUT } from "./world.js";

/** A region, as in one tab or isolate, and what belongs to it. */
export class Realm {
  #world;
  #history;
  #promises;
  #runs;
  #handover;

  constructor(name, keys, world, history, promises) {
    Object.assign(this, { name, keys });
    this.#world = world;
    this.#history = history;
    this.#promises = promises;
    this.#runs = world.plan.weigh({ nobody: 3, background: 1, own: 1 });
  }

  toString() {
    return this.name;
  }

  /** Makes its region. */
  open(backend, strategy, serializer, tagInvalidator) {
    const { plan, mayExpire } = this.#world;
    this.backend = backend;
    this.strategy = strategy;
    const expirationTime = mayExpire ? plan.pick([undefined, Infinity, -2, this.#world.isTimed ? 4 : undefined]) : undefined;
    const runner = { nobody: undefined, background: this.#runInBackground, own: this.#runAsOne }[this.#runs];
    const observer = {
      onTakeover: (key) => this.#history.takeOver(this, key),
      onError: (error, where) => this.#world.expect(wheres.includes(where), "an error is told with its place", where),
    };
    const configuration = { regionInvalidator: strategy, tagInvalidator, expirationTime, ...this.#patience() };
    this.region = dogpile.createRegion({ name: this.name, backend, asyncCreationRunner: runner, observer, serializer, ...omitAbsent(configuration) });
  }

  /** A backend over a new store, or the same one again. */
  replaceBackend(isNew) {
    if (isNew) this.backend = new RandomBackend(this.#world, this.#promises, new this.backend.store.constructor(), this.#world.plan.chance(0.5));
    this.region.configure({ backend: this.backend, replaceExistingBackend: true, ...this.#patience() });
  }

  #patience() {
    const { isTimed, throws } = this.#world;
    return { lockTimeout: isTimed ? LOCK_TIMEOUT : Infinity, backendErrors: throws ? "throw" : "degrade" };
  }

  #runInBackground = (region, key, creator, mutex, job) => {
    const handover = this.#handOver(key, true);
    dogpile.backgroundRunner(region, key, this.#marked(creator, handover), this.#released(mutex, handover), job);
  };

  /** Creates late or never, stores or not, and releases before, after, or long after that. */
  #runAsOne = (region, key, creator, mutex, job) => {
    const handover = this.#handOver(key, this.#world.plan.chance(0.7));
    return this.#regenerate(this.#marked(creator, handover), this.#released(mutex, handover), job, handover);
  };

  async #regenerate(creator, mutex, job, handover) {
    const { plan } = this.#world;
    this.#world.log(() => `a runner of ${this} has a stale value`);
    const pause = () => (plan.chance(0.3) ? this.#world.later(() => {}) : undefined);
    const isEager = plan.chance(0.2);
    await pause();
    if (isEager) await mutex.release();
    await pause();
    try {
      const value = plan.chance(0.2) ? undefined : await creator();
      if (value !== undefined && handover.stores) await job.store(value);
    } finally {
      await pause();
      await mutex.release();
    }
  }

  #handOver(key, stores) {
    const handover = { realm: this, key, at: this.#world.tick(), seconds: this.#world.seconds, stores };
    this.#history.handovers.push(handover);
    return handover;
  }

  #marked(creator, handover) {
    return () => {
      this.#handover = handover;
      return creator();
    };
  }

  /** What the creator that is called now was handed over by. */
  takeHandover() {
    const handover = this.#handover;
    this.#handover = undefined;
    return handover;
  }

  #released(mutex, handover) {
    return {
      release: () => {
        handover.released = true;
        this.#world.log(() => `a runner of ${this} releases`);
        return mutex.release();
      },
    };
  }
}

const wheres = ["read", "write", "delete", "lock", "background", "invalidate"];

/** What this release does not know is not given. */
const omitAbsent = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** A region of somebody else's, which only invalidates. */
export function openTab(strategy) {
  return dogpile.createRegion({ backend: new dogpile.NullBackend(), regionInvalidator: strategy });
}

/** For each realm a strategy that may know of the others' invalidations, or one for all; and that of another tab. */
export function makeStrategies(world, history, realms) {
  const all = [];
  const make = (listening) => new RandomStrategy(world, history, listening, all);
  if (world.strategy === "own") return { own: realms.map(() => undefined) };
  if (world.strategy === "remote") return { own: realms.map((realm) => make([realm])), elsewhere: make([]) };
  const shared = make(realms);
  return { own: realms.map(() => shared), elsewhere: shared };
}
