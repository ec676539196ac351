import { vi } from "vitest";
import { RandomBackend, Store } from "./backend.js";
import { Calls } from "./calls.js";
import { History } from "./history.js";
import { Plan } from "./plan.js";
import { Promises } from "./promises.js";
import { Realm, makeStrategies, openTab } from "./realm.js";
import { makeTagInvalidators } from "./tags.js";
import { UnhandledRejections, task } from "./tasks.js";
import { World } from "./world.js";

/** One to three regions, the calls that are made of them, and what they come to. */
class Run {
  #world;
  #history;
  #promises;
  #calls;
  #realms;
  #callers;
  #strategies;

  constructor(plan, trace) {
    const world = (this.#world = new World(plan, trace));
    this.#history = new History(world);
    this.#promises = new Promises(world, this.#history);
    this.#calls = new Calls(world, this.#history, this.#promises);
    this.#choose(plan);
    this.#open(plan, ["a", "b", "c"].slice(0, 1 + plan.below(3)));
    this.#callers = Array.from({ length: plan.areAlike ? 4 + plan.below(7) : 2 + plan.below(5) }, (_, index) => ({
      realm: this.#realms[index % this.#realms.length],
      isFree: true,
    }));
    world.log(() => `${this.#callers.length} callers; ${describe(world)}`);
  }

  /** The kind of world. Where nothing is written, fails, expires or ends early, a value is created once. */
  #choose(plan) {
    const world = this.#world;
    const isQuiet = !world.isTimed && world.fails === 0 && plan.chance(0.2);
    world.mayExpire = !isQuiet;
    world.mayWrite = !isQuiet && !plan.chance(0.2);
    world.mayLeave = !isQuiet;
    world.throws = plan.chance(0.1);
    world.locks = plan.pick(["none", "none", "healthy", "wayward"]);
    world.strategy = plan.pick(["own", "own", "shared", "remote"]);
    world.tagging = plan.areTagged ? plan.pick(["shared", "asked", "stored"]) : "none";
    if (plan.areTagged) Object.assign(world, { mayExpire: true, mayWrite: true, mayLeave: plan.chance(0.5) });
    if (plan.areAlike) Object.assign(world, { mayLeave: false, strategy: "own" });
  }

  #open(plan, keys) {
    const [world, history, promises] = [this.#world, this.#history, this.#promises];
    const count = plan.areTagged ? 1 + plan.below(3) : plan.chance(0.3) ? 2 : 1;
    this.#realms = history.realms = ["A", "B", "C"].slice(0, count).map((name) => new Realm(name, keys, world, history, promises));
    this.#strategies = makeStrategies(world, history, this.#realms);
    const tags = makeTagInvalidators(world, history, this.#realms);
    const serializer = plan.chance(plan.areAlike ? 0 : 0.15) ? JSON : undefined;
    const store = new Store();
    const newBackend = () => new RandomBackend(world, promises, store, plan.chance(0.5));
    const first = newBackend();
    this.#realms.forEach((realm, index) =>
      realm.open(index === 0 || plan.chance(0.5) ? first : newBackend(), this.#strategies.own[index], serializer, tags[index]),
    );
    if (this.#strategies.elsewhere !== undefined) this.tab = openTab(this.#strategies.elsewhere);
  }

  async play() {
    const { plan } = this.#world;
    while (plan.next()) {
      await this.#step();
      if (await this.#world.breathe()) this.#beCalm();
    }
    plan.close();
    if (this.#world.isTimed) await this.#checkPatience();
    await this.#world.finish(() => this.#isOver());
    this.#beCalm();
    await this.#checkTheEnd();
    return this.#world.violations;
  }

  #step() {
    const { isTimed, plan, mayExpire, mayLeave, strategy } = this.#world;
    const others = strategy === "own" || !mayExpire ? 0 : 0.5;
    const kind = plan.weigh({
      let: 5,
      call: 4,
      advance: isTimed ? 1.5 : 0,
      abort: mayLeave ? 1 : 0,
      invalidate: others,
      tell: strategy === "remote" ? 0.5 : 0,
    });
    if (kind === "let") this.#world.step();
    if (kind === "call") this.#letCall();
    if (kind === "advance") return this.#advance(1 + plan.below(6));
    if (kind === "abort") this.#calls.abort();
    if (kind === "invalidate") return this.#invalidateElsewhere();
    if (kind === "tell") plan.pick(this.#strategies.own).listen();
  }

  #advance(seconds) {
    this.#world.log(() => `${seconds} seconds go by`);
    return this.#world.advance(seconds);
  }

  #letCall() {
    const able = this.#callers.filter(({ isFree }) => isFree);
    if (able.length === 0) return;
    const caller = this.#world.plan.pick(able);
    caller.isFree = false;
    const free = () => (caller.isFree = true);
    this.#calls.make(caller.realm).then(free, free);
  }

  #invalidateElsewhere() {
    const hard = !this.#world.plan.chance(0.5);
    this.#world.log(() => `another tab invalidates${hard ? "" : " softly"}`);
    this.tab.invalidate(hard).catch(() => {});
  }

  #beCalm() {
    this.#world.calmAt = this.#world.tick();
    this.#promises.checkCalm();
    if (!this.#world.isIdle || !this.#isOver()) return;
    vi.advanceTimersByTime(1); // a time limit is open to others until the next turn of the event loop
    this.#world.expect(vi.getTimerCount() === 0, "no timer is left", vi.getTimerCount());
  }

  #isOver() {
    return this.#history.calls.every(({ isSettled }) => isSettled);
  }

  /** After all that time nobody waits any more, except for a creator of his own. */
  async #checkPatience() {
    await this.#world.wait();
    this.#beCalm();
    const creating = new Set(this.#history.running().map(({ call }) => call));
    for (const call of this.#history.calls) {
      const mayWait = call.isSettled || creating.has(call) || call.name.startsWith("invalidate");
      this.#world.expect(mayWait, "nobody waits without end", call);
    }
  }

  async #checkTheEnd() {
    const { calls } = this.#history;
    const world = this.#world;
    for (const call of calls) {
      world.expect(call.isSettled, "every call settles", call);
      world.expect(call.kept === undefined || (call.kept.pending === 0 && call.kept.failures.length === 0), "what is kept alive comes to an end", call);
    }
    for (const realm of this.#realms) for (const key of realm.keys) await this.#checkKey(realm, key);
    for (const realm of this.#realms) await this.#checkAfterwards(realm);
  }

  async #checkKey(realm, key) {
    const { store } = realm.backend;
    const stored = store.records.get(key);
    const value = stored && this.#history.valueIn(stored);
    this.#world.expect(this.#history.mayRemain(store, key, value), "the store holds what was written last", key, "holds", value);
    this.#promises.checkCosts(realm, key, this.#realms);
    this.#world.expect(!(await realm.region.keyIsLocked(key)), "no key is locked in the end", key, "in", realm);
    const lock = store.locks.get(key);
    this.#world.expect(lock?.holder === undefined && !(lock?.queue.length > 0), "no lock is held in the end", key);
  }

  /** No flight is left to join. */
  async #checkAfterwards({ region, keys }) {
    region.configure({ backend: { get() {}, set() {}, delete() {} }, replaceExistingBackend: true });
    for (const key of keys) {
      this.#world.expect((await region.getOrCreate(key, () => "afterwards")) === "afterwards", "a key is created afterwards", key);
    }
  }
}

const describe = ({ isTimed, fails, hangs, locks, strategy, tagging }) =>
  `${isTimed ? "time limits" : "no time limits"}; failures ${fails}, hangs ${hangs}; locks: ${locks}; invalidations: ${strategy}; times of tags: ${tagging}`;

/** The clock of the realm never goes back, so each run begins after the one before. */
let begins = Date.now();

/** Plays a plan. Gives back what was broken, and the steps as they were taken. */
export async function play(source, trace) {
  const plan = new Plan(source);
  const unhandled = new UnhandledRejections();
  begins = Math.max(begins, Date.now()) + 10_000_000;
  vi.useFakeTimers({ now: begins, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  try {
    const violations = await new Run(plan, trace).play();
    await task();
    return { violations: [...violations, ...unhandled.seen()], steps: plan.steps };
  } finally {
    unhandled.stop();
    vi.useRealTimers();
  }
}
