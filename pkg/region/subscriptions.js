import { pending } from "../promises.js";

/** Who is told, in a moment, when what `getOrCreate` would give may have changed: by the key as the backend knows it. */
export class Subscriptions {
  #region;
  #byKey = new Map();

  constructor(region) {
    this.#region = region;
  }

  /** `key`: the user's name of it. Returns what ends the subscription. */
  add(key, listener) {
    const subscription = { key, mangled: undefined, listener };
    this.#enter(subscription);
    return () => this.#remove(subscription);
  }

  /** The region has another backend, which may know the keys by other names. */
  move() {
    const all = this.#of(undefined);
    this.#byKey.clear();
    for (const subscription of all) this.#enter(subscription);
  }

  /** Of one key, or of every key where that is `undefined`. What tells is in the middle of something: listeners are called when it has ended. */
  tell(mangled, why) {
    if (this.#of(mangled).length > 0) Promise.resolve().then(() => this.#of(mangled).forEach(({ listener }) => this.#call(listener, why)));
  }

  #of(mangled) {
    if (mangled !== undefined) return [...(this.#byKey.get(mangled) ?? [])];
    return [...this.#byKey.values()].flatMap((subscriptions) => [...subscriptions]);
  }

  /** There is one: what changes has to be told. */
  #enter(subscription) {
    const { setup, host, invalidations } = this.#region;
    subscription.mangled = setup.mangle(subscription.key);
    this.#byKey.set(subscription.mangled, (this.#byKey.get(subscription.mangled) ?? new Set()).add(subscription));
    for (const { subscribed } of [host, invalidations.known ?? host]) subscribed.add(this.#region);
  }

  #remove(subscription) {
    const known = this.#byKey.get(subscription.mangled);
    known?.delete(subscription);
    if (known?.size === 0) this.#byKey.delete(subscription.mangled);
    if (this.#byKey.size === 0) this.leave();
  }

  leave() {
    const { host, invalidations } = this.#region;
    for (const place of [host, invalidations.known]) place?.subscribed.delete(this.#region);
  }

  /** What a listener throws reaches nobody else. */
  #call(listener, why) {
    const failed = (error) => this.#region.reporter.error(error, "background");
    try {
      pending(listener(why))?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
