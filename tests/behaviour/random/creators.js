import { turns } from "../helpers.js";
import { TOO_LATE } from "./tags.js";

/** After so many turns a region knows that a creator has settled. */
const SETTLED = 10;

/** Creators that answer at once or late, fail, hang, nest, and heed their signal or not. */
export class Creators {
  #world;
  #history;
  #promises;
  #calls;

  constructor(world, history, promises, calls) {
    this.#world = world;
    this.#history = history;
    this.#promises = promises;
    this.#calls = calls;
  }

  /** For each key a payload, at once or by promise. May throw. */
  create(call, keys, args, options) {
    const { plan } = this.#world;
    const context = options.creatorArgs === undefined ? args[0] : undefined;
    if (context === undefined) this.#world.expect(String(args) === String(options.creatorArgs), "a creator gets its arguments", call);
    const values = this.#begin(call, keys, context);
    for (const value of values) this.#history.tags.name(value, options.tags);
    this.#name(context, values);
    if (this.#world.mayExpire && context !== undefined && plan.chance(0.1)) this.#expire(context, keys);
    const attempt = this.#attempt(context, values, options);
    if (!plan.chance(0.7)) return attempt();
    const isHeeding = plan.chance(0.5);
    const ended = Promise.race([this.#later(call, values, attempt), ...(isHeeding ? [this.#heed(context, values)] : [])]);
    ended
      .then(() => turns(SETTLED))
      .then(
        () => this.#name(context, values, TOO_LATE),
        () => {},
      );
    return values.map((_, index) => ended.then((payloads) => payloads[index]));
  }

  /** The same for many keys: an array of promises, or a promise of an array. */
  createAll(call, keys, context, options) {
    const answers = this.create(call, keys, [context], { ...options, creatorArgs: undefined });
    return this.#world.plan.chance(0.5) ? Promise.all(answers) : answers;
  }

  #begin(call, keys, context) {
    const handover = call.realm.takeHandover();
    const values = keys.map((key) => this.#history.value(key, { call, realm: call.realm, handover }));
    const replaced = this.#history.valueOf(context?.stale?.payload);
    for (const value of values) Object.assign(value, { group: values, replaced, hasSignal: context?.signal !== undefined });
    this.#world.log(() => `${call} creates ${values}`);
    this.#promises.mayBegin(call, values);
    this.#world.expect(replaced === undefined || replaced.key === keys[0], "a creator replaces its own key", call, replaced);
    context?.signal?.addEventListener("abort", () => this.#abort(values));
    return values;
  }

  /** Names a tag of its values, or one when they are there already. */
  #name(context, values, tooLate) {
    if (this.#world.tagging === "none" || context === undefined || !this.#world.plan.chance(0.3)) return;
    const tag = tooLate ?? this.#world.plan.pick(["x", "y"]);
    for (const value of values) {
      if (context.tags.length === 0) context.tags(tag);
      else context.tags(value.key, tag);
      if (tooLate === undefined) this.#history.tags.name(value, [tag]);
    }
  }

  #abort(values) {
    this.#world.log(() => `${values} is no longer waited for`);
    this.#promises.mayAbort(values);
    for (const value of values) if (!value.isWritten) value.aborted = this.#world.tick();
  }

  #expire({ expiresIn }, keys) {
    const duration = this.#world.plan.pick([Infinity, -2, 3]);
    if (expiresIn.length === 1) expiresIn(duration);
    else for (const key of keys) expiresIn(key, duration);
  }

  /** What the creator ends with. */
  #attempt(context, values, { shouldCacheFn }) {
    return () => {
      this.#name(context, values);
      this.#settle(values, shouldCacheFn === undefined);
      if (this.#world.plan.chance(this.#world.fails)) this.#fail(values);
      this.#world.log(() => `${values} is created`);
      return values.map(({ id, key }) => ({ id, key }));
    };
  }

  #settle(values, isCacheable) {
    for (const value of values) {
      value.settled = this.#world.tick();
      value.isStorable = isCacheable && value.handover?.stores !== false;
    }
  }

  #fail(values) {
    const error = new Error(`the creator of ${values}`);
    this.#history.failures.set(error, values);
    for (const value of values) value.isWritten = true;
    throw error;
  }

  async #later(call, values, attempt) {
    const { plan, isTimed } = this.#world;
    const isNesting = call.nested < 2 && plan.chance(0.2);
    // Who asks for what he creates himself waits until his time is up: only where there is such a time.
    const nested = isNesting ? call.realm.keys.filter((key) => isTimed || key > call.keys.toSorted().at(-1)) : [];
    if (nested.length > 0) await this.#calls.getOrCreate(call.realm, plan.pick(nested), call.nested + 1);
    return this.#world.later(() => {
      if (values[0].settled < Infinity) return undefined;
      this.#promises.mayEnd(call, values);
      return attempt();
    });
  }

  /** Gives up when nobody waits any more. */
  #heed(context, values) {
    return new Promise((_, reject) => {
      context?.signal?.addEventListener("abort", () => {
        if (values[0].settled < Infinity) return;
        this.#settle(values, false);
        reject(context.signal.reason);
      });
    });
  }
}
