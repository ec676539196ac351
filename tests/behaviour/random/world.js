import { turns } from "../helpers.js";
import { task } from "./tasks.js";
import { Timers } from "./timers.js";

/** Seconds of virtual time; the shortest patience that a call may have. */
export const LOCK_TIMEOUT = 10;
export const IMPATIENT = 5;

/** So many turns let everything run that can. */
const ALL = 120;

/** Everything that has to be waited for, in an order that the plan decides; the time, which only the plan moves; what is to hold. */
export class World {
  /** `{ promise, details }`: what was broken. */
  violations = [];
  /** When everything that could run had run. */
  calmAt = 0;
  #pending = [];
  #ticks = 0;
  #timers = new Timers(ALL);
  #trace;

  constructor(plan, trace) {
    this.plan = plan;
    this.#trace = trace;
    this.isTimed = plan.chance(0.4);
    /** How often only a bit of what can run has run before the next thing happens. */
    this.hurries = plan.pick([0, 0.5]);
    this.fails = plan.pick([0, 0.08]);
    this.hangs = plan.pick([0, 0, 0.03, this.isTimed ? 0.3 : 0.1]);
    /** Whether the host gets to run its own tasks between the steps: it tells of rejections that nobody handles. */
    this.isPaced = plan.chance(0.2);
    this.delays = plan.pick([0.1, 0.8, 1]);
    this.began = this.seconds;
  }

  /** The order in which things happen: a later number for each. */
  tick() {
    return ++this.#ticks;
  }

  get seconds() {
    return Date.now() / 1000;
  }

  /** Whether nothing is waited for. */
  get isIdle() {
    return this.#pending.length === 0;
  }

  /** For who reads how it went. */
  log(describe) {
    if (this.#trace === undefined) return;
    const time = this.isTimed ? ` ${this.seconds - this.began} s` : "";
    this.#trace.push(`${String(this.#ticks).padStart(4)}${time}  ${describe()}`);
  }

  expect(holds, promise, ...details) {
    if (holds) return;
    this.violations.push({ promise, details: details.join(" ") });
    this.log(() => `BROKEN: ${promise}: ${details.join(" ")}`);
  }

  /** What `act` gives: later, or not before the end. */
  later(act, hangs = this.hangs) {
    return new Promise((resolve, reject) => {
      const settle = () => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      this.#pending.push({ settle, hangs: this.plan.chance(hangs) });
    });
  }

  /** An operation of somebody else's: it fails, or gives what `act` does when it is sent or when it answers; `done` is called when it is over. */
  operation(what, act, { done = () => {}, fails = this.fails, hangs = this.hangs } = {}) {
    const hasFailed = this.plan.chance(fails);
    const attempt = hasFailed ? () => fail(new Error("backend")) : act;
    const settle = (attempt) => {
      this.log(() => `${what}${hasFailed ? " fails" : ""}`);
      done();
      return attempt();
    };
    if (!this.plan.chance(this.delays)) return settle(attempt);
    const early = !hasFailed && this.plan.chance(0.5) ? { answer: act() } : undefined;
    early?.answer?.catch?.(() => {}); // it is looked at when it is given
    this.log(() => `${what} is sent${early === undefined ? "" : ", and has taken effect"}`);
    return this.later(() => settle(early === undefined ? attempt : () => early.answer), hangs);
  }

  /** Lets one thing happen that is waited for; `false` if there is none. */
  step(theEnd = false) {
    const able = this.#pending.filter(({ hangs }) => theEnd || !hangs);
    if (able.length === 0) return false;
    const next = this.plan.pick(able);
    this.#pending.splice(this.#pending.indexOf(next), 1);
    next.settle();
    return true;
  }

  /** Lets run what can: all of it, or a bit. Gives back whether it was all. */
  async breathe() {
    const isHurried = this.plan.chance(this.hurries);
    await turns(isHurried ? this.plan.below(8) : ALL);
    if (this.isPaced) await task();
    return !isHurried;
  }

  advance(seconds) {
    return this.#timers.advance(seconds * 1000);
  }

  /** Gives everybody all the time that patience can ask for, but lets nothing go that hangs. */
  async wait() {
    for (let round = 0; round < 25; round++) {
      await this.#settleAll(false);
      await this.advance(LOCK_TIMEOUT);
      await turns(2 * ALL);
    }
  }

  /** Lets go of everything, until all is over; time goes by only as long as it is not. */
  async finish(isOver) {
    this.log(() => "everything is let go");
    for (let round = 0; round < 100; round++) {
      await this.#settleAll(true);
      if (this.isIdle && (isOver() || !this.isTimed)) return;
      if (this.isTimed) await this.advance(LOCK_TIMEOUT);
    }
    this.expect(false, "everything comes to an end");
  }

  async #settleAll(theEnd) {
    for (let left = 1000; left > 0 && this.step(theEnd); left--) await turns(ALL);
    await turns(2 * ALL);
  }
}

function fail(error) {
  throw error;
}
